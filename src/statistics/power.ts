import jstat from 'jstat';
import { ALPHA, type RatioInterval } from './ratio.ts';

/** Share of comparisons in which a difference should be shown: the usual choice since Cohen (1988). */
export const POWER = 0.8;

const RUNS_MAX = 100_000;

/** From so many degrees of freedom on the approximation by a normal distribution is exact to 1 in 10,000. */
const DF_NORMAL = 100;

/** Probability that a two-sided t test shows a shift of `ncp` standard errors. */
export function powerOf(ncp: number, df: number, alpha: number = ALPHA): number {
  return powerBeyond(jstat.studentt.inv(1 - alpha / 2, df), ncp, df);
}

/** Of a standard normal deviate what lies beyond is less than 1 in 10^14. */
const DEVIATE_MAX = 8;
const STEPS = 100;

function powerBeyond(critical: number, ncp: number, df: number): number {
  return shareBeyond(critical, ncp, df) + shareBeyond(critical, -ncp, df);
}

/**
 * Share above `critical` of the noncentral t distribution, which is (Z + ncp) ÷ √(χ²/df): over all Z, by Simpson's rule,
 * the probability that χ² is small enough. jStat has the series, which for a large ncp ends before its largest terms.
 */
function shareBeyond(critical: number, ncp: number, df: number): number {
  const from = Math.max(-DEVIATE_MAX, -ncp);
  const width = (DEVIATE_MAX - from) / (2 * STEPS);
  if (width <= 0) return 0;
  let sum = 0;
  for (let i = 0; i <= 2 * STEPS; i++) {
    const z = from + i * width;
    const weight = i === 0 || i === 2 * STEPS ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp((-z * z) / 2) * jstat.chisquare.cdf(df * ((z + ncp) / critical) ** 2, df);
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}

/**
 * The smallest relative increase that such a comparison shows with probability `power`: what "no difference shown"
 * leaves open. 0.08 means 8 %. Infinite where not even a thousandfold would be.
 */
export function smallestShownEffect(of: RatioInterval, alpha: number = ALPHA, power: number = POWER): number {
  const shift = of.se * shiftShown(of.df, alpha, power);
  return shift > Math.log(1000) ? Number.POSITIVE_INFINITY : Math.expm1(shift);
}

/**
 * Rounds after which a relative change of `effect` (0.1 for 10 %) is shown with probability `power`.
 *
 * @param sd of the log ratio of two runs: `RatioInterval.sd`
 */
export function runsNeeded(sd: number, effect: number, alpha: number = ALPHA, power: number = POWER): number {
  const shift = Math.abs(Math.log1p(effect));
  const isEnough = (n: number) => (sd / Math.sqrt(n)) * shiftShown(n - 1, alpha, power) <= shift;
  let enough = 2;
  while (enough < RUNS_MAX && !isEnough(enough)) enough *= 2;
  if (enough >= RUNS_MAX) return Number.POSITIVE_INFINITY;
  let tooFew = enough / 2;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

const shifts = new Map<string, number>();

/** In standard errors. An experiment asks the same for each of its comparisons, and one answer takes milliseconds. */
function shiftShown(df: number, alpha: number, power: number): number {
  const key = `${df} ${alpha} ${power}`;
  const known = shifts.get(key);
  if (known !== undefined) return known;
  const found = (df < DF_NORMAL ? findShift : approximateShift)(df, alpha, power);
  shifts.set(key, found);
  return found;
}

/** The power rises with the shift: the secant method, and bisection where that leaves what is known. */
function findShift(df: number, alpha: number, power: number): number {
  const critical = jstat.studentt.inv(1 - alpha / 2, df);
  const near = critical + jstat.studentt.inv(power, df);
  let [low, high] = [0, 2 * near];
  let [last, atLast] = [0, alpha - power];
  let next = near;
  while (high - low > 1e-6 * high) {
    const at = powerBeyond(critical, next, df) - power;
    if (Math.abs(at) < 1e-7) return next;
    if (at < 0) low = next;
    else high = next;
    const secant = next - (at * (next - last)) / (at - atLast);
    [last, atLast] = [next, at];
    next = secant > low && secant < high ? secant : (low + high) / 2;
  }
  return high;
}

/** Johnson and Welch, "Applications of the non-central t-distribution", Biometrika 31 (1940). */
function approximateShift(df: number, alpha: number, power: number): number {
  const critical = jstat.studentt.inv(1 - alpha / 2, df);
  return critical * (1 - 1 / (4 * df)) + jstat.normal.inv(power, 0, 1) * Math.sqrt(1 + critical ** 2 / (2 * df));
}
