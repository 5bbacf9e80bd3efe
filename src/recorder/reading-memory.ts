/**
 * The memory that a run's coordinator and the members of its consumer groups share. `workers` counts the members of all
 * groups. A *place* is one partition of one topic: places are numbered over all topics that any group reads, in the
 * order of `ReadingPlan.places`. One thread writes each cell (its member; `end` and `start`: the coordinator; the cells
 * of a place: the member that owns it in that group); anyone reads at any time.
 */
import { allocateControl, type ControlMemory } from './control-memory.ts';
import { createHistogram, type FlatHistogram, HISTOGRAM_BYTES } from './histogram.ts';
import type { Phase } from './run-memory.ts';

/** Survives structured clone: every member sees the same memory. */
export interface ReadingMemory extends ControlMemory {
  readonly groups: number;
  readonly places: number;
  /** Of each lane, see `producersOf`: each one's messages have an order of their own. Empty in a consumer-only run. */
  readonly producers: readonly number[];
  /** Seconds with a row of their own; later events count in the last one. */
  readonly seconds: number;
  readonly members: SharedArrayBuffer;
  readonly placeCells: SharedArrayBuffer;
  readonly series: SharedArrayBuffer;
  readonly histograms: SharedArrayBuffer;
  readonly order: SharedArrayBuffer;
}

/**
 * Of one member. `consumed`: all records; `foreign`: those without a mark of this run; `negative`: end-to-end latencies
 * below 0. Moments are ns from run start, 0 = never. `assignments` counts assignments, empty ones too; `assigned` is how
 * many places it owns.
 */
export const MEMBER = {
  consumed: 0,
  bytes: 1,
  foreign: 2,
  negative: 3,
  negativeMinNs: 4,
  firstRecord: 5,
  lastRecord: 6,
  assignments: 7,
  assigned: 8,
  rebalances: 9,
  turn: 10,
  threadId: 11,
  busy: 12,
  idle: 13,
  paused: 14,
} as const;
const MEMBER_CELLS = 16;

/**
 * Of one place in one group, offsets. `position`: the next record that the group will count, so that no rebalance makes
 * it count one twice; `start`: where the group begins; `end`: where it may stop, -1 as long as nobody knows; `owner`:
 * the member's number + 1, 0 = none; `high`: the high watermark as the owner saw it last, -1 = not yet.
 *
 * A member returns when each of its group's places has an end and is read up to it (those that it owns, where partitions
 * are dealt out by hand: elsewhere one that left early would cost the others a rebalance), whatever the stop word is: in a run that sends nothing ends are there from the start, or come when the group's duration is over. The stop
 * word `drain` comes with the ends; from then on it gives up as well once it makes no progress.
 */
export const PLACE = { position: 0, start: 1, end: 2, owner: 3, high: 4 } as const;
const PLACE_CELLS = 5;

/** Columns of a per-second row. */
export const READ_COLUMN = { consumed: 0, bytes: 1 } as const;
export const READ_COLUMNS = 2;

export interface ReadingSize {
  readonly members: number;
  readonly groups: number;
  readonly places: number;
  /** By lane. */
  readonly producers: readonly number[];
  readonly seconds: number;
}

export function allocateReadingMemory(size: ReadingSize): ReadingMemory {
  const { members, groups, places, producers, seconds } = size;
  return {
    ...allocateControl(members),
    ...{ groups, places, producers, seconds },
    members: new SharedArrayBuffer(members * MEMBER_CELLS * 8),
    placeCells: new SharedArrayBuffer(groups * places * PLACE_CELLS * 8),
    series: new SharedArrayBuffer(members * seconds * READ_COLUMNS * 8),
    histograms: new SharedArrayBuffer(members * Math.max(1, producers.length) * 2 * HISTOGRAM_BYTES),
    order: new SharedArrayBuffer(groups * places * orderCellCount(size) * 8),
  };
}

/** MEMBER cells. */
export function memberCells({ members }: ReadingMemory, member: number): Float64Array {
  return new Float64Array(members, member * MEMBER_CELLS * 8, MEMBER_CELLS);
}

/** PLACE cells. */
export function placeCells({ placeCells: cells, places }: ReadingMemory, group: number, place: number): Float64Array {
  return new Float64Array(cells, (group * places + place) * PLACE_CELLS * 8, PLACE_CELLS);
}

/** Column c of second s at `s * READ_COLUMNS + c`. */
export function readRows({ series, seconds }: ReadingMemory, member: number): Float64Array {
  const cells = seconds * READ_COLUMNS;
  return new Float64Array(series, member * cells * 8, cells);
}

/** consumed − intended, µs, of the messages of one lane and phase that one member read. */
export function endToEndHistogram(memory: ReadingMemory, member: number, lane: number, phase: Phase): FlatHistogram {
  const place = (member * Math.max(1, memory.producers.length) + lane) * 2 + phase;
  return createHistogram(memory.histograms, place * HISTOGRAM_BYTES);
}

/**
 * Of one place in one group: 1 + the greatest index that was read of producer p of a lane, at `orderAt(lane) + p *
 * ORDER_CELLS` for records whose key decides the partition, and one cell later for those that the client places: the
 * engine sends these apart. 0 = none yet.
 */
export function orderCells(memory: ReadingMemory, group: number, place: number): Float64Array {
  const cells = orderCellCount(memory);
  return new Float64Array(memory.order, (group * memory.places + place) * cells * 8, cells);
}

export const ORDER_CELLS = 2;

/** First of a lane's cells among those of a place. */
export function orderAt({ producers }: Pick<ReadingSize, 'producers'>, lane: number): number {
  return producers.slice(0, lane).reduce((sum, each) => sum + each, 0) * ORDER_CELLS;
}

function orderCellCount(size: Pick<ReadingSize, 'producers'>): number {
  return orderAt(size, size.producers.length);
}
