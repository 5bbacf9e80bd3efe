/**
 * A histogram, or what was recorded since an earlier look at it, as it travels: the buckets that are not empty, each
 * with its distance from the one before, and least, greatest and sum of all that was ever recorded. Buckets are those
 * of `recorder/histogram.ts`; the one after the last holds what took longer than an hour.
 */
import { createHistogram, EXTREMES, type FlatHistogram, OVERFLOW_BUCKET, totalCount } from '../recorder/histogram.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';

export const SPARSE_BUCKETS: number = OVERFLOW_BUCKET + 1;

export interface SparseHistogram {
  readonly buckets: Int32Array;
  /** By place in `buckets`. */
  readonly counts: Float64Array;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
}

const buckets = new Int32Array(SPARSE_BUCKETS);
const counts = new Float64Array(SPARSE_BUCKETS);

/** `later` less `earlier`, which becomes `later`. Views that the next call overwrites. */
export function differenceOf(later: FlatHistogram, earlier: FlatHistogram): SparseHistogram {
  let length = 0;
  for (let bucket = 0; bucket < SPARSE_BUCKETS; bucket++) {
    const count = later[bucket]! - earlier[bucket]!;
    if (count === 0) continue;
    buckets[length] = bucket;
    counts[length++] = count;
    earlier[bucket] = later[bucket]!;
  }
  return {
    buckets: buckets.subarray(0, length),
    counts: counts.subarray(0, length),
    min: later[EXTREMES.min]!,
    max: later[EXTREMES.max]!,
    sum: later[EXTREMES.sum]!,
  };
}

/** Adds buckets; of least, greatest and sum the caller takes care. */
export function addBuckets(into: FlatHistogram, from: SparseHistogram): number {
  const length = from.buckets.length;
  let total = 0;
  for (let i = 0; i < length; i++) {
    const count = from.counts[i]!;
    into[from.buckets[i]!]! += count;
    total += count;
  }
  into[EXTREMES.total]! += total;
  return total;
}

/** Adds all of it. */
export function addSparse(into: FlatHistogram, from: SparseHistogram): void {
  if (from.buckets.length === 0) return;
  const isFirst = totalCount(into) === 0;
  addBuckets(into, from);
  into[EXTREMES.min] = isFirst ? from.min : Math.min(into[EXTREMES.min]!, from.min);
  into[EXTREMES.max] = isFirst ? from.max : Math.max(into[EXTREMES.max]!, from.max);
  into[EXTREMES.sum]! += from.sum;
}

export function writeSparse(to: ByteWriter, { buckets, counts, min, max, sum }: SparseHistogram): void {
  to.varint(buckets.length);
  let previous = 0;
  for (let i = 0; i < buckets.length; i++) {
    to.varint(buckets[i]! - previous);
    to.varint(counts[i]!);
    previous = buckets[i]!;
  }
  for (const value of [min, max, sum]) to.float(value);
}

/** Views that the next call overwrites. @throws RangeError where it is damaged. */
export function readSparse(from: ByteReader): SparseHistogram {
  const length = from.varint();
  if (length > SPARSE_BUCKETS) throw new RangeError(`a message of a shard has ${length} buckets`);
  let bucket = 0;
  for (let i = 0; i < length; i++) {
    bucket += from.varint();
    buckets[i] = bucket;
    counts[i] = from.varint();
  }
  if (bucket >= SPARSE_BUCKETS) throw new RangeError(`a message of a shard has a bucket ${bucket}`);
  return {
    buckets: buckets.subarray(0, length),
    counts: counts.subarray(0, length),
    min: from.float(),
    max: from.float(),
    sum: from.float(),
  };
}

/** Base64: for a few of them within a text. */
export function packHistogram(cells: FlatHistogram): string {
  const writer = new ByteWriter();
  writeSparse(writer, differenceOf(cells, createHistogram()));
  return Buffer.from(writer.take()).toString('base64');
}

export function addPacked(into: FlatHistogram, packed: string): void {
  addSparse(into, readSparse(new ByteReader(Buffer.from(packed, 'base64'))));
}
