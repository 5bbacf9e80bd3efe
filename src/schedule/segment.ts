/**
 * The pieces a schedule is made of: each a closed-form cumulative count over its own time and that count's inverse.
 * Within a segment, time u is ns since its start and x the messages since its start, both may be fractional.
 */

import { NS_PER_SEC } from '../units.ts';

interface Span {
  /** ns from run start. */
  readonly startNs: number;
  readonly durationNs: number;
  /** Cumulative messages of the schedule where this segment starts. */
  readonly before: number;
  /** Messages of this segment: the next one's `before` minus this one's. May be fractional. */
  readonly messages: number;
}

/** The rate goes from one value to the other in a straight line; equal values are a constant rate, zeros a hole. */
export interface LinearSegment extends Span {
  readonly kind: 'linear';
  readonly fromPerSec: number;
  readonly toPerSec: number;
}

/** rate(u) = mean + amplitude·sin(2π(u + phase) / period), amplitude ≤ mean, 0 ≤ phase < period. */
export interface SineSegment extends Span {
  readonly kind: 'sine';
  readonly meanPerSec: number;
  readonly amplitudePerSec: number;
  readonly periodNs: number;
  readonly phaseNs: number;
}

/**
 * `size` messages back to back at 0, everyNs, 2·everyNs, … before the segment's end. A size that is not a whole number
 * carries over: a message is due at the burst in which its unit begins, 2.5 at a time are 3, 2, 3, 2, …
 */
export interface BurstSegment extends Span {
  readonly kind: 'burst';
  readonly size: number;
  readonly everyNs: number;
}

export type Segment = LinearSegment | SineSegment | BurstSegment;

/** A segment's shape, before it has its place in the cumulative count. */
export type SegmentShape =
  | Omit<LinearSegment, 'before' | 'messages'>
  | Omit<SineSegment, 'before' | 'messages'>
  | Omit<BurstSegment, 'before' | 'messages'>;

export function constantRate(startNs: number, durationNs: number, perSec: number): SegmentShape {
  return { kind: 'linear', startNs, durationNs, fromPerSec: perSec, toPerSec: perSec };
}

/** Messages of the segment up to and including time u, 0 ≤ u ≤ durationNs. */
export function cumulativeAt(segment: SegmentShape, u: number): number {
  switch (segment.kind) {
    case 'linear': {
      const { fromPerSec, toPerSec, durationNs } = segment;
      if (fromPerSec === toPerSec) return (fromPerSec * u) / NS_PER_SEC;
      return ((fromPerSec + ((toPerSec - fromPerSec) * u) / (2 * durationNs)) * u) / NS_PER_SEC;
    }
    case 'sine': {
      const { meanPerSec, phaseNs } = segment;
      return (meanPerSec * u) / NS_PER_SEC + sineWave(segment, phaseNs + u) - sineWave(segment, phaseNs);
    }
    case 'burst':
      return segment.size * Math.min(burstsOf(segment), Math.floor(settled(u / segment.everyNs, 0)) + 1);
  }
}

/** What the swing adds until time t of the unshifted sine. 1 − cos θ = 2 sin²(θ/2): no cancellation near whole periods. */
function sineWave({ amplitudePerSec, periodNs }: Pick<SineSegment, 'amplitudePerSec' | 'periodNs'>, t: number): number {
  const angle = 2 * Math.PI * ((t / periodNs) % 1);
  return ((amplitudePerSec * periodNs) / Math.PI / NS_PER_SEC) * Math.sin(angle / 2) ** 2;
}

/**
 * The part of a shape from time `from` to time `to`, its rate times `factor`. Bursts are not cut: a part has those
 * that are due in it, and so begins with its first one and ends where the next part's first one is due.
 */
