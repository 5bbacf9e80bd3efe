/**
 * A histogram, or what was recorded since an earlier look at it, as it travels: the buckets that are not empty, each
 * with its distance from the one before, and least, greatest and sum of all that was ever recorded. Buckets are those
 * of `recorder/histogram.ts`; the one after the last holds what took longer than an hour. Most take one byte:
 *
 *     distance 0–15, count 1–15      distance · 16 + count
 *     distance 1–15, higher count    distance · 16, then the count as a varint
 *     any                            0, then both as varints
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

/** @returns its messages, and Σ (bucket + 1) · count. */
export function addSparse(
  into: FlatHistogram,
  { buckets, counts, min, max, sum }: SparseHistogram,
  sumUs: number = sum,
): { readonly total: number; readonly weight: number } {
  const isFirst = totalCount(into) === 0;
  const { length } = buckets;
  let total = 0;
  let weight = 0;
  for (let i = 0; i < length; i++) {
    const bucket = buckets[i]!;
    const count = counts[i]!;
    into[bucket]! += count;
    total += count;
    weight += (bucket + 1) * count;
  }
  if (total === 0) return { total, weight };
  into[EXTREMES.total]! += total;
  into[EXTREMES.min] = isFirst ? min : Math.min(into[EXTREMES.min]!, min);
  into[EXTREMES.max] = isFirst ? max : Math.max(into[EXTREMES.max]!, max);
  into[EXTREMES.sum]! += sumUs;
  return { total, weight };
}

export function writeSparse(to: ByteWriter, { buckets, counts, min, max, sum }: SparseHistogram): void {
  to.varint(buckets.length);
  let previous = 0;
  for (let i = 0; i < buckets.length; i++) {
    const distance = buckets[i]! - previous;
    const count = counts[i]!;
    previous = buckets[i]!;
    if (distance < 16 && count < 16) {
      to.byte(distance * 16 + count);
      continue;
    }
    const isNear = distance > 0 && distance < 16;
    to.byte(isNear ? distance * 16 : 0);
    if (!isNear) to.varint(distance);
    to.varint(count);
  }
  for (const value of [min, max, sum]) to.float(value);
}

/** Views that the next call overwrites. @throws RangeError where it is damaged. */
export function readSparse(from: ByteReader): SparseHistogram {
  const length = from.varint();
  if (length > SPARSE_BUCKETS) throw new RangeError(`a message of a shard has ${length} buckets`);
  const bucket = from.buckets(length, buckets, counts);
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
