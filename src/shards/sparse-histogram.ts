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

// None of these is exported: what is would be read anew for each bucket.
const SPARSE_BUCKETS = OVERFLOW_BUCKET + 1;
const PAGE_BITS = 4;
const PAGE_CELLS = 1 << PAGE_BITS;
const PAGES = Math.ceil(SPARSE_BUCKETS / PAGE_CELLS);
const FIRST_PAGES = 16;
/** So many of a message would be too many for 32 bits where nobody looks for long. */
const MANY = 128;

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

/**
 * The buckets of one second, which thousands of seconds have beside each other: latencies of a second lie close together,
 * so only pages that have a message are there. A page is a cache line.
 */
export class PagedCounts {
  /** By page: where it is in `#cells`; 0 where it is not. */
  readonly #places = new Uint16Array(PAGES);
  /** No bucket has 2^32 messages in a second. */
  #cells = new Uint32Array(FIRST_PAGES * PAGE_CELLS);
  #used = 1;
  /** Bounds of the pages that are there. */
  #first = PAGES;
  #last = -1;

  /** Adds its counts to the buckets and the total. @returns its highest bucket with a message; −1 without any. */
  addTo(into: FlatHistogram): number {
    let total = 0;
    let highest = -1;
    for (let page = this.#first; page <= this.#last; page++) {
      const place = this.#places[page]!;
      if (place === 0) continue;
      for (let i = 0; i < PAGE_CELLS; i++) {
        const count = this.#cells[place * PAGE_CELLS + i]!;
        if (count === 0) continue;
        highest = page * PAGE_CELLS + i;
        into[highest]! += count;
        total += count;
      }
    }
    into[EXTREMES.total]! += total;
    return highest;
  }

  add(bucket: number, count: number): void {
    const page = bucket >>> PAGE_BITS;
    if (this.#places[page] === 0) this.#addPage(page);
    this.#cells[(this.#places[page]! << PAGE_BITS) | (bucket & (PAGE_CELLS - 1))]! += count;
  }

  #addPage(page: number): void {
    if ((this.#used + 1) * PAGE_CELLS > this.#cells.length) {
      const grown = new Uint32Array(2 * this.#cells.length);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#places[page] = this.#used++;
    this.#first = Math.min(this.#first, page);
    this.#last = Math.max(this.#last, page);
  }
}

/** What was added to a histogram. */
export interface Added extends Pick<SparseHistogram, 'min' | 'max' | 'sum'> {
  readonly count: number;
  /** Σ (bucket + 1) · count, mod 2^32. */
  readonly weight: number;
}

/**
 * The way of latencies into a histogram and into their second. Shards tell of the same second one after the other: what
 * they tell is added up in cells that fit the processor's caches, and goes on when another second comes or `flush` is called.
 */
export class LatencyIntake {
  readonly #into: FlatHistogram;
  #second: PagedCounts | undefined;
  /** By bucket. */
  readonly #cells = new Uint32Array(SPARSE_BUCKETS);
  /** Bounds of the cells that have something. */
  #first = SPARSE_BUCKETS;
  #last = -1;

  constructor(into: FlatHistogram) {
    this.#into = into;
  }

  /**
   * Adds the next histogram to `into` and, where it has one, to its second; the sum of latencies is left to the caller, who
   * knows how much of it is new. A collector reads some hundred million buckets: the inner loop calls nothing, so that
   * what it needs stays in registers.
   * @throws RangeError where it is damaged.
   */
  add(from: ByteReader, second?: PagedCounts): Added {
    if (second !== this.#second) this.flush();
    this.#second = second;
    const { source } = from;
    const into = this.#into;
    const cells = this.#cells;
    const length = from.varint() | 0;
    let left = length;
    let at = from.at | 0;
    let first = 0;
    let bucket = 0;
    let few = 0;
    let many = 0;
    let weight = 0;
    while (left > 0) {
      for (; left > 0; left--) {
        const byte = source[at]!;
        const count = byte & 15;
        const next = (bucket + (byte >>> 4)) | 0;
        if (count === 0 || next >= SPARSE_BUCKETS) break;
        cells[next]! += count;
        few = (few + count) | 0;
        weight = (weight + Math.imul(next + 1, count)) | 0;
        bucket = next;
        at++;
      }
      if (left === 0) break;
      from.at = at + 1;
      const byte = source[at]!;
      bucket = (bucket + (byte === 0 ? from.varint() : byte >>> 4)) | 0;
      const count = byte & 15 || from.varint();
      if (bucket >= SPARSE_BUCKETS) throw new RangeError(`a message of a shard has a bucket ${bucket}`);
      if (left === length) first = bucket;
      if (count < MANY) {
        cells[bucket]! += count;
        few += count;
      } else {
        second?.add(bucket, count);
        into[bucket]! += count;
        many += count;
      }
      weight = (weight + Math.imul(bucket + 1, count)) | 0;
      at = from.at | 0;
      left--;
    }
    from.at = at;
    this.#first = Math.min(this.#first, first);
    this.#last = Math.max(this.#last, bucket);
    const [min, max, sum] = [from.float(), from.float(), from.float()];
    const count = few + many;
    if (count > 0) {
      const isFirst = totalCount(into) === 0;
      into[EXTREMES.total]! += count;
      into[EXTREMES.min] = isFirst ? min : Math.min(into[EXTREMES.min]!, min);
      into[EXTREMES.max] = isFirst ? max : Math.max(into[EXTREMES.max]!, max);
    }
    return { count, weight: weight >>> 0, min, max, sum };
  }

  /** From here on they are in the histogram and in the second. */
  flush(): void {
    const cells = this.#cells;
    for (let bucket = this.#first; bucket <= this.#last; bucket++) {
      const count = cells[bucket]!;
      if (count === 0) continue;
      this.#into[bucket]! += count;
      this.#second?.add(bucket, count);
      cells[bucket] = 0;
    }
    this.#first = SPARSE_BUCKETS;
    this.#last = -1;
  }
}

/** Base64: for a few of them within a text. */
export function packHistogram(cells: FlatHistogram): string {
  const writer = new ByteWriter();
  writeSparse(writer, differenceOf(cells, createHistogram()));
  return Buffer.from(writer.take()).toString('base64');
}

export function addPacked(into: FlatHistogram, packed: string): void {
  const intake = new LatencyIntake(into);
  into[EXTREMES.sum]! += intake.add(new ByteReader(Buffer.from(packed, 'base64'))).sum;
  intake.flush();
}
