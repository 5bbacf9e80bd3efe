import jstat from 'jstat';
import { ALPHA, hasLogarithm, moments } from './ratio.ts';

export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Probability that such an interval covers the median: 0 for a single run, whose ends are its value. */
  readonly coverage: number;
}

export function median(values: readonly number[]): number {
  return jstat.median(values);
}

/**
 * From six runs on (at 95 %), the narrowest symmetric pair of order statistics that covers the median often enough,
 * whatever the distribution: Hahn and Meeker, Statistical Intervals (1991), section 5.3. Below six even the range
 * does not; then Student's t on logarithms, for which runs must be about lognormal.
 */
export function medianInterval(values: readonly number[], alpha: number = ALPHA): MedianInterval {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const middle = median(sorted);
  if (n < 2) return { median: middle, low: middle, high: middle, coverage: 0 };
  let cut = 0;
  while (coverageOf(cut + 1, n) >= 1 - alpha) cut++;
  if (cut === 0) return { median: middle, ...meanInterval(sorted, alpha), coverage: 1 - alpha };
  return { median: middle, low: sorted[cut - 1]!, high: sorted[n - cut]!, coverage: coverageOf(cut, n) };
}

/** Of the interval from the value of rank `rank` (1…) to the one as far from the end. */
function coverageOf(rank: number, n: number): number {
  return 2 * rank > n ? 0 : 1 - 2 * jstat.binomial.cdf(rank - 1, n, 0.5);
}

function meanInterval(values: readonly number[], alpha: number): { low: number; high: number } {
  const isLog = values.every(hasLogarithm);
  const { mean, variance } = moments(isLog ? values.map(Math.log) : values);
  const margin = jstat.studentt.inv(1 - alpha / 2, values.length - 1) * Math.sqrt(variance / values.length);
  const [low, high] = [mean - margin, mean + margin];
  // JSON has no infinity.
  return isLog ? { low: Math.exp(low), high: Math.min(Math.exp(high), Number.MAX_VALUE) } : { low, high };
}
