/** The logarithmic latency axis that all charts of a page have alike. */
import { scaleLog } from 'd3-scale';
import { formatCount, US_PER_MS } from '../../units.ts';
import type { Scale } from './plot.tsx';

export interface LatencyAxis {
  /** µs → px; what is not above the axis' start is drawn at it. */
  readonly y: Scale;
  readonly yTicks: readonly { readonly value: number; readonly label: string }[];
}

/** A year: nothing real is above, and an axis must have an end. */
const LONGEST_US = 3e13;

/** @param top px that stay free above the greatest value. */
export function latencyAxis(valuesUs: Iterable<number | null | undefined>, height: number, top = 0): LatencyAxis {
  let [lowest, highest] = [Infinity, 0];
  for (const value of valuesUs) {
    if (value === null || value === undefined || !(value > 0)) continue;
    const known = Math.min(value, LONGEST_US);
    lowest = Math.min(lowest, known);
    highest = Math.max(highest, known);
  }
  if (highest === 0) [lowest, highest] = [100, 100_000];
  const from = roundDown(Math.max(1, lowest));
  const to = roundUp(Math.max(highest, from * 1.01));
  return {
    y: scaleLog([from, to], [height, top]).clamp(true),
    yTicks: ticks(from, to).map((value) => ({ value, label: formatCount(value / US_PER_MS, 3) })),
  };
}

/** Whole powers of ten where there are enough of them. */
function ticks(from: number, to: number): number[] {
  const exponents = Array.from({ length: 20 }, (_, exponent) => exponent);
  const digits = to / from > 300 ? [1] : [1, 2, 5];
  return exponents
    .flatMap((exponent) => digits.map((digit) => digit * 10 ** exponent))
    .filter((value) => value >= from && value <= to);
}

/** Near enough to the values that no room is wasted. */
const ENDS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return power * ENDS.findLast((end) => end * power <= value * (1 + 1e-9))!;
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return power * ENDS.find((end) => end * power >= value * (1 - 1e-9))!;
}
