/** Latency by percentile on HdrHistogram's axis, on which each further nine is as wide as the one before. */
import { type FlatHistogram, percentile, totalCount } from '../recorder/histogram.ts';

export interface PercentileCurve {
  /** `response`, `service`, `schedule lag`, or what else the curve is of. */
  readonly name: string;
  /** Ascending; it ends where failed and unresolved messages begin. */
  readonly points: readonly PercentilePoint[];
  /** With a latency. */
  readonly count: number;
  /** Failed and unresolved: they rank above all others. */
  readonly censored: number;
}

export interface PercentilePoint {
  /** 1 … PERCENTILE_MAX */
  readonly percentile: number;
  readonly valueUs: number;
  /** Messages that rank above it, censored ones included. */
  readonly above: number;
}

export const PERCENTILE_MAX = 99.999;

/** Shares of the messages above a point, of each power of ten. */
const SHARES = [1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.12];

/** 1 50 90 99 99.9 99.99 99.999 and what lies between. */
const PERCENTILES = [
  ...[1, 5, 10],
  ...[0, 1, 2, 3, 4].flatMap((nines) => SHARES.map((share) => percentOf(share * 10 ** -nines))).slice(1),
  PERCENTILE_MAX,
];

/** @param censored messages without a latency, which rank above all that have one. */
export function percentileCurve(name: string, histogram: FlatHistogram, censored: number): PercentileCurve {
  const count = totalCount(histogram);
  const points = PERCENTILES.flatMap((percent) => {
    const valueUs = percentile(histogram, percent, censored);
    if (typeof valueUs !== 'number') return [];
    return [{ percentile: percent, valueUs, above: messagesAbove(count + censored, percent) }];
  });
  return { name, points, count, censored };
}

/** Of all of them, how many rank above a percentile. */
export function messagesAbove(total: number, percent: number): number {
  return Math.max(0, total - Math.max(1, Math.ceil((total * percent) / 100 - 1e-6)));
}

/** Without the last digits of a subtraction. */
function percentOf(shareAbove: number): number {
  return Number((100 * (1 - shareAbove)).toFixed(6));
}
