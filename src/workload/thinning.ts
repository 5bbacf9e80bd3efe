/**
 * A periodic subsequence: the same positions are kept in every period. Both the k-th kept member and the number kept
 * below a member are closed forms; memory depends only on the period.
 */
export interface Thinning {
  readonly period: number;
  /** Kept positions in the period, 0 ≤ position < period, ascending, not empty. */
  readonly kept: Int32Array;
  /** Set on resume, when some kept members are already done: the remaining ones are renumbered from 0, in order. */
  readonly left?: Remainder;
}

/** The remaining members of a sequence: a few below `from`, and all from there on. */
export interface Remainder {
  /** Members below `from`, ascending. */
  readonly missing: Float64Array;
  readonly from: number;
}

/** Keeps every member. */
export const EVERY: Thinning = { period: 1, kept: Int32Array.of(0) };

/** The k-th kept member of the whole sequence, from 0. */
export function keptAt({ period, kept, left }: Thinning, k: number): number {
  const place = left === undefined ? k : leftAt(left, k);
  const round = Math.floor(place / kept.length);
  return round * period + kept[place - round * kept.length]!;
}

/** Number of kept members among 0..n-1. */
export function keptBelow({ period, kept, left }: Thinning, n: number): number {
  const round = Math.floor(n / period);
  const below = round * kept.length + countBelow(kept, n - round * period);
  return left === undefined ? below : countBelow(left.missing, below) + Math.max(0, below - left.from);
}

/** The k-th remaining member. */
export function leftAt({ missing, from }: Remainder, k: number): number {
  return k < missing.length ? missing[k]! : from + k - missing.length;
}

/** How many elements are below `value`. */
function countBelow(ascending: Int32Array | Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
