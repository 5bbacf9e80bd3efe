/**
 * A latency histogram as flat float64 counters in (shared) memory, in HdrHistogram's own bucket layout: lowest
 * discernible value 1 µs, highest one hour, 3 significant digits. Recording costs a few nanoseconds, where
 * hdr-histogram-js's recordValue takes about a hundred: at a million messages a second, three values each, that is a
 * third of a core.
 *
 *   0 … 2047 in steps of 1 | 2048 … 4095 by 2 | 4096 … 8191 by 4 | … | 2^31 … 2^32-1 by 2^21 | overflow total min max sum
 *   └─ 2,048 counters ─────┘└─ 1,024 counters each, 21 times ───────────────────────────────┘
 *
 * One thread writes, any thread may read meanwhile. Aligned 8-byte stores do not tear on the 64-bit machines Node runs
 * on, but a reader can come between the store to a bucket and the store to the total: readers of live memory go through
 * `add`, which counts the total anew from the buckets. Counters are float64 and exact to 2^53.
 * Zeroed memory is an empty histogram, so no thread has to initialize one for another.
 */

/** `HISTOGRAM_CELLS` counters: see the drawing above. */
export type FlatHistogram = Float64Array;

/** Greatest value with a bucket: one hour in µs. Longer ones are counted in the overflow cell. */
export const HIGHEST_US = 3_600_000_000;

/** Length of HdrHistogram's counts array for this range and precision: (22 buckets + 1) × 1,024. */
export const BUCKET_CELLS = 23_552;

const OVERFLOW = BUCKET_CELLS;
const TOTAL = BUCKET_CELLS + 1;
const MIN = BUCKET_CELLS + 2;
const MAX = BUCKET_CELLS + 3;
const SUM = BUCKET_CELLS + 4;

/** The cell of those above one hour, as a bucket of its own. */
export const OVERFLOW_BUCKET = OVERFLOW;
/** Cells after the buckets, for who adds to them bucket by bucket. */
export const EXTREMES = { total: TOTAL, min: MIN, max: MAX, sum: SUM } as const;

export const HISTOGRAM_CELLS = BUCKET_CELLS + 5;
export const HISTOGRAM_BYTES = HISTOGRAM_CELLS * Float64Array.BYTES_PER_ELEMENT;

const SUB_BUCKETS_MASK = 2047;
const HALF_SUB_BUCKETS_BITS = 10;
const SUB_BUCKETS_LEADING_ZEROS = 21;

/** A histogram in memory of its own, or a view of one at `byteOffset` (a multiple of 8) of `buffer`; nothing is cleared. */
export function createHistogram(
  buffer: ArrayBufferLike = new ArrayBuffer(HISTOGRAM_BYTES),
  byteOffset = 0,
): FlatHistogram {
  return new Float64Array(buffer, byteOffset, HISTOGRAM_CELLS);
}

/**
 * Counts `count` messages of latency `valueUs` (float µs). The bucket is that of the nearest whole µs; min, max and sum
 * keep the exact value. A negative latency (a step of the clock's granularity, or a bug) goes to bucket 0 and stays
 * visible as a negative min; NaN stays visible as a NaN sum. Neither is hidden, neither costs a branch in the hot path.
 */
export function record(cells: FlatHistogram, valueUs: number, count: number): void {
  recordAt(cells, 0, valueUs, count);
}

/** As `record`, into the histogram that begins at cell `first` of an array of them: a view of each costs a cache line more. */
export function recordAt(cells: Float64Array, first: number, valueUs: number, count: number): void {
  const rounded = valueUs + 0.5;
  if (rounded < HIGHEST_US + 1) {
    const value = rounded > 0 ? rounded >>> 0 : 0;
    const bucket = SUB_BUCKETS_LEADING_ZEROS - Math.clz32(value | SUB_BUCKETS_MASK);
    cells[first + (bucket << HALF_SUB_BUCKETS_BITS) + (value >>> bucket)]! += count;
  } else {
    cells[first + OVERFLOW]! += count;
  }
  const total = cells[first + TOTAL]!;
  cells[first + TOTAL] = total + count;
  cells[first + SUM]! += valueUs * count;
  if (total === 0 || valueUs < cells[first + MIN]!) cells[first + MIN] = valueUs;
  if (total === 0 || valueUs > cells[first + MAX]!) cells[first + MAX] = valueUs;
}

