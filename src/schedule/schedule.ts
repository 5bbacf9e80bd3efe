/**
 * When each message of a scenario is due, as a function of its index. A schedule is a cumulative function Λ(t), the
 * messages planned until t, made of analytic pieces. Message i (from 0) stands for the unit from i to i + 1 of it:
 *
 *     Λ │            ╱‾‾‾‾╱        due(i) = inf { t : Λ(t) > i }   the moment its unit begins to accrue
 *     3 ┤         ╱      ╱         count  = floor(Λ(end) + ε)      whole units only
 *     2 ┤      ╱ hole ‾‾ ·
 *     1 ┤   ╱            ·         at R per second message i is due at i / R seconds; where the rate is zero
 *     0 └╱───────────────·──▶ t    nothing accrues, and the next unit begins when the hole ends
 *
 * Nothing accumulates and nothing is rounded per interval: ε (8 units in the last place) only undoes what writing
 * 33,333.3 in binary cost. Poisson arrivals are due where Λ reaches their operational time (poisson.ts).
 */
import { keptAt, keptBelow, type Thinning } from '../workload/thinning.ts';
import { ArrivalClock, drawPoisson, type PoissonBlocks } from './poisson.ts';
import {
  acceleratedSegment,
  cumulativeAt,
  inverseNs,
  messagesOf,
  rateAt,
  type Segment,
  type SegmentShape,
  settled,
} from './segment.ts';

/** Plain data, safe to clone. Times are ns from run start as float64, the scenario's start time included. */
export interface Schedule {
  readonly startNs: number;
  readonly endNs: number;
  /** Messages of the schedule: indexes 0..count-1. */
  readonly count: number;
  /** In order of time, without gaps; at least one. */
  readonly segments: readonly Segment[];
  /** Present when arrivals are Poisson. */
  readonly poisson?: PoissonBlocks;
  /** Present when the messages are part of the ones that segments and arrivals plan: message k stands for the k-th of them. */
  readonly thinning?: Thinning;
}

/** Poisson arrivals at the schedule's rate, which is its own and plans POISSON_MAX messages at most. */
export function withPoissonArrivals(schedule: Schedule, seed: number, scenario: string): Schedule {
  const { before, messages } = schedule.segments.at(-1)!;
  const { blocks, count } = drawPoisson(seed, scenario, before + messages);
  return { ...schedule, count, poisson: blocks };
}

/** @param shapes in order of time, without gaps; one at least that takes time. */
export function createSchedule(shapes: readonly SegmentShape[], startNs: number): Schedule {
  const segments = joinSegments(shapes);
  const last = segments.at(-1)!;
  const count = Math.floor(last.before + last.messages);
  return { startNs, endNs: last.startNs + last.durationNs, count, segments };
}

/** The same messages, in the same order, in a time `speed` times as short. */
export function accelerateSchedule(schedule: Schedule, speed: number): Schedule {
  if (speed === 1) return schedule;
  const segments = schedule.segments.map((segment) => acceleratedSegment(segment, speed));
  return { ...schedule, startNs: schedule.startNs / speed, endNs: schedule.endNs / speed, segments };
}

/** Some of the messages, each `delayNs` after its time in `schedule`, which is whole itself. */
export function trailingSchedule(schedule: Schedule, thinning: Thinning, delayNs: number): Schedule {
  const { startNs, endNs, count } = schedule;
  const segments = schedule.segments.map((segment) => ({ ...segment, startNs: segment.startNs + delayNs }));
  const bounds = { startNs: startNs + delayNs, endNs: endNs + delayNs, count: keptBelow(thinning, count) };
  return { ...schedule, ...bounds, segments, thinning };
}

/** The first `count` messages only. It then ends where the last unit is complete, a burst where its interval ends. */
export function cutSchedule(schedule: Schedule, count: number): Schedule {
  if (count >= schedule.count) return schedule;
  if (count === 0) return { ...schedule, count, endNs: schedule.startNs };
  const complete = new ScheduleReader(schedule).operationalTimeAfter(count - 1);
  const last = schedule.segments.findLast((segment) => segment.before < complete)!;
  const x = complete - last.before;
  const u = last.kind === 'burst' ? Math.ceil(settled(x / last.size)) * last.everyNs : inverseNs(last, x);
  return { ...schedule, count, endNs: last.startNs + Math.min(last.durationNs, u) };
}

/** Due time of message `index`, ns from run start. */
export function dueAtNs(schedule: Schedule, index: number): number {
  return readerOf(schedule).dueNs(index);
}

/** Messages due at or before `tNs`: the exact inverse of `dueAtNs`. */
export function dueCount(schedule: Schedule, tNs: number): number {
  return readerOf(schedule).dueCount(tNs);
}

/** Messages due strictly before `tNs`. */
export function dueCountBefore(schedule: Schedule, tNs: number): number {
  return readerOf(schedule).dueCountBefore(tNs);
}