export function scaledPart(shape: SegmentShape, from: number, to: number, factor: number): SegmentShape {
  const { startNs, durationNs } = shape;
  const align = (u: number) =>
    shape.kind !== 'burst' || u === 0
      ? u
      : Math.min(durationNs, Math.ceil(settled(u / shape.everyNs, 0)) * shape.everyNs);
  const start = align(from);
  const span = { startNs: startNs + start, durationNs: align(to) - start };
  if (factor === 0) return { kind: 'linear', ...span, fromPerSec: 0, toPerSec: 0 };
  switch (shape.kind) {
    case 'linear': {
      const { fromPerSec, toPerSec } = shape;
      const rateAt = (u: number) =>
        u === durationNs ? toPerSec : fromPerSec + (toPerSec - fromPerSec) * (u / durationNs);
      return { kind: 'linear', ...span, fromPerSec: rateAt(from) * factor, toPerSec: rateAt(to) * factor };
    }
    case 'sine': {
      const { meanPerSec, amplitudePerSec, periodNs } = shape;
      const scaled = { meanPerSec: meanPerSec * factor, amplitudePerSec: amplitudePerSec * factor };
      return { kind: 'sine', ...span, ...scaled, periodNs, phaseNs: (shape.phaseNs + from) % periodNs };
    }
    case 'burst':
      return { kind: 'burst', ...span, size: shape.size * factor, everyNs: shape.everyNs };
  }
}

/** The same messages in a time `speed` times as short. */
export function acceleratedSegment(segment: Segment, speed: number): Segment {
  const startNs = segment.startNs / speed;
  // Ends where the next one starts, to the last bit.
  const span = { startNs, durationNs: (segment.startNs + segment.durationNs) / speed - startNs };
  switch (segment.kind) {
    case 'linear':
      return { ...segment, ...span, fromPerSec: segment.fromPerSec * speed, toPerSec: segment.toPerSec * speed };
    case 'sine': {
      const rates = { meanPerSec: segment.meanPerSec * speed, amplitudePerSec: segment.amplitudePerSec * speed };
      return { ...segment, ...span, ...rates, periodNs: segment.periodNs / speed, phaseNs: segment.phaseNs / speed };
    }
    case 'burst':
      return { ...segment, ...span, everyNs: segment.everyNs / speed };
  }
}

/** Messages of the whole segment. */
export function messagesOf(shape: SegmentShape): number {
  if (shape.kind === 'linear') return ((shape.fromPerSec + shape.toPerSec) / 2) * (shape.durationNs / NS_PER_SEC);
  if (shape.kind === 'burst') return shape.size * burstsOf(shape);
  return cumulativeAt(shape, shape.durationNs);
}

/** The greatest rate the segment reaches, per second; a burst counts as its size spread over its interval. */
export function peakRateOf(shape: SegmentShape): number {
  if (shape.kind === 'linear') return Math.max(shape.fromPerSec, shape.toPerSec);
  if (shape.kind === 'sine') return sinePeakPerSec(shape);
  return (shape.size / shape.everyNs) * NS_PER_SEC;
}

/** The rate at time u, per second; a burst counts as its size spread over its interval. */
export function rateAt(segment: SegmentShape, u: number): number {
  switch (segment.kind) {
    case 'linear': {
      const { fromPerSec, toPerSec, durationNs } = segment;
      return fromPerSec + (toPerSec - fromPerSec) * (u / durationNs);
    }
    case 'sine': {
      const { meanPerSec, amplitudePerSec, periodNs, phaseNs } = segment;
      return meanPerSec + amplitudePerSec * Math.sin((2 * Math.PI * (phaseNs + u)) / periodNs);
    }
    case 'burst':
      return peakRateOf(segment);
  }
}

/** The crest, a quarter of the period into each, where the segment has one; else the higher of its ends. */
function sinePeakPerSec(shape: Omit<SineSegment, 'before' | 'messages'>): number {
  const { meanPerSec, amplitudePerSec, periodNs, phaseNs, durationNs } = shape;
  const toCrestNs = (periodNs * 1.25 - phaseNs) % periodNs;
  if (toCrestNs <= durationNs) return meanPerSec + amplitudePerSec;
  const swingAt = (u: number) => Math.sin((2 * Math.PI * (phaseNs + u)) / periodNs);
  return meanPerSec + amplitudePerSec * Math.max(swingAt(0), swingAt(durationNs));
}

/** The time u at which the cumulative count begins to exceed x, 0 ≤ x < messages. */
export function inverseNs(segment: Segment, x: number): number {
  if (segment.kind === 'linear') return linearInverseNs(segment, x);
  if (segment.kind === 'burst') return burstAt(segment, x) * segment.everyNs;
  return sineInverseNs(segment, x);
}

/**
 * Solves from·u + (to − from)·u²/2d = x as u = 2x / (from + rate at u), where rate² is a sum of positive terms from
 * whichever end has the lower rate: nothing cancels, neither for nearly constant rates nor close to rate 0.
 */