/** HdrHistogram's counts-array index of a whole number of µs in 0 … 2^32-1. */
export function bucketIndex(valueUs: number): number {
  const bucket = SUB_BUCKETS_LEADING_ZEROS - Math.clz32(valueUs | SUB_BUCKETS_MASK);
  return (bucket << HALF_SUB_BUCKETS_BITS) + (valueUs >>> bucket);
}

/** Lowest whole µs that falls into bucket `index`; `bucketLowest(index + 1) - 1` is the highest. */
export function bucketLowest(index: number): number {
  if (index <= SUB_BUCKETS_MASK) return index;
  const bucket = (index >>> HALF_SUB_BUCKETS_BITS) - 1;
  return (index - (bucket << HALF_SUB_BUCKETS_BITS)) * 2 ** bucket;
}

/** Messages recorded, overflow included. */
export function totalCount(cells: FlatHistogram): number {
  return cells[TOTAL]!;
}

/** Messages recorded that took longer than an hour. */
export function overflowCount(cells: FlatHistogram): number {
  return cells[OVERFLOW]!;
}

/** Least latency in µs, exact; null when empty. */
export function minimum(cells: FlatHistogram): number | null {
  return cells[TOTAL] === 0 ? null : cells[MIN]!;
}

/** Greatest latency in µs, exact; null when empty. */
export function maximum(cells: FlatHistogram): number | null {
  return cells[TOTAL] === 0 ? null : cells[MAX]!;
}

/** Sum of all latencies in µs, exact. */
export function sum(cells: FlatHistogram): number {
  return cells[SUM]!;
}

/** Arithmetic mean in µs from the exact sum; null when empty. */
export function mean(cells: FlatHistogram): number | null {
  return cells[TOTAL] === 0 ? null : cells[SUM]! / cells[TOTAL]!;
}

/**
 * Adds `from` to `into`. Adding in any order gives the same counts. `from` may be written meanwhile: its total is counted
 * from its buckets, and a record outside of its minimum and maximum, which are written last, is left to the next reading.
 */
export function add(into: FlatHistogram, from: FlatHistogram): void {
  if (from[TOTAL] === 0) return;
  const total = into[TOTAL]!;
  const [min, max] = [from[MIN]!, from[MAX]!];
  // The others, which are most, are empty.
  const end = cellOf(max);
  let added = 0;
  for (let i = cellOf(min); i <= end; i++) {
    const count = from[i]!;
    into[i]! += count;
    added += count;
  }
  if (end < OVERFLOW) {
    into[OVERFLOW]! += from[OVERFLOW]!;
    added += from[OVERFLOW]!;
  }
  into[MIN] = total === 0 ? min : Math.min(into[MIN]!, min);
  into[MAX] = total === 0 ? max : Math.max(into[MAX]!, max);
  into[TOTAL] = total + added;
  into[SUM]! += from[SUM]!;
}

/** Makes it empty: as few of its cells are written as may be, since most were never used. */
export function clear(cells: FlatHistogram): void {
  const { [MIN]: min = 0, [MAX]: max = 0 } = cells;
  // Not so where one of them is NaN.
  if (min <= max) cells.fill(0, cellOf(min), cellOf(max) + 1).fill(0, OVERFLOW);
  else cells.fill(0);
}

/** The cell that `record` counts it in. */
function cellOf(valueUs: number): number {
  const rounded = valueUs + 0.5;
  if (!(rounded < HIGHEST_US + 1)) return OVERFLOW;
  return rounded > 0 ? bucketIndex(rounded >>> 0) : 0;
}