/** The planned rate at `tNs`, per second; 0 before the schedule's start and from its end on. */
export function ratePerSecAt({ segments, thinning, startNs, endNs }: Schedule, tNs: number): number {
  if (tNs < startNs || tNs >= endNs) return 0;
  const segment = segments[lastSegment(segments, tNs, 'startNs')]!;
  const perSec = rateAt(segment, Math.min(segment.durationNs, tNs - segment.startNs));
  return thinning === undefined ? perSec : (perSec * thinning.kept.length) / thinning.period;
}

/** Reads a schedule at any index or time. Make one for many readings: it holds the Poisson blocks last seen. */
export class ScheduleReader {
  readonly #segments: readonly Segment[];
  readonly #count: number;
  readonly #clock: ArrivalClock | undefined;
  readonly #thinning: Thinning | undefined;
  /** The segment of the last answer, and where Λ is in it: from `#low` up to `#high`. */
  #segment: Segment | undefined;
  #low = 0;
  #high = 0;

  constructor(schedule: Schedule) {
    this.#segments = schedule.segments;
    this.#count = schedule.count;
    this.#clock = schedule.poisson && new ArrivalClock(schedule.poisson);
    this.#thinning = schedule.thinning;
  }

  /** The value of Λ at which message `index` is due. */
  operationalTime(index: number): number {
    const unit = this.#unitOf(index);
    return this.#clock === undefined ? unit : this.#clock.at(unit);
  }

  /** The value of Λ at which message `index` is complete: where the one planned after it is due. */
  operationalTimeAfter(index: number): number {
    const next = this.#unitOf(index) + 1;
    return this.#clock === undefined ? next : this.#clock.at(next);
  }

  /** Which of the planned messages this one is, where only part of them is sent. */
  #unitOf(index: number): number {
    return this.#thinning === undefined ? index : keptAt(this.#thinning, index);
  }

  dueNs(index: number): number {
    const x = this.operationalTime(index);
    if (this.#segment === undefined || x < this.#low || x >= this.#high) this.#turnTo(x);
    const segment = this.#segment!;
    return segment.startNs + inverseNs(segment, x - segment.before);
  }

  /** The last segment that starts at or below x is the one in which Λ begins to exceed it. */
  #turnTo(x: number): void {
    const position = lastSegment(this.#segments, x, 'before');
    this.#segment = this.#segments[position]!;
    this.#low = this.#segment.before;
    this.#high = this.#segments[position + 1]?.before ?? Number.POSITIVE_INFINITY;
  }

  dueCount(tNs: number): number {
    const position = lastSegment(this.#segments, tNs, 'startNs');
    if (position < 0) return 0;
    const segment = this.#segments[position]!;
    const x = segment.before + cumulativeAt(segment, Math.min(segment.durationNs, tNs - segment.startNs));
    const units = this.#clock === undefined ? Math.ceil(x) : this.#clock.countBefore(x);
    let count = Math.min(this.#count, this.#thinning === undefined ? units : keptBelow(this.#thinning, units));
    // The estimate is right to a rounding error; the due times decide.
    while (count > 0 && this.dueNs(count - 1) > tNs) count--;
    while (count < this.#count && this.dueNs(count) <= tNs) count++;
    return count;
  }

  /** Messages due strictly before `tNs`. */
  dueCountBefore(tNs: number): number {
    let low = 0;
    let high = this.dueCount(tNs);
    // A burst shares one due time, all others have their own: look at the last, then halve.
    if (high > 0 && this.dueNs(high - 1) < tNs) return high;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.dueNs(middle) < tNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** For those that ask time and again: a reader of Poisson arrivals draws a group and a block before its first answer. */
function readerOf(schedule: Schedule): ScheduleReader {
  const known = readers.get(schedule);
  if (known !== undefined) return known;
  const reader = new ScheduleReader(schedule);
  readers.set(schedule, reader);
  return reader;
}

const readers = new WeakMap<Schedule, ScheduleReader>();

/** Gives every piece its place in the cumulative count. The sum is compensated (Neumaier), each total settled. */
function joinSegments(shapes: readonly SegmentShape[]): Segment[] {
  const segments: Segment[] = [];
  let sum = 0;
  let lost = 0;
  let before = 0;
  for (const shape of shapes) {
    if (shape.durationNs === 0) continue;
    const messages = messagesOf(shape);
    const next = sum + messages;
    lost += Math.abs(sum) >= messages ? sum - next + messages : messages - next + sum;
    sum = next;
    const after = settled(sum + lost);
    segments.push({ ...shape, before, messages: after - before });
    before = after;
  }
  return segments;
}

function lastSegment(segments: readonly Segment[], value: number, by: 'before' | 'startNs'): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (segments[middle]![by] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
