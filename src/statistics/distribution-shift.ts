import { holm, holmLevels } from './holm.ts';
import { ALPHA, atLevel, pairedRatio, type RatioInterval, unpairedRatio } from './ratio.ts';

/** Percentiles at which distributions are compared. */
export const SHIFT_PERCENTILES = [10, 25, 50, 75, 90, 95, 99, 99.9, 99.99] as const;

/** Up to and with this percentile it is the body, beyond it the tail. */
export const BODY_PERCENTILE_MAX = 90;

/** A percentile counts in a run if this many messages lie above it. */
export const MESSAGES_ABOVE_MIN = 10;

export interface PercentileShift {
  readonly p: number;
  readonly ratio: number;
  /** Leaves out 1 exactly where `moved`. */
  readonly low: number;
  readonly high: number;
  readonly pAdjusted: number;
  readonly moved: boolean;
}

export interface DistributionShift {
  readonly part: 'body' | 'tail' | 'both' | 'none shown';
  /** Of the percentiles that moved. */
  readonly direction: 'up' | 'down' | 'mixed' | null;
  readonly percentiles: readonly PercentileShift[];
}

/** Value at each of SHIFT_PERCENTILES of one run; null where it is not known. */
export type RunPercentiles = readonly (number | null)[];

/**
 * Which part of the distribution moved: a ratio at each percentile, over runs (messages of one run are not
 * independent), corrected together by Holm's procedure. A percentile that some run does not have is left out.
 */
export function distributionShift(
  base: readonly RunPercentiles[],
  other: readonly RunPercentiles[],
  { paired, alpha = ALPHA }: { readonly paired: boolean; readonly alpha?: number },
): DistributionShift {
  const compare = paired ? pairedRatio : unpairedRatio;
  const intervals = SHIFT_PERCENTILES.flatMap((p, i): { p: number; interval: RatioInterval }[] => {
    const interval = compare(base.map(valueAt(i)), other.map(valueAt(i)), alpha);
    return interval === null ? [] : [{ p, interval }];
  });
  const ps = intervals.map(({ interval }) => interval.p);
  const adjusted = holm(ps);
  const levels = holmLevels(ps, alpha);
  const percentiles = intervals.map(({ p, interval }, i) => {
    const { ratio, low, high } = atLevel(interval, levels[i]!);
    return { p, ratio, low, high, pAdjusted: adjusted[i]!, moved: adjusted[i]! <= alpha };
  });
  return { part: partOf(percentiles), direction: directionOf(percentiles), percentiles };
}

const valueAt = (i: number) => (run: RunPercentiles) => run[i] ?? Number.NaN;

function partOf(percentiles: readonly PercentileShift[]): DistributionShift['part'] {
  const moved = percentiles.filter((one) => one.moved);
  const isBody = moved.some(({ p }) => p <= BODY_PERCENTILE_MAX);
  const isTail = moved.some(({ p }) => p > BODY_PERCENTILE_MAX);
  if (isBody && isTail) return 'both';
  return isBody ? 'body' : isTail ? 'tail' : 'none shown';
}

function directionOf(percentiles: readonly PercentileShift[]): DistributionShift['direction'] {
  const ups = percentiles.filter(({ moved }) => moved).map(({ ratio }) => ratio > 1);
  if (ups.length === 0) return null;
  return ups.every((up) => up) ? 'up' : ups.some((up) => up) ? 'mixed' : 'down';
}
