/**
 * The memory a run's coordinator and workers share: control words, counters, the per-second rows and the histograms.
 * One thread writes each cell (its worker; control words: the coordinator), anyone reads at any time. Zeroed memory is
 * a run that has not begun.
 */
import { allocateControl, type ControlMemory } from './control-memory.ts';
import { createHistogram, type FlatHistogram, HISTOGRAM_BYTES, HISTOGRAM_CELLS } from './histogram.ts';

/** Survives structured clone: every worker sees the same memory. */
export interface RunMemory extends ControlMemory {
  readonly lanes: number;
  /** Seconds with a row of their own; later events count in the last one. */
  readonly seconds: number;
  /** How many of the workers have rows and histograms of their own: all of them, or 1, which has those of all. */
  readonly apart: number;
  readonly counters: SharedArrayBuffer;
  readonly series: SharedArrayBuffer;
  readonly histograms: SharedArrayBuffer;
  /** A worker records in histograms of all its lanes as well, as of one more lane: of many, adding them up takes long. */
  readonly hasSums: boolean;
  /** How often each worker's messages failed, by code. */
  readonly errors: SharedArrayBuffer;
  /** By lane, where a scenario has `clients`: messages that each of them has sent. */
  readonly producers: Readonly<Record<number, SharedArrayBuffer>>;
  /** Commit latencies of each worker's lanes; empty where no lane has transactions. */
  readonly commits: SharedArrayBuffer;
}

/** Counters of one lane in one phase. */
export const COUNTER = { sent: 0, shed: 1, acked: 2, failed: 3, unresolved: 4, bytes: 5 } as const;
const PHASE_COUNTERS = 6;

/** Of one lane's load phase, ns from run start, 0 = never; after its phase counters. */
export const MOMENT = { firstSent: 12, lastSent: 13, lastAck: 14 } as const;
/** Of one lane: this worker's messages before this local number (index = worker + number · workers) are acknowledged or given up. */
export const SETTLED = 15;
/** Of one lane with transactions. `forced`: of the aborted ones, those that an error left no choice. */
export const TRANSACTION = {
  committed: 16,
  aborted: 17,
  undecided: 18,
  committedMessages: 19,
  abortedMessages: 20,
  undecidedMessages: 21,
  forced: 22,
} as const;
const LANE_CELLS = 23;

/** Cells of a lane that only ever count up: those of both phases, and of transactions. */
export const COUNT_CELLS: readonly number[] = [
  ...Array.from({ length: 2 * PHASE_COUNTERS }, (_, cell) => cell),
  ...Object.values(TRANSACTION),
];

/**
 * Of one worker, ns of its load phase; after all lanes' cells. `lastAck` and `waitingSince` are of the whole run: when a
 * message was last acknowledged, and since when, after that, some are in flight; 0 = never, none. `turn`: when its loop
 * last turned, `began`: when it turned first.
 */
export const EFFORT = {
  busy: 0,
  idle: 1,
  blocked: 2,
  loadStart: 3,
  loadEnd: 4,
  drainEnd: 5,
  threadId: 6,
  lastAck: 7,
  waitingSince: 8,
  turn: 9,
  began: 10,
} as const;
const WORKER_CELLS = 11;

/** A worker's first 32 error codes, each with its count: as many kinds of errors no run has. Code 0: none yet. */
const ERROR_CELLS = 2 * 32;

/** With more lanes than these, a second's counts are those of all of them together. */
export const LANE_ROWS_MAX = 12;

/** Columns of a per-second row. */
export const COLUMN = { sent: 0, acked: 1, failed: 2 } as const;
export const COLUMNS = 3;

export type Phase = 0 | 1;
export const WARMUP: Phase = 0;
export const LOAD: Phase = 1;

export const LATENCY = { response: 0, service: 1, scheduleLag: 2 } as const;
const LATENCIES = 3;

export function allocateRunMemory(
  workers: number,
  lanes: number,
  seconds: number,
  {
    transactions = false,
    sums = false,
    apart = workers,
    producers = [],
  }: Partial<Pick<RunMemory, 'apart'>> & {
    readonly transactions?: boolean;
    /** Of more than LANE_ROWS_MAX lanes. */
    readonly sums?: boolean;
    /** By lane, over the whole run; undefined: one a worker. */
    readonly producers?: readonly (number | undefined)[];
  } = {},
): RunMemory {
  const hasSums = sums && lanes > LANE_ROWS_MAX;
  const histograms = apart * workerHistograms({ lanes, hasSums });
  return {
    ...allocateControl(workers),
    ...{ lanes, seconds, apart, hasSums },
    counters: new SharedArrayBuffer(workers * (lanes * LANE_CELLS + WORKER_CELLS) * 8),
    series: new SharedArrayBuffer(apart * seriesCount(lanes) * seconds * COLUMNS * 8),
    histograms: new SharedArrayBuffer(histograms * HISTOGRAM_BYTES),
    errors: new SharedArrayBuffer(workers * ERROR_CELLS * 8),
    producers: Object.fromEntries(
      producers.flatMap((count, lane) => (count === undefined ? [] : [[lane, new SharedArrayBuffer(count * 8)]])),
    ),
    commits: new SharedArrayBuffer(transactions ? workers * lanes * HISTOGRAM_BYTES : 0),
  };
}

