/**
 * Latencies of one second in buckets coarse enough to be kept for every second of a run: eight an octave, so that a
 * bucket's bounds are at most 12.5 % apart. Every HdrHistogram bucket lies in exactly one of them.
 *
 *   0 … 7 µs in steps of 1 | 8 … 15 by 1 | 16 … 31 by 2 | 32 … 63 by 4 | … | 2^31 … one hour by 2^28
 *   └─ 8 buckets ──────────┘└─ 8 buckets an octave ───────────────────────────────────────────────┘
 */
import { BUCKET_CELLS, bucketIndex, type FlatHistogram, HIGHEST_US, overflowCount } from './histogram.ts';

export const BUCKETS_PER_OCTAVE = 8;
const FIRST_OCTAVE = 3;

/** Messages by coarse bucket, ascending, only those that are not empty. */
export type SparseCounts = readonly (readonly [bucket: number, count: number])[];

/** Bucket of a whole number of µs; anything above one hour is in the last one. */
export function bucketOf(valueUs: number): number {
  if (valueUs < BUCKETS_PER_OCTAVE) return valueUs;
  if (valueUs > HIGHEST_US) return LAST_BUCKET;
  const octave = 31 - Math.clz32(valueUs);
  const place = (valueUs >>> (octave - FIRST_OCTAVE)) & (BUCKETS_PER_OCTAVE - 1);
  return (octave - FIRST_OCTAVE + 1) * BUCKETS_PER_OCTAVE + place;
}

/** The bucket of one hour, and of all that took longer. */
export const LAST_BUCKET: number = bucketOf(HIGHEST_US);

/** `fromUs` belongs to the bucket, `toUs` to the next one. */
export function bucketRangeUs(bucket: number): { readonly fromUs: number; readonly toUs: number } {
  if (bucket < BUCKETS_PER_OCTAVE) return { fromUs: bucket, toUs: bucket + 1 };
  const place = bucket % BUCKETS_PER_OCTAVE;
  const widthUs = 2 ** (Math.floor(bucket / BUCKETS_PER_OCTAVE) - 1);
  const fromUs = (BUCKETS_PER_OCTAVE + place) * widthUs;
  return { fromUs, toUs: fromUs + widthUs };
}

/** HdrHistogram cells before each coarse bucket's end. */
const CELL_ENDS = Array.from({ length: LAST_BUCKET }, (_, bucket) => bucketIndex(bucketRangeUs(bucket + 1).fromUs));
CELL_ENDS.push(BUCKET_CELLS);

/** Every message of the histogram; what its maximum is is not relied on, as it may be written meanwhile. */
export function coarsen(histogram: FlatHistogram): SparseCounts {
  const counts: [number, number][] = [];
  let cell = 0;
  for (let bucket = 0; bucket <= LAST_BUCKET; bucket++) {
    let count = bucket === LAST_BUCKET ? overflowCount(histogram) : 0;
    for (const end = CELL_ENDS[bucket]!; cell < end; cell++) count += histogram[cell]!;
    if (count > 0) counts.push([bucket, count]);
  }
  return counts;
}

export function addCounts(a: SparseCounts, b: SparseCounts): SparseCounts {
  const sums = new Map(a);
  for (const [bucket, count] of b) sums.set(bucket, count + (sums.get(bucket) ?? 0));
  return [...sums].sort(([one], [other]) => one - other);
}

export function messagesIn(counts: SparseCounts): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}
