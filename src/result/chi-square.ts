/** Pearson's χ² test of goodness of fit: do counts agree with the shares that were promised? */

export interface GoodnessOfFit {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  /** How likely counts are that fit no better, where the shares are the true ones. Near 1: they fit exactly. */
  readonly p: number;
}

/** Cells that expect fewer are taken together: χ² is a poor approximation for them (Cochran 1954). */
const EXPECTED_MIN = 5;

/**
 * @param counts of each value.
 * @param shares of the same values, above 0 and summing up to 1.
 * @returns undefined where there is nothing to test: a single value, or so few counts that only one cell is left.
 */
export function goodnessOfFit(counts: ArrayLike<number>, shares: ArrayLike<number>): GoodnessOfFit | undefined {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  const cells = largeEnough(Array.from(counts, (count, i) => ({ count, expected: shares[i]! * total })));
  if (cells.length < 2) return undefined;
  const chiSquare = cells.reduce((sum, { count, expected }) => sum + (count - expected) ** 2 / expected, 0);
  const degreesOfFreedom = cells.length - 1;
  return { chiSquare, degreesOfFreedom, p: chiSquareAbove(chiSquare, degreesOfFreedom) };
}

interface Cell {
  readonly count: number;
  readonly expected: number;
}

/** The small cells as one; while that is too small as well, with the next larger one. */
function largeEnough(cells: readonly Cell[]): readonly Cell[] {
  const sorted = cells.toSorted((a, b) => a.expected - b.expected);
  let small: Cell = { count: 0, expected: 0 };
  let i = 0;
  while (i < sorted.length && (sorted[i]!.expected < EXPECTED_MIN || (i > 0 && small.expected < EXPECTED_MIN))) {
    small = { count: small.count + sorted[i]!.count, expected: small.expected + sorted[i]!.expected };
    i += 1;
  }
  return i === 0 ? sorted : [small, ...sorted.slice(i)];
}

/**
 * The probability that χ² with these degrees of freedom is above x: finite sums, exact but for rounding (Abramowitz and
 * Stegun 26.4.4 and 26.4.5, which add up Q(a + 1) = Q(a) + e^-h h^a / Γ(a + 1) with h = x / 2).
 */
export function chiSquareAbove(x: number, degreesOfFreedom: number): number {
  const h = x / 2;
  // Of the least double half is 0 already, whose logarithm is none.
  if (h <= 0) return 1;
  const isEven = degreesOfFreedom % 2 === 0;
  let sum = isEven ? Math.exp(-h) : erfc(Math.sqrt(h));
  // In logarithms: with many degrees of freedom e^-h alone would be 0.
  let logTerm = isEven ? -h : -h - 0.5 * Math.log(Math.PI * h);
  for (let a = isEven ? 1 : 0.5; a < degreesOfFreedom / 2; a++) {
    logTerm += Math.log(h / a);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

/**
 * Complementary error function of x ≥ 0, to a relative 1.2e-7 (Press et al., Numerical Recipes in C, 6.2: a Chebyshev
 * fit).
 */
function erfc(x: number): number {
  const t = 1 / (1 + x / 2);
  const coefficients = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
    -1.26551223,
  ];
  const exponent = coefficients.reduce((sum, coefficient) => sum * t + coefficient, 0);
  return t * Math.exp(-x * x + exponent);
}
