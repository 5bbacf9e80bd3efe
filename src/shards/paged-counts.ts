/**
 * The buckets of one second, which thousands of seconds have beside each other: latencies of a second lie close together,
 * so only pages that have a message are there. A page is a cache line.
 */
import { EXTREMES, type FlatHistogram } from '../recorder/histogram.ts';
import { SPARSE_BUCKETS, type SparseHistogram } from './sparse-histogram.ts';

const PAGE_BITS = 4;
const PAGE_CELLS = 1 << PAGE_BITS;
const PAGES = Math.ceil(SPARSE_BUCKETS / PAGE_CELLS);
const FIRST_PAGES = 16;

export class PagedCounts {
  /** Where the page of a bucket is; 0 where it has none. */
  readonly #places = new Uint16Array(PAGES);
  /** No bucket has 2^32 messages in a second. */
  #cells = new Uint32Array(FIRST_PAGES * PAGE_CELLS);
  #used = 1;
  /** Bounds of the pages that are there. */
  #first = PAGES;
  #last = -1;

  add({ buckets, counts }: Pick<SparseHistogram, 'buckets' | 'counts'>): void {
    const places = this.#places;
    let cells = this.#cells;
    const length = buckets.length;
    for (let i = 0; i < length; i++) {
      const bucket = buckets[i]!;
      let place = places[bucket >>> PAGE_BITS]!;
      if (place === 0) {
        place = this.#addPage(bucket >>> PAGE_BITS);
        cells = this.#cells;
      }
      const at = (place << PAGE_BITS) | (bucket & (PAGE_CELLS - 1));
      cells[at] = (cells[at]! + counts[i]!) >>> 0;
    }
  }

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

  #addPage(page: number): number {
    if ((this.#used + 1) * PAGE_CELLS > this.#cells.length) {
      const grown = new Uint32Array(2 * this.#cells.length);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#places[page] = this.#used;
    this.#first = Math.min(this.#first, page);
    this.#last = Math.max(this.#last, page);
    return this.#used++;
  }
}
