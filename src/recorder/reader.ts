/**
 * Reads a run's memory while its workers write it: the one place that goes over workers, lanes and phases. The workers
 * notice nothing of it. Live view, series, thresholds, metrics, checkpoints, event log and lifecycle all read here.
 */

import type { LanePlan, Plan } from '../plan/plan.ts';
import { producersOf, workerOf } from '../plan/shard.ts';
import { controlOf, STATE, workerStates } from './control-memory.ts';
import { add, clear, createHistogram, type FlatHistogram } from './histogram.ts';
import { type LatencyBuckets, readLatencyBuckets } from './latency-buckets.ts';
import {
  COLUMN,
  COLUMNS,
  COUNTER,
  counterCell,
  EFFORT,
  errorCells,
  LATENCY,
  LOAD,
  laneCell,
  laneCounters,
  laneHistogram,
  type Phase,
  producerCells,
  type RunMemory,
  SETTLED,
  seriesRows,
  WARMUP,
  workerEffort,
} from './run-memory.ts';

export const PHASES: readonly Phase[] = [WARMUP, LOAD];

/** What to add up; by default both phases of all workers. */
export interface Selection {
  readonly lanes: readonly LaneNumber[];
  readonly phases?: readonly Phase[];
  readonly workers?: readonly number[];
}

type LatencyHistograms = Readonly<Record<keyof typeof LATENCY, FlatHistogram>>;

interface LaneNumber {
  readonly lane: number;
}

export interface Counts {
  readonly sent: number;
  readonly shed: number;
  readonly acked: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Payload and key bytes of the sent messages. */
  readonly bytes: number;
}

/** How one worker's loop spent its time; ns, moments from run start, 0 = not yet. */
export interface Effort {
  readonly busyNs: number;
  readonly idleNs: number;
  readonly blockedNs: number;
  readonly loadStartNs: number;
  readonly loadEndNs: number;
  readonly drainEndNs: number;
  readonly turnNs: number;
  readonly beganNs: number;
  /** The kernel's id of the thread. */
  readonly threadId: number;
}

export class RunReader {
  readonly #memory: RunMemory;
  readonly #workers: readonly number[];
  /** Of all workers and lanes: views of each would take longer to make than they are read. */
  readonly #counters: Float64Array;
  readonly #efforts: readonly Float64Array[];
  /** By worker and lane, or of all its lanes in one. */
  readonly #rows: readonly (readonly Float64Array[])[];
  readonly #epoch: Float64Array;

  constructor(memory: RunMemory) {
    this.#memory = memory;
    this.#workers = Array.from({ length: memory.workers }, (_, worker) => worker);
    this.#counters = new Float64Array(memory.counters);
    this.#efforts = this.#workers.map((worker) => workerEffort(memory, worker));
    this.#rows = this.#workers.slice(0, memory.apart).map((worker) => seriesRows(memory, worker));
    this.#epoch = controlOf(memory).epoch;
  }

  /** A reader of a copy of the counters: whatever is read from it is of one moment, and lanes add up to the whole. */
  atOneMoment(): RunReader {
    const { counters } = this.#memory;
    // Node.js 20 cannot copy an empty one: that of a run that sends nothing.
    return new RunReader({ ...this.#memory, counters: counters.byteLength === 0 ? counters : counters.slice(0) });
  }

  /** Of the run's zero, ms on the monotonic clock; 0 before the start. */
  get epochMs(): number {
    return this.#epoch[0]!;
  }

  /** The same moment, ms since 1970. */
  get startedAtMs(): number {
    return this.#epoch[1]!;
  }

  /** When the run was first stopped, ns from run start; 0 where it was not. */
  get stoppedNs(): number {
    return this.#epoch[2]!;
  }

  /** When these workers took their part up, ns from run start; 0 where they were there from the start. */
  get joinedNs(): number {
    return this.#epoch[3]!;
  }

  /** Seconds that have a row of their own. */
  get seconds(): number {
    return this.#memory.seconds;
  }

  /** STATE of each worker. */
  states(): number[] {
    return workerStates(this.#memory);
  }

  /** When each worker's load ended, ns from run start; Infinity while it goes on. */
  loadEndsNs(): number[] {
    return this.states().map((state, worker) =>
      state < STATE.draining ? Number.POSITIVE_INFINITY : this.#efforts[worker]![EFFORT.loadEnd]!,
    );
  }

  efforts(): Effort[] {
    return this.#efforts.map((cells) => ({
      busyNs: cells[EFFORT.busy]!,
      idleNs: cells[EFFORT.idle]!,
      blockedNs: cells[EFFORT.blocked]!,
      loadStartNs: cells[EFFORT.loadStart]!,
      loadEndNs: cells[EFFORT.loadEnd]!,
      drainEndNs: cells[EFFORT.drainEnd]!,
      turnNs: cells[EFFORT.turn]!,
      beganNs: cells[EFFORT.began]!,
      threadId: cells[EFFORT.threadId]!,
    }));
  }

