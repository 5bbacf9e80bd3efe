/** Methods that were tried for paired ratios and lost: kept for the table that shows why. */
import { pairedT } from './quick.ts';
import type { Draws } from './simulation.ts';

const ALPHA = 0.05;
const RESAMPLES = 200;

type Logs = Float64Array;

const logRatios = (base: Logs, other: Logs) => base.map((value, i) => other[i]! - value);

/** Percentile bootstrap of the mean log ratio: Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13. */
export function bootstrapShows(draws: Draws, base: Logs, other: Logs): boolean {
  const ratios = logRatios(base, other);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < ratios.length; i++) sum += ratios[Math.floor(draws.uniform() * ratios.length)]!;
    return sum;
  }).sort();
  return means[(RESAMPLES * ALPHA) / 2]! > 0 || means[RESAMPLES * (1 - ALPHA / 2) - 1]! < 0;
}

const rankSums = new Map<number, readonly number[]>();

/** Share of the 2^n signs of the ranks 1…n whose positive ones sum to s, for each s. */
function rankSumShares(n: number): readonly number[] {
  const known = rankSums.get(n);
  if (known !== undefined) return known;
  let shares = [1];
  for (let rank = 1; rank <= n; rank++) {
    const next = Array<number>(shares.length + rank).fill(0);
    for (const [sum, share] of shares.entries()) {
      next[sum]! += share / 2;
      next[sum + rank]! += share / 2;
    }
    shares = next;
  }
  rankSums.set(n, shares);
  return shares;
}

/** Exact signed-rank test, whose interval is around the Hodges-Lehmann estimate: Wilcoxon (1945). */
export function signedRankShows(base: Logs, other: Logs): boolean {
  const ranked = logRatios(base, other).sort((a, b) => Math.abs(a) - Math.abs(b));
  const positive = ranked.reduce((sum, ratio, i) => sum + (ratio > 0 ? i + 1 : 0), 0);
  const shares = rankSumShares(ranked.length);
  const smaller = Math.min(positive, shares.length - 1 - positive);
  return 2 * shares.slice(0, smaller + 1).reduce((sum, share) => sum + share, 0) <= ALPHA;
}

/**
 * An e-process for a t statistic, which may be looked at after every round: the ratio of likelihoods with an effect
 * drawn from a normal distribution of `scale` standard deviations to that without one, over 1 / alpha. Wang and
 * Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance" (2023).
 */
export function evidenceShows(base: Logs, other: Logs, n: number, scale: number): boolean {
  const df = n - 1;
  const squared = pairedT(base, other, n) ** 2;
  const spread = 1 + n * scale ** 2;
  const evidence = ((df + 1) / 2) * (Math.log1p(squared / df) - Math.log1p(squared / (df * spread)));
  return evidence - Math.log(spread) / 2 >= -Math.log(ALPHA);
}
