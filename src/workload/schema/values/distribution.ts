/** Numbers of a distribution by inverse transform sampling: one random number per value. */

import { Zipf } from '../../keys.ts';
import { CounterRng } from '../../random.ts';
import type { Distribution } from '../../record-plan.ts';

export type NumberDraw = (draw: number) => number;

/** Both included. */
export interface Limits {
  readonly min: number;
  readonly max: number;
}

/**
 * Truncated: numbers outside of the limits do not occur, those inside keep their proportions.
 * @param limits from `limitsOf`.
 * @param names of the RNG.
 */
export function openDistribution(
  distribution: Distribution,
  { min, max }: Limits,
  seed: number,
  ...names: readonly string[]
): NumberDraw {
  if ('zipf' in distribution) {
    const { cardinality, exponent } = distribution.zipf;
    const zipf = new Zipf(cardinality, exponent, { seed, scenario: names.join(' ') });
    return (draw) => zipf.rank(draw);
  }
  const quantile = quantileOf(distribution);
  const [from, to] = [shareBelow(quantile, min), shareBelow(quantile, max)];
  const rng = new CounterRng(seed, ...names);
  return (draw) => Math.min(max, Math.max(min, quantile(openUnit(from + rng.uniform(draw) * (to - from)))));
}

/** The CDF, by bisection of the quantile function. */
function shareBelow(quantile: (unit: number) => number, value: number): number {
  // Beyond any draw.
  if (value <= quantile(openUnit(0))) return 0;
  if (value > quantile(openUnit(1))) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (quantile(middle) < value) low = middle;
    else high = middle;
  }
  return low;
}

export function boundsOf(distribution: Distribution): {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
} {
  if ('zipf' in distribution) return { min: 1, max: distribution.zipf.cardinality };
  if ('normal' in distribution) return distribution.normal;
  if ('lognormal' in distribution) return { ...distribution.lognormal, min: distribution.lognormal.min ?? 0 };
  return { ...distribution.exponential, min: distribution.exponential.min ?? 0 };
}

/** Intersection of the distribution's min and max with the type's range. */
export function limitsOf(distribution: Distribution, type: Partial<Limits> = {}): Limits {
  const own = boundsOf(distribution);
  return {
    min: Math.max(own.min ?? -Infinity, type.min ?? -Infinity),
    max: Math.min(own.max ?? Infinity, type.max ?? Infinity),
  };
}

/** The share of the whole distribution that is within its limits. */
export function shareWithin(distribution: Distribution, type: Partial<Limits> = {}): number {
  if ('zipf' in distribution) return 1;
  const quantile = quantileOf(distribution);
  const { min, max } = limitsOf(distribution, type);
  return Math.max(0, shareBelow(quantile, max) - shareBelow(quantile, min));
}

function quantileOf(distribution: Exclude<Distribution, { zipf: unknown }>): (unit: number) => number {
  if ('normal' in distribution) {
    const { mean, stddev } = distribution.normal;
    return (unit) => mean + stddev * normalQuantile(unit);
  }
  if ('lognormal' in distribution) {
    const { mu, sigma } = distribution.lognormal;
    return (unit) => Math.exp(mu + sigma * normalQuantile(unit));
  }
  const { mean } = distribution.exponential;
  return (unit) => -mean * Math.log1p(-unit);
}

/** 0 and 1 have no quantile: stay half a step of the draw away. */
function openUnit(unit: number): number {
  return Math.min(1 - 2 ** -53, Math.max(2 ** -54, unit));
}

const CENTRE = 0.425;
/** Coefficients of AS 241's PPND16, highest power first: around the middle, in the tail, far out in it. */
const MIDDLE = [
  [
    2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
    133.14166789178438, 3.3871328727963665,
  ],
  [
    5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
    42.31333070160091, 1,
  ],
] as const;
const TAIL = [
  [
    0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
    5.769497221460691, 4.630337846156546, 1.4234371107496835,
  ],
  [
    1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
    1.6763848301838038, 2.053191626637759, 1,
  ],
] as const;
const FAR = [
  [
    2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
    1.7848265399172913, 5.463784911164114, 6.657904643501103,
  ],
  [
    2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
    0.1369298809227358, 0.599832206555888, 1,
  ],
] as const;

/**
 * The standard normal quantile to about 16 digits: algorithm AS 241, PPND16 (M. J. Wichura, "The Percentage Points of
 * the Normal Distribution", Applied Statistics 37(3), 1988).
 * @param unit in (0, 1).
 */
export function normalQuantile(unit: number): number {
  const q = unit - 0.5;
  if (Math.abs(q) <= CENTRE) return q * ratio(MIDDLE, CENTRE * CENTRE - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? unit : 1 - unit));
  const value = r <= 5 ? ratio(TAIL, r - 1.6) : ratio(FAR, r - 5);
  return q < 0 ? -value : value;
}

type Coefficients = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7, number>>;

function ratio([over, under]: readonly [Coefficients, Coefficients], x: number): number {
  return polynomial(over, x) / polynomial(under, x);
}

/** Horner's rule, unrolled: a loop takes 2.5 times as long. */
function polynomial(c: Coefficients, x: number): number {
  return ((((((c[0] * x + c[1]) * x + c[2]) * x + c[3]) * x + c[4]) * x + c[5]) * x + c[6]) * x + c[7];
}