  /**
   * Sums of the counters. What has settled is read before what was sent: a message is in flight a moment too long rather
   * than settled before it was sent.
   */
  counts({ lanes, phases = PHASES, workers = this.#workers }: Selection): Counts {
    const sum = { sent: 0, shed: 0, acked: 0, failed: 0, unresolved: 0, bytes: 0 };
    const cells = this.#counters;
    for (const worker of workers) {
      for (const { lane } of lanes) {
        const at = laneCell(this.#memory, worker, lane);
        for (const phase of phases) {
          sum.acked += cells[at + counterCell(phase, COUNTER.acked)]!;
          sum.failed += cells[at + counterCell(phase, COUNTER.failed)]!;
          sum.unresolved += cells[at + counterCell(phase, COUNTER.unresolved)]!;
          sum.shed += cells[at + counterCell(phase, COUNTER.shed)]!;
          sum.bytes += cells[at + counterCell(phase, COUNTER.bytes)]!;
          sum.sent += cells[at + counterCell(phase, COUNTER.sent)]!;
        }
      }
    }
    return sum;
  }

  /** How often messages failed, by code. */
  errors(): Map<number, number> {
    const sums = new Map<number, number>();
    for (const worker of this.#workers) {
      const cells = errorCells(this.#memory, worker);
      for (let at = 0; at < cells.length && cells[at] !== 0; at += 2) {
        sums.set(cells[at]!, (sums.get(cells[at]!) ?? 0) + cells[at + 1]!);
      }
    }
    return sums;
  }

  /** The same of each worker. */
  countsByWorker(selection: Omit<Selection, 'workers'>): Counts[] {
    return this.#workers.map((worker) => this.counts({ ...selection, workers: [worker] }));
  }

  /** Messages that each producer of the lane has sent: by thread, or by client where the lane has `clients`. */
  sentByProducer(lane: LaneNumber): number[] {
    const cells = producerCells(this.#memory, lane.lane);
    return cells === undefined ? this.countsByWorker({ lanes: [lane] }).map(({ sent }) => sent) : [...cells];
  }

  /** By worker: its messages of the lane before this one, in its own counting, are acknowledged or given up. */
  settled({ lane }: LaneNumber): number[] {
    return this.#workers.map((worker) => this.#counters[laneCell(this.#memory, worker, lane) + SETTLED]!);
  }

  /** By worker: the lane's cells as they are in memory. */
  cells({ lane }: LaneNumber): readonly Readonly<Float64Array>[] {
    return this.#workers.map((worker) => laneCounters(this.#memory, worker, lane));
  }

  /** By worker: one of the lane's MOMENTs, ns from run start; 0 = never. */
  momentsNs({ lane }: LaneNumber, moment: number): number[] {
    return this.#workers.map((worker) => this.#counters[laneCell(this.#memory, worker, lane) + moment]!);
  }

  /**
   * Their sum in `into`, which is cleared. Of what is recorded meanwhile some may be left to the next reading.
   */
  histogram(selection: Selection, latency: number, into = createHistogram()): FlatHistogram {
    clear(into);
    for (const cells of this.#histograms(selection, latency)) add(into, cells);
    return into;
  }

  /** @param into is cleared; by default memory of their own. */
  latencies(selection: Selection, into?: LatencyHistograms): LatencyHistograms {
    return {
      response: this.histogram(selection, LATENCY.response, into?.response),
      service: this.histogram(selection, LATENCY.service, into?.service),
      scheduleLag: this.histogram(selection, LATENCY.scheduleLag, into?.scheduleLag),
    };
  }

  latencyBuckets(selection: Selection, latency: number): LatencyBuckets {
    return readLatencyBuckets([...this.#histograms(selection, latency)]);
  }

  /** Events of one second: of one lane, which at most LANE_ROWS_MAX lanes have of their own, or of all. */
  second(
    second: number,
    lane?: LaneNumber,
  ): { readonly sent: number; readonly acked: number; readonly failed: number } {
    const rows = lane === undefined ? this.#rows.flat() : this.#rows.map((lanes) => lanes[lane.lane]!);
    const column = (of: number) => rows.reduce((sum, cells) => sum + cells[second * COLUMNS + of]!, 0);
    return { sent: column(COLUMN.sent), acked: column(COLUMN.acked), failed: column(COLUMN.failed) };
  }

  *#histograms({ lanes, phases = PHASES, workers = this.#workers }: Selection, latency: number) {
    // Adding the lanes up would give the same.
    const { apart, hasSums, lanes: count } = this.#memory;
    const read = hasSums && lanes.length === count ? [{ lane: count }] : lanes;
    for (const worker of workers) {
      if (worker >= apart) continue;
      for (const { lane } of read) {
        for (const phase of phases) yield laneHistogram(this.#memory, worker, lane, phase, latency);
      }
    }
  }
}

/** Sent and not yet acknowledged, failed or given up. */
export function inFlightOf({ sent, acked, failed, unresolved }: Counts): number {
  return Math.max(0, sent - acked - failed - unresolved);
}

/**
 * Indexes of a lane's messages between two readings of `sentByProducer`: index = producer + number · producers.
 * @param from empty: from the beginning.
 */
export function indexesBetween(
  plan: Pick<Plan, 'workers' | 'shard'>,
  lane: Pick<LanePlan, 'producers'>,
  from: readonly number[],
  to: readonly number[],
): number[] {
  const of = producersOf(plan, lane);
  return to.flatMap((end, i) => {
    const first = from[i] ?? 0;
    const producer = lane.producers === undefined ? workerOf(plan, i) : i;
    return Array.from({ length: end - first }, (_, number) => producer + (first + number) * of);
  });
}
