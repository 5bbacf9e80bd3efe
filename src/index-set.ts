/**
 * Whole numbers from 0, a bit each: a JavaScript set ends at sixteen million. Bits stand in pages; a page that is full
 * becomes part of a range and takes no memory.
 */
export const PAGE_BITS = 65_536;
export const PAGE_WORDS = PAGE_BITS / 32;

/** `count` of its bits are set. */
export interface Page {
  readonly bits: Uint32Array;
  count: number;
}

/** False when it was there. @param index one of this page's. */
export function addToPage(page: Page, index: number): boolean {
  const bit = index % PAGE_BITS;
  const word = page.bits[bit >>> 5]!;
  const mask = 1 << (bit & 31);
  if ((word & mask) !== 0) return false;
  page.bits[bit >>> 5] = word | mask;
  page.count += 1;
  return true;
}

export function isOnPage({ bits }: Page, index: number): boolean {
  const bit = index % PAGE_BITS;
  return (bits[bit >>> 5]! & (1 << (bit & 31))) !== 0;
}

export class IndexSet {
  /** Pages that have some of their bits. */
  readonly #pages = new Map<number, Page>();
  readonly #full = new PageRanges();
  /** The page used last: neighbours mostly share it. */
  #number = -1;
  #page: Page | undefined;
  #end = 0;

  /** False when it was there. */
  add(index: number): boolean {
    const page = this.#open(Math.floor(index / PAGE_BITS));
    if (page === undefined || !addToPage(page, index)) return false;
    if (index >= this.#end) this.#end = index + 1;
    if (page.count === PAGE_BITS) this.#close();
    return true;
  }

  has(index: number): boolean {
    const number = Math.floor(index / PAGE_BITS);
    const page = number === this.#number ? this.#page : this.#pages.get(number);
    return page === undefined ? this.#full.has(number) : isOnPage(page, index);
  }

  /** Adds the bits of one page; calls `onRepeated` for each that was there, and returns how many these were. */
  merge(number: number, bits: Uint32Array, onRepeated: (index: number) => void = () => {}): number {
    const page = this.#open(number);
    let repeated = 0;
    let last = -1;
    for (let w = 0; w < PAGE_WORDS; w++) {
      const word = bits[w]!;
      if (word === 0) continue;
      last = w * 32 + 31 - Math.clz32(word);
      const before = page === undefined ? -1 : page.bits[w]!;
      let both = word & before;
      while (both !== 0) {
        const bit = 31 - Math.clz32(both & -both);
        onRepeated(number * PAGE_BITS + w * 32 + bit);
        repeated += 1;
        both &= both - 1;
      }
      if (page === undefined) continue;
      page.bits[w] = before | word;
      page.count += bitsIn(word & ~before);
    }
    this.#end = Math.max(this.#end, last < 0 ? 0 : number * PAGE_BITS + last + 1);
    if (page?.count === PAGE_BITS) this.#close();
    return repeated;
  }

  /** One more than the greatest; 0 where there is none. */
  get end(): number {
    return this.#end;
  }

  /** How many pages are held as bits. */
  get pages(): number {
    return this.#pages.size;
  }

  /** Numbers of the pages that have some of their bits, ascending; those that are full come as `fullRanges`. */
  partPages(): number[] {
    return [...this.#pages.keys()].toSorted((a, b) => a - b);
  }

  /** Ranges of full pages, first and last. */
  get fullRanges(): readonly (readonly [first: number, last: number])[] {
    return this.#full.ranges;
  }

  /** The bits of a page, not a copy; `full` where all are set, undefined where none is. */
  page(number: number): Uint32Array | 'full' | undefined {
    return this.#full.has(number) ? 'full' : this.#pages.get(number)?.bits;
  }

  /** Ranges, first and last, of the numbers below `end` that are not in the set. */
  *missing(end: number): Generator<[first: number, last: number]> {
    let from = -1;
    for (let index = 0; index < end; ) {
      const bits = this.page(Math.floor(index / PAGE_BITS));
      const pageEnd = Math.min(end, (Math.floor(index / PAGE_BITS) + 1) * PAGE_BITS);
      if (bits === undefined || bits === 'full') {
        if (bits === undefined && from < 0) from = index;
        if (bits === 'full' && from >= 0) {
          yield [from, index - 1];
          from = -1;
        }
        index = pageEnd;
        continue;
      }
      for (; index < pageEnd; index++) {
        const bit = index % PAGE_BITS;
        const isThere = (bits[bit >>> 5]! & (1 << (bit & 31))) !== 0;
        if (!isThere && from < 0) from = index;
        if (isThere && from >= 0) {
          yield [from, index - 1];
          from = -1;
        }
      }
    }
    if (from >= 0) yield [from, end - 1];
  }

  /** Undefined where the page is full. */
  #open(number: number): Page | undefined {
    if (number === this.#number) return this.#page;
    let page = this.#pages.get(number);
    if (page === undefined && !this.#full.has(number)) {
      page = { bits: new Uint32Array(PAGE_WORDS), count: 0 };
      this.#pages.set(number, page);
    }
    this.#number = number;
    this.#page = page;
    return page;
  }

  /** The page used last is full. */
  #close(): void {
    this.#pages.delete(this.#number);
    this.#full.add(this.#number);
    this.#page = undefined;
  }
}

/** Bits set in a word. */
export function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Whole numbers as ranges, sorted and apart from each other. */
class PageRanges {
  readonly ranges: [first: number, last: number][] = [];

  has(number: number): boolean {
    const range = this.ranges[this.#before(number)];
    return range !== undefined && number <= range[1];
  }

  /** One that is not there yet. */
  add(number: number): void {
    const at = this.#before(number);
    const [lower, upper] = [this.ranges[at], this.ranges[at + 1]];
    const follows = lower !== undefined && lower[1] + 1 === number;
    const precedes = upper !== undefined && upper[0] - 1 === number;
    if (follows && precedes) {
      lower[1] = upper[1];
      this.ranges.splice(at + 1, 1);
    } else if (follows) lower[1] = number;
    else if (precedes) upper[0] = number;
    else this.ranges.splice(at + 1, 0, [number, number]);
  }

  /** The last range that starts at or below it; -1: none. */
  #before(number: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ranges[middle]![0] <= number) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