/** Cells of one lane of one worker: counter c of phase p at `p * 6 + c`, then MOMENTs, SETTLED and TRANSACTIONs. */
export function laneCounters(memory: RunMemory, worker: number, lane: number): Float64Array {
  return new Float64Array(memory.counters, laneCell(memory, worker, lane) * 8, LANE_CELLS);
}

/** The first of them, among all counters. */
export function laneCell(memory: RunMemory, worker: number, lane: number): number {
  return worker * workerCells(memory) + lane * LANE_CELLS;
}

/** Messages that each producer of a lane has sent; undefined where there is one a worker, whose counters tell it. */
export function producerCells({ producers }: RunMemory, lane: number): Float64Array | undefined {
  const cells = producers[lane];
  return cells && new Float64Array(cells);
}

/** A code, its count, the next code, … */
export function errorCells({ errors }: RunMemory, worker: number): Float64Array {
  return new Float64Array(errors, worker * ERROR_CELLS * 8, ERROR_CELLS);
}

export function counterCell(phase: Phase, counter: number): number {
  return phase * PHASE_COUNTERS + counter;
}

/** EFFORT cells of one worker. */
export function workerEffort(memory: RunMemory, worker: number): Float64Array {
  const at = worker * workerCells(memory) + memory.lanes * LANE_CELLS;
  return new Float64Array(memory.counters, at * 8, WORKER_CELLS);
}

function workerCells(memory: RunMemory): number {
  return memory.lanes * LANE_CELLS + WORKER_CELLS;
}

/** Per-second rows of one worker, a lane each or all lanes in one: column c of second s at `s * COLUMNS + c`. */
export function seriesRows({ series, lanes, seconds }: RunMemory, worker: number): Float64Array[] {
  const cells = seconds * COLUMNS;
  const count = seriesCount(lanes);
  return Array.from({ length: count }, (_, i) => new Float64Array(series, (worker * count + i) * cells * 8, cells));
}

function seriesCount(lanes: number): number {
  return lanes <= LANE_ROWS_MAX ? lanes : 1;
}

/** Of each memory, by place: making a view takes longer than adding up what is in most. */
const HISTOGRAMS = new WeakMap<SharedArrayBuffer, FlatHistogram[]>();

function histogramAt({ histograms }: RunMemory, place: number): FlatHistogram {
  let views = HISTOGRAMS.get(histograms);
  if (views === undefined) {
    views = [];
    HISTOGRAMS.set(histograms, views);
  }
  views[place] ??= createHistogram(histograms, place * HISTOGRAM_BYTES);
  return views[place];
}

/** Of lane `memory.lanes` those of all lanes, where it has them. */
export function laneHistogram(
  memory: RunMemory,
  worker: number,
  lane: number,
  phase: Phase,
  latency: number,
): FlatHistogram {
  const place = worker * workerHistograms(memory) + (lane * 2 + phase) * LATENCIES + latency;
  return histogramAt(memory, place);
}

/** Of each memory, by worker: its lanes share the view. */
const WORKERS = new WeakMap<SharedArrayBuffer, Float64Array[]>();

/** All of a worker side by side, as one array: that of a latency begins at `histogramCell`. */
export function histogramsOf(memory: RunMemory, worker: number): Float64Array {
  const count = workerHistograms(memory);
  const views = WORKERS.get(memory.histograms) ?? [];
  WORKERS.set(memory.histograms, views);
  views[worker] ??= new Float64Array(memory.histograms, worker * count * HISTOGRAM_BYTES, count * HISTOGRAM_CELLS);
  return views[worker];
}

export function histogramCell(lane: number, phase: number, latency: number): number {
  return ((lane * 2 + phase) * LATENCIES + latency) * HISTOGRAM_CELLS;
}

/** From the first call of a commit to its confirmation, µs; only where the memory was made for transactions. */
export function commitHistogram(memory: RunMemory, worker: number, lane: number): FlatHistogram {
  return createHistogram(memory.commits, (worker * memory.lanes + lane) * HISTOGRAM_BYTES);
}

export function resolutionHistogram(memory: RunMemory, worker: number): FlatHistogram {
  const place = (worker + 1) * workerHistograms(memory) - 1;
  return createHistogram(memory.histograms, place * HISTOGRAM_BYTES);
}

function workerHistograms({ lanes, hasSums }: Pick<RunMemory, 'lanes' | 'hasSums'>): number {
  return (hasSums ? lanes + 1 : lanes) * 2 * LATENCIES + 1;
}