function linearInverseNs(segment: LinearSegment, x: number): number {
  const { fromPerSec, toPerSec, durationNs } = segment;
  if (fromPerSec === toPerSec) return Math.min(durationNs, (x * NS_PER_SEC) / fromPerSec);
  if (x === 0) return 0;
  const slope = (2 * NS_PER_SEC * (toPerSec - fromPerSec)) / durationNs;
  const rate =
    toPerSec > fromPerSec
      ? Math.sqrt(fromPerSec * fromPerSec + slope * x)
      : Math.sqrt(toPerSec * toPerSec - slope * Math.max(0, segment.messages - x));
  return Math.min(durationNs, (2 * NS_PER_SEC * x) / (fromPerSec + rate));
}

/**
 * Whole periods by division; inside one, θ + e·(1 − cos θ) = M with e = amplitude / mean, which a quarter turn makes
 * Kepler's equation E − e·sin E = M + π/2 − e with E = θ + π/2.
 */
function sineInverseNs(segment: SineSegment, x: number): number {
  const { meanPerSec, periodNs, phaseNs } = segment;
  const perPeriod = (meanPerSec * periodNs) / NS_PER_SEC;
  const skipped = phaseNs === 0 ? 0 : (meanPerSec * phaseNs) / NS_PER_SEC + sineWave(segment, phaseNs);
  const position = (x + skipped) / perPeriod;
  const periods = Math.floor(position);
  const e = segment.amplitudePerSec / meanPerSec;
  const mean = 2 * Math.PI * (position - periods) + Math.PI / 2 - e;
  const anomaly = mean <= Math.PI ? eccentricAnomaly(mean, e) : eccentricAnomaly(mean - 2 * Math.PI, e) + 2 * Math.PI;
  const turn = Math.max(0, Math.min(1, (anomaly - Math.PI / 2) / (2 * Math.PI)));
  return Math.max(0, Math.min(segment.durationNs, (periods + turn) * periodNs - phaseNs));
}

/**
 * Kepler's equation for -π ≤ mean ≤ π and 0 ≤ e ≤ 1, by F. L. Markley, "Kepler Equation Solver" (Celestial Mechanics
 * and Dynamical Astronomy 63, 1995): a cubic gives E to 4 digits for every e, one fifth-order step the rest. One
 * trigonometric call and no loop, where Newton's method needs a bracket and a dozen of them close to e = 1.
 */
function eccentricAnomaly(mean: number, e: number): number {
  // For e = 1 the cubic is 0 / 0 here.
  if (mean === 0) return 0;
  const pi = Math.PI;
  const alpha = (3 * pi * pi + (1.6 * pi * (pi - Math.abs(mean))) / (1 + e)) / (pi * pi - 6);
  const d = 3 * (1 - e) + alpha * e;
  const q = 2 * alpha * d * (1 - e) - mean * mean;
  const r = (3 * alpha * d * (d - 1 + e) + mean * mean) * mean;
  const root = Math.cbrt(Math.abs(r) + Math.sqrt(q * q * q + r * r));
  const w = root * root;
  const start = ((2 * r * w) / (w * w + w * q + q * q) + mean) / d;
  const sin = Math.sin(start);
  const f2 = e * sin;
  // Only steers the step: its own rounding does not reach the result, a second call of Math would cost a fifth.
  const f3 = e * (Math.abs(start) > pi / 2 ? -1 : 1) * Math.sqrt(1 - sin * sin);
  const f = start - f2 - mean;
  const f1 = 1 - f3;
  if (f === 0) return start;
  const step3 = -f / (f1 - (f * f2) / (2 * f1));
  const step4 = -f / (f1 + (step3 * f2) / 2 + (step3 * step3 * f3) / 6);
  return start - f / (f1 + (step4 * f2) / 2 + (step4 * step4 * f3) / 6 - (step4 * step4 * step4 * f2) / 24);
}

/** The burst, from 0, in which the unit that begins at x is due. */
function burstAt(segment: BurstSegment, x: number): number {
  return Math.min(burstsOf(segment) - 1, Math.floor(settled(x / segment.size)));
}

function burstsOf(shape: Pick<BurstSegment, 'durationNs' | 'everyNs'>): number {
  return Math.ceil(settled(shape.durationNs / shape.everyNs, 0));
}

/** A total that misses an integer by no more than its own rounding is that integer. */
export function settled(total: number, slack = 1e-9): number {
  const whole = Math.round(total);
  return Math.abs(total - whole) <= Math.max(slack, total * 2 ** -50) ? whole : total;
}
