/** Middle values, and how far to trust them. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * 95 % interval of the median by the percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap,
 * chapter 13): medians of samples drawn with replacement, cut at 2.5 % on both sides. Same values, same interval.
 */
export function medianInterval(values: readonly number[], resamples = 10_000): { low: number; high: number } {
  let state = 1;
  // xorshift32: any generator will do here, a seeded one makes the table reproducible from the raw numbers.
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const medians = Array.from({ length: resamples }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).sort((a, b) => a - b);
  return { low: medians[Math.floor(resamples * 0.025)]!, high: medians[Math.ceil(resamples * 0.975) - 1]! };
}
