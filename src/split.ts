/** Exact shares: whatever is split, the parts add up to the total. */

/**
 * How many of the indexes 0..count-1 are ≡ part (mod parts): the messages of one worker, and just as well its part
 * of anything countable that is split evenly. Infinity stays Infinity.
 */
export function shareOf(count: number, part: number, parts: number): number {
  if (count <= part) return 0;
  return Math.ceil((count - part) / parts);
}

/**
 * Splits an integer in proportion to weights by the largest remainder (Hamilton's method); among equal remainders
 * the earlier one gains. Weights are integers, the arithmetic is BigInt; all weights zero: none gets anything.
 */
export function proportionalShares(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + BigInt(b), 0n);
  if (sum === 0n) return weights.map(() => 0);
  const parts = weights.map((weight, i) => {
    const product = BigInt(total) * BigInt(weight);
    return { i, share: product / sum, remainder: product % sum };
  });
  let left = BigInt(total) - parts.reduce((a, part) => a + part.share, 0n);
  const shares = parts.map((part) => Number(part.share));
  parts.sort((a, b) => (a.remainder === b.remainder ? a.i - b.i : a.remainder < b.remainder ? 1 : -1));
  for (const part of parts) {
    if (left === 0n) break;
    shares[part.i]! += 1;
    left--;
  }
  return shares;
}
