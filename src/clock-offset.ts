/**
 * How far two clocks are apart, bounded by round trips: the other clock puts its time, in whole milliseconds, on
 * something between `sentMs` and `receivedMs` of ours.
 *
 *   ours      sent ─────────────────── received
 *   other           stamp ─ stamp + 1 ms          sent − stamp − 1 < ours − other ≤ received − stamp
 */
import { US_PER_MS } from './units.ts';

export interface RoundTrip {
  /** Our clock, ms with fractions. */
  readonly sentMs: number;
  readonly receivedMs: number;
  /** The other clock, whole ms, rounded down. */
  readonly stampMs: number;
}

/** Our clock less the other lies in here, µs. */
export interface OffsetBound {
  readonly minUs: number;
  readonly maxUs: number;
}

/**
 * What all of them allow; tighter than the tightest one, as each meets another fraction of the other's millisecond. Where
 * they contradict each other a clock was set meanwhile: then all that any of them allows. Undefined without a round trip.
 */
export function offsetBound(trips: readonly RoundTrip[]): OffsetBound | undefined {
  if (trips.length === 0) return undefined;
  const bounds = trips.map(({ sentMs, receivedMs, stampMs }) => ({
    minUs: (sentMs - stampMs - 1) * US_PER_MS,
    maxUs: (receivedMs - stampMs) * US_PER_MS,
  }));
  const minUs = Math.max(...bounds.map((bound) => bound.minUs));
  const maxUs = Math.min(...bounds.map((bound) => bound.maxUs));
  return minUs <= maxUs ? { minUs, maxUs } : hullOf(bounds);
}

/** All that any of them allows: of several times, or of several other clocks. */
export function hullOf(bounds: readonly OffsetBound[]): OffsetBound {
  return {
    minUs: Math.min(...bounds.map(({ minUs }) => minUs)),
    maxUs: Math.max(...bounds.map(({ maxUs }) => maxUs)),
  };
}

/** Two machines that each measured against the same third clock: the first one's less the second one's. */
export function offsetBetween(first: OffsetBound, second: OffsetBound): OffsetBound {
  return { minUs: first.minUs - second.maxUs, maxUs: first.maxUs - second.minUs };
}
