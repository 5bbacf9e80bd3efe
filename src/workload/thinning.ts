/**
 * Part of a sequence, thinned as a point process is: of every period the same positions are kept. Which member the
 * k-th kept one is, and how many are kept below one, are closed forms; memory depends on the period alone.
 */
export interface Thinning {
  readonly period: number;
  /** Positions in the period that are kept, 0 ≤ position < period, ascending; one at least. */
  readonly kept: Int32Array;
}

/** Member of the whole sequence that the k-th kept one is, from 0. */
export function keptAt({ period, kept }: Thinning, k: number): number {
  const round = Math.floor(k / kept.length);
  return round * period + kept[k - round * kept.length]!;
}

/** How many of the members 0..n-1 are kept. */
export function keptBelow({ period, kept }: Thinning, n: number): number {
  const round = Math.floor(n / period);
  const rest = n - round * period;
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (kept[middle]! < rest) low = middle + 1;
    else high = middle;
  }
  return round * kept.length + low;
}
