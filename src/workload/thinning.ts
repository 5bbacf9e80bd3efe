/**
 * Part of a sequence, thinned as a point process is: of every period the same positions are kept. Which member the
 * k-th kept one is, and how many are kept below one, are closed forms; memory depends on the period alone.
 */
export interface Thinning {
  readonly period: number;
  /** Positions in the period that are kept, 0 ≤ position < period, ascending; one at least. */
  readonly kept: Int32Array;
  /** Present when some of the kept ones are done already: counted anew, those that are left come in their order. */
  readonly left?: Remainder;
}

/** What is left of a sequence: a few members from before `from`, and all from there on. */
export interface Remainder {
  /** Ascending, all below `from`. */
  readonly missing: Float64Array;
  readonly from: number;
}

/** All of a sequence. */
export const EVERY: Thinning = { period: 1, kept: Int32Array.of(0) };

/** Member of the whole sequence that the k-th kept one is, from 0. */
export function keptAt({ period, kept, left }: Thinning, k: number): number {
  const place = left === undefined ? k : leftAt(left, k);
  const round = Math.floor(place / kept.length);
  return round * period + kept[place - round * kept.length]!;
}

/** How many of the members 0..n-1 are kept. */
export function keptBelow({ period, kept, left }: Thinning, n: number): number {
  const round = Math.floor(n / period);
  const below = round * kept.length + countBelow(kept, n - round * period);
  return left === undefined ? below : countBelow(left.missing, below) + Math.max(0, below - left.from);
}

/** Member k of what is left. */
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
