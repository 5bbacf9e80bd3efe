/** A run's memory as one process would have it, with a row of counters for each shard: what live views and thresholds read. */
import type { Plan } from '../plan/plan.ts';
import { CONTROL, type Control, controlOf, STATE } from '../recorder/control-memory.ts';
import type { FlatHistogram } from '../recorder/histogram.ts';
import { PHASES, RunReader } from '../recorder/reader.ts';
import {
  allocateRunMemory,
  COLUMN,
  COLUMNS,
  COUNT_CELLS,
  COUNTER,
  counterCell,
  EFFORT,
  LANE_ROWS_MAX,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  MOMENT,
  type RunMemory,
  seriesRows,
  WARMUP,
  workerEffort,
} from '../recorder/run-memory.ts';
import { type CellDifference, type CountDifference, placeParts } from './data-message.ts';
import type { Instance } from './instance.ts';
import { LatencyIntake } from './sparse-histogram.ts';

type Moments = Pick<CellDifference, 'firstSentNs' | 'lastSentNs' | 'lastAckNs'>;

export class MergedMemory {
  readonly reader: RunReader;
  /** By place of a PlacedHistogram. */
  readonly histograms: readonly FlatHistogram[];
  /** By the same; of those with latencies. */
  readonly #intakes: (LatencyIntake | undefined)[] = [];
  readonly #memory: RunMemory;
  readonly #control: Control;
  readonly #rows: readonly Float64Array[];
  /** By shard and lane. */
  readonly #cells: readonly (readonly Float64Array[])[];
  readonly #efforts: readonly Float64Array[];

  constructor({ lanes }: Pick<Plan, 'lanes'>, shards: number, seconds: number, startedAtMs: number) {
    this.#memory = allocateRunMemory(shards, lanes.length, seconds, { apart: 1 });
    this.#control = controlOf(this.#memory);
    this.#control.epoch[1] = startedAtMs;
    this.reader = new RunReader(this.#memory);
    this.#rows = seriesRows(this.#memory, 0);
    const numbers = Array.from({ length: shards }, (_, shard) => shard);
    this.#cells = numbers.map((shard) => lanes.map((_, lane) => laneCounters(this.#memory, shard, lane)));
    this.#efforts = numbers.map((shard) => workerEffort(this.#memory, shard));
    const places = lanes.length * PHASES.length * Object.keys(LATENCY).length;
    this.histograms = Array.from({ length: places }, (_, place) => {
      const { lane, phase, latency } = placeParts(place);
      return laneHistogram(this.#memory, 0, lane, phase, latency);
    });
  }

  /** The moment on the monotonic clock that is the run's zero. */
  set epochMs(epochMs: number) {
    this.#control.epoch[0] = epochMs;
  }

  /** Seconds that have a row; later events count in the last one. */
  get seconds(): number {
    return this.#memory.seconds;
  }

  /** The way into a histogram, and into its second. */
  intake(place: number): LatencyIntake {
    const intake = this.#intakes[place] ?? new LatencyIntake(this.histograms[place]!);
    this.#intakes[place] = intake;
    return intake;
  }

  /** What the intakes still have goes on: before histograms or their seconds are read. */
  flush(): void {
    for (const intake of this.#intakes) intake?.flush();
  }

  count({ second, lane, sent, acked, failed }: CountDifference): void {
    const rows = this.#rows[this.#memory.lanes <= LANE_ROWS_MAX ? lane : 0]!;
    const at = Math.min(second, this.seconds - 1) * COLUMNS;
    rows[at + COLUMN.sent]! += sent;
    rows[at + COLUMN.acked]! += acked;
    rows[at + COLUMN.failed]! += failed;
  }

  /** What the processes of a shard know together; what a lost one had in flight is unresolved. */
  show(shard: number, instances: readonly Instance[]): void {
    for (const [lane, cells] of this.#cells[shard]!.entries()) {
      cells.fill(0);
      for (const instance of instances) {
        addCells(cells, instance, lane);
        if (instance.isLost) giveUp(cells);
      }
    }
    const last = instances.at(-1);
    if (last !== undefined) this.#showLast(shard, last);
  }

  /** The same after one more message of the shard's only process, which goes on: sums grow by what is new in it. */
  add(shard: number, instance: Instance, differences: readonly CellDifference[]): void {
    for (const difference of differences) {
      const cells = this.#cells[shard]![difference.lane]!;
      const { counts } = difference;
      for (let i = 0; i < counts.length; i += 2) cells[COUNT_CELLS[counts[i]!]!]! += counts[i + 1]!;
      widen(cells, difference);
    }
    this.#showLast(shard, instance);
  }

  /** Of one that nobody has heard of and nobody waits for. */
  giveUp(shard: number): void {
    this.#setState(shard, STATE.done);
  }

  #showLast(shard: number, last: Instance): void {
    const effort = this.#efforts[shard]!;
    effort.fill(0);
    for (const loop of last.loops) {
      effort[EFFORT.busy]! += loop.busyNs;
      effort[EFFORT.idle]! += loop.idleNs;
      effort[EFFORT.blocked]! += loop.blockedNs;
      effort[EFFORT.loadStart] = Math.max(effort[EFFORT.loadStart]!, loop.loadStartNs);
      effort[EFFORT.loadEnd] = Math.max(effort[EFFORT.loadEnd]!, loop.loadEndNs);
      effort[EFFORT.drainEnd] = Math.max(effort[EFFORT.drainEnd]!, loop.drainEndNs);
    }
    this.#setState(shard, last.isOver ? STATE.done : last.state);
  }

  #setState(shard: number, state: number): void {
    Atomics.store(this.#control.words, CONTROL.states + shard, state);
  }
}

function addCells(cells: Float64Array, instance: Instance, lane: number): void {
  for (let thread = 0; thread < instance.threads; thread++) {
    const counts = instance.countsOf(thread, lane);
    for (let i = 0; i < counts.length; i++) cells[COUNT_CELLS[i]!]! += counts[i]!;
    widen(cells, instance.momentsOf(thread, lane));
  }
}

function widen(cells: Float64Array, { firstSentNs, lastSentNs, lastAckNs }: Moments): void {
  if (firstSentNs > 0) {
    cells[MOMENT.firstSent] = Math.min(cells[MOMENT.firstSent] || Number.POSITIVE_INFINITY, firstSentNs);
  }
  cells[MOMENT.lastSent] = Math.max(cells[MOMENT.lastSent]!, lastSentNs);
  cells[MOMENT.lastAck] = Math.max(cells[MOMENT.lastAck]!, lastAckNs);
}

/** Of all instances so far: those before it are lost, and so are those of this one that nobody counts any more. */
function giveUp(cells: Float64Array): void {
  for (const phase of [WARMUP, LOAD] as const) {
    const of = (counter: number) => cells[counterCell(phase, counter)]!;
    const settled = of(COUNTER.acked) + of(COUNTER.failed) + of(COUNTER.unresolved);
    cells[counterCell(phase, COUNTER.unresolved)]! += Math.max(0, of(COUNTER.sent) - settled);
  }
}
