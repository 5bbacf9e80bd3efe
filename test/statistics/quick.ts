/**
 * Student's and Welch's tests on logarithms in the form that many thousand simulated comparisons need: against critical
 * values that are looked up. A test holds that they decide as src/statistics does.
 */
import jstat from 'jstat';
import { ALPHA } from '../../src/statistics/ratio.ts';

type Logs = ArrayLike<number>;

const criticals = new Map<number, number[]>();

/** @param df a whole number */
export function critical(df: number, alpha: number = ALPHA): number {
  const byDf = criticals.get(alpha) ?? [];
  criticals.set(alpha, byDf);
  byDf[df] ??= jstat.studentt.inv(1 - alpha / 2, df);
  return byDf[df];
}

/** Mean of the first `n` log ratios in standard errors. */
export function pairedT(base: Logs, other: Logs, n: number = base.length): number {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (other[i]! - base[i]!) / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (other[i]! - base[i]! - mean) ** 2;
  return mean / Math.sqrt(squares / (n - 1) / n);
}

/** Any of the others to the first, by the first step of Holm's procedure. */
export function anyShown([base, ...others]: readonly Logs[], n: number, alpha: number = ALPHA): boolean {
  const limit = critical(n - 1, alpha / others.length);
  return others.some((other) => Math.abs(pairedT(base!, other, n)) >= limit);
}

export function welchShows(base: Logs, other: Logs): boolean {
  const n = base.length;
  const [a, b] = [momentsOf(base), momentsOf(other)];
  const t = Math.abs(b.mean - a.mean) / Math.sqrt((a.variance + b.variance) / n);
  // Degrees of freedom are between these, and seldom decide.
  if (t < critical(2 * n - 2) || t >= critical(n - 1)) return t >= critical(n - 1);
  const df = ((n - 1) * (a.variance + b.variance) ** 2) / (a.variance ** 2 + b.variance ** 2);
  return t >= jstat.studentt.inv(1 - ALPHA / 2, df);
}

function momentsOf(values: Logs): { mean: number; variance: number } {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  return { mean, variance: squares / (n - 1) };
}
