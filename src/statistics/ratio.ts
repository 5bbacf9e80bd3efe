import jstat from 'jstat';

export const ALPHA = 0.05;

/**
 * Standard deviation of the log ratio of two figures that are rounded to 1/1024, as a histogram has them. No spread
 * counts as smaller: two equal pairs would have none, and a difference of a rounding step would be shown.
 */
const RESOLUTION = Math.SQRT2 / (1024 * Math.sqrt(12));

/** Of `other` to `base`, on the scale of logarithms: a doubling and a halving are equally far from 1. */
export interface RatioInterval {
  /** Geometric mean of the ratios of single runs. */
  readonly ratio: number;
  /** Ends of the interval; it covers the true ratio with probability 1 − alpha. */
  readonly low: number;
  readonly high: number;
  /** Two-sided; the null hypothesis is a ratio of 1. */
  readonly p: number;
  /** Pairs, or runs of the smaller side. */
  readonly n: number;
  readonly method: 'paired-t' | 'welch-t';
  /** Standard deviation of the log ratio of two runs, one of each side. */
  readonly sd: number;
  /** Standard error of the log of `ratio`. */
  readonly se: number;
  /** Degrees of freedom. */
  readonly df: number;
}

/**
 * Student's t interval of the mean log ratio, paired: `base[i]` and `other[i]` ran in the same round, so what slowed
 * the round cancels. Student, "The probable error of a mean", Biometrika 6 (1908).
 *
 * @returns null for fewer than two pairs, or where a value has no logarithm
 */
export function pairedRatio(
  base: readonly number[],
  other: readonly number[],
  alpha: number = ALPHA,
): RatioInterval | null {
  const n = base.length;
  if (n < 2 || n !== other.length || ![...base, ...other].every(hasLogarithm)) return null;
  const { mean, variance } = moments(base.map((value, i) => Math.log(other[i]! / value)));
  const sd = Math.max(Math.sqrt(variance), RESOLUTION);
  return interval(mean, { n, method: 'paired-t', sd, se: sd / Math.sqrt(n), df: n - 1 }, alpha);
}

/**
 * For sides that do not share rounds. Welch, "The generalization of Student's problem when several different
 * population variances are involved", Biometrika 34 (1947), with Satterthwaite's degrees of freedom.
 *
 * @returns null for fewer than two runs on a side, or where a value has no logarithm
 */
export function unpairedRatio(
  base: readonly number[],
  other: readonly number[],
  alpha: number = ALPHA,
): RatioInterval | null {
  if (base.length < 2 || other.length < 2 || ![...base, ...other].every(hasLogarithm)) return null;
  const [a, b] = [moments(base.map(Math.log)), moments(other.map(Math.log))];
  const [varianceA, varianceB] = [Math.max(a.variance, RESOLUTION ** 2 / 2), Math.max(b.variance, RESOLUTION ** 2 / 2)];
  const [errorA, errorB] = [varianceA / base.length, varianceB / other.length];
  const df = (errorA + errorB) ** 2 / (errorA ** 2 / (base.length - 1) + errorB ** 2 / (other.length - 1));
  const spread = { sd: Math.sqrt(varianceA + varianceB), se: Math.sqrt(errorA + errorB), df };
  const n = Math.min(base.length, other.length);
  return interval(b.mean - a.mean, { n, method: 'welch-t', ...spread }, alpha);
}

/** The same comparison at another level: that of a correction or of a look. */
export function atLevel(of: RatioInterval, alpha: number): RatioInterval {
  return interval(Math.log(of.ratio), of, alpha);
}

function interval(
  mean: number,
  of: Pick<RatioInterval, 'n' | 'method' | 'sd' | 'se' | 'df'>,
  alpha: number,
): RatioInterval {
  const { n, method, sd, se, df } = of;
  const margin = jstat.studentt.inv(1 - alpha / 2, df) * se;
  // JSON has no infinity.
  const exp = (log: number) => Math.min(Math.exp(log), Number.MAX_VALUE);
  const [ratio, low, high] = [exp(mean), exp(mean - margin), exp(mean + margin)];
  return { ratio, low, high, p: Math.min(1, 2 * jstat.studentt.cdf(-Math.abs(mean / se), df)), n, method, sd, se, df };
}

export interface EffectSize {
  /**
   * Difference of the mean logs in standard deviations of runs: Cohen's d with Hedges' correction for few runs
   * (Hedges, "Distribution theory for Glass's estimator of effect size", 1981). Null where runs do not differ at all.
   */
  readonly d: number | null;
  /**
   * Share of pairs, one run of each side, in which `other` is larger; ties count half. Vargha and Delaney, "A critique
   * and improvement of the CL common language effect size statistics", 2000. 0.5: neither side.
   */
  readonly superiority: number;
}

/** @returns null for fewer than two runs on a side, or where a value has no logarithm */
export function effectSize(base: readonly number[], other: readonly number[]): EffectSize | null {
  if (base.length < 2 || other.length < 2 || ![...base, ...other].every(hasLogarithm)) return null;
  const [a, b] = [moments(base.map(Math.log)), moments(other.map(Math.log))];
  const df = base.length + other.length - 2;
  const pooled = ((base.length - 1) * a.variance + (other.length - 1) * b.variance) / df;
  const correction = 1 - 3 / (4 * df - 1);
  const larger = base.reduce((sum, x) => sum + other.reduce((wins, y) => wins + (y > x ? 1 : y === x ? 0.5 : 0), 0), 0);
  return {
    d: pooled === 0 ? null : (correction * (b.mean - a.mean)) / Math.sqrt(pooled),
    superiority: larger / (base.length * other.length),
  };
}

export function hasLogarithm(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}

/** Unbiased variance. */
export function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}
