/**
 * A worker's place in a schedule, for the engine's loop: no allocation, no search per message. The next message is
 * the one at `nextIndex()`; looking ahead with `dueBefore` moves nothing, `advance` does.
 */
import { shareOf } from '../split.ts';
import { type Schedule, ScheduleReader } from './schedule.ts';
import { inverseNs, type Segment } from './segment.ts';

/** Walks the messages of one worker of `workers`: indexes worker, worker + workers, … */
export function createCursor(schedule: Schedule, worker: number, workers: number): ScheduleCursor {
  return new ScheduleCursor(schedule, worker, workers);
}

export class ScheduleCursor {
  /** Messages of this worker. */
  readonly count: number;
  readonly #worker: number;
  readonly #workers: number;
  readonly #end: number;
  readonly #segments: readonly Segment[];
  readonly #reader: ScheduleReader;
  /** Message i is unit i of Λ: neither drawn arrivals nor a part of them. */
  readonly #plain: boolean;
  #index: number;
  /** Segment of #index, or one before it. */
  #position = 0;
  /** The last due time that was looked up, and of which message. */
  #knownIndex = -1;
  #knownNs = 0;

  constructor(schedule: Schedule, worker: number, workers: number) {
    this.count = shareOf(schedule.count, worker, workers);
    this.#worker = worker;
    this.#workers = workers;
    this.#end = schedule.count;
    this.#segments = schedule.segments;
    this.#reader = new ScheduleReader(schedule);
    this.#plain = schedule.poisson === undefined && schedule.thinning === undefined;
    this.#index = worker;
  }

  /** Global index of the next message; the count of the schedule or more when there is none. */
  nextIndex(): number {
    return this.#index;
  }

  /** Due time of the next message, Infinity when there is none. */
  nextDueNs(): number {
    const index = this.#index;
    if (index >= this.#end) return Number.POSITIVE_INFINITY;
    if (index !== this.#knownIndex) {
      this.#knownIndex = index;
      this.#knownNs = this.#reader.dueNs(index);
    }
    return this.#knownNs;
  }

  /** How many of the next messages are due at `nowNs`, at most `max`; their due times go to `dueNs[0..]`. */
  dueBefore(nowNs: number, max: number, dueNs: Float64Array): number {
    const segments = this.#segments;
    const step = this.#workers;
    const end = this.#end;
    const room = Math.min(max, dueNs.length);
    let index = this.#index;
    let position = this.#position;
    let segment = segments[position]!;
    let next = position + 1 < segments.length ? segments[position + 1]!.before : Infinity;
    let first = true;
    let n = 0;
    while (n < room && index < end) {
      const x = this.#plain ? index : this.#reader.operationalTime(index);
      while (x >= next) {
        segment = segments[++position]!;
        next = position + 1 < segments.length ? segments[position + 1]!.before : Infinity;
      }
      if (first) {
        this.#position = position;
        first = false;
      }
      const due = segment.startNs + inverseNs(segment, x - segment.before);
      if (due > nowNs) {
        this.#knownIndex = index;
        this.#knownNs = due;
        break;
      }
      dueNs[n++] = due;
      index += step;
    }
    return n;
  }

  /** Takes the next n messages as done. */
  advance(n: number): void {
    this.#index += n * this.#workers;
  }

  /** How many of this worker's messages, from the first on, are due at `nowNs`. */
  dueTotal(nowNs: number): number {
    return shareOf(this.#reader.dueCount(nowNs), this.#worker, this.#workers);
  }
}