/** What is not in the buckets of a histogram that was written to a file. */
export interface Extremes {
  readonly overflow: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** The histogram of these counts, one for each bucket. */
export function restoreHistogram(countAt: (bucket: number) => number, extremes: Extremes): FlatHistogram {
  const cells = createHistogram();
  let total = extremes.overflow;
  for (let i = 0; i < BUCKET_CELLS; i++) {
    cells[i] = countAt(i);
    total += cells[i]!;
  }
  cells[OVERFLOW] = extremes.overflow;
  cells[TOTAL] = total;
  cells[MIN] = extremes.min;
  cells[MAX] = extremes.max;
  cells[SUM] = extremes.mean * total;
  return cells;
}

/**
 * What was recorded between two snapshots of one histogram: `later` − `earlier` into `out` (which may be either). Counts
 * and sum are exact; min and max are exact where the interval set a new one, else those of its outermost buckets.
 */
export function subtract(later: FlatHistogram, earlier: FlatHistogram, out: FlatHistogram): void {
  const { [MIN]: laterMin = 0, [MAX]: laterMax = 0 } = later;
  const isNewMin = earlier[TOTAL] === 0 || laterMin < earlier[MIN]!;
  const isNewMax = earlier[TOTAL] === 0 || laterMax > earlier[MAX]!;
  let total = 0;
  let lowest = -1;
  let highest = -1;
  for (let i = 0; i <= OVERFLOW; i++) {
    const count = later[i]! - earlier[i]!;
    out[i] = count;
    if (count === 0) continue;
    total += count;
    if (lowest < 0) lowest = i;
    highest = i;
  }
  out[SUM] = later[SUM]! - earlier[SUM]!;
  out[TOTAL] = total;
  out[MIN] = total === 0 ? 0 : isNewMin ? laterMin : Math.max(laterMin, bucketLowest(lowest));
  out[MAX] = total === 0 ? 0 : isNewMax ? laterMax : Math.min(laterMax, highestOf(highest));
}

/** A latency in µs, or the least it can have been. */
export type Percentile = number | { readonly atLeast: number };

/**
 * The latency in µs that `percent` (above 0, up to 100) of the messages do not exceed: the highest value equivalent to it within
 * HdrHistogram's precision, as its getValueAtPercentile gives, but never above the exact maximum. `censored` messages
 * without a latency (failed, unresolved) rank above all recorded ones: a percentile that falls among them is
 * `{ atLeast: greatest recorded }`, one among the overflow `{ atLeast: one hour }`. Null when there are no messages.
 */
export function percentile(cells: FlatHistogram, percent: number, censored: number): Percentile | null {
  return percentiles(cells, [percent], censored)[0];
}

/** Several of them with one reading of the buckets. @param percents ascending. */
export function percentiles<const P extends readonly number[]>(
  cells: FlatHistogram,
  percents: P,
  censored: number,
): { [place in keyof P]: Percentile | null } {
  const values: (Percentile | null)[] = [];
  const recorded = cells[TOTAL]!;
  let next = cellOf(cells[MIN]!);
  let seen = 0;
  for (const percent of percents) {
    // One hundredth part of a percent of an exact count can land an ulp above the integer it means.
    const exactRank = (Math.min(percent, 100) / 100) * (recorded + censored);
    const rank = Math.max(1, Math.ceil(exactRank - exactRank * Number.EPSILON));
    if (recorded + censored === 0) values.push(null);
    else if (rank > recorded) values.push({ atLeast: recorded === 0 ? 0 : cells[MAX]! });
    else if (rank > recorded - cells[OVERFLOW]!) values.push({ atLeast: HIGHEST_US });
    else {
      while (seen < rank && next < BUCKET_CELLS) seen += cells[next++]!;
      values.push(seen < rank ? cells[MAX]! : Math.min(highestOf(next - 1), cells[MAX]!));
    }
  }
  return values as { [place in keyof P]: Percentile | null };
}

/** Highest whole µs of a bucket. */
export function highestOf(index: number): number {
  return index === OVERFLOW ? Infinity : bucketLowest(index + 1) - 1;
}
