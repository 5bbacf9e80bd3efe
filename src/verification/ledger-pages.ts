/** The books of one lane as bits, a page at a time: which indexes were scheduled, and which of them must be in the log. */
import { PAGE_BITS, PAGE_WORDS } from '../index-set.ts';

/** Indexes from, from + step, … up to and including `to`. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

export interface LedgerPage {
  readonly scheduled: Uint32Array;
  /** Acknowledged, and committed where there are transactions. */
  readonly expected: Uint32Array;
  readonly aborted: Uint32Array;
}

export class LedgerPages {
  /** Pages 0..pages-1 have everything that was scheduled. */
  readonly pages: number;
  readonly #scheduled: readonly number[];
  readonly #notExpected: Sweep;
  readonly #aborted: Sweep;
  readonly #page: LedgerPage = {
    scheduled: new Uint32Array(PAGE_WORDS),
    expected: new Uint32Array(PAGE_WORDS),
    aborted: new Uint32Array(PAGE_WORDS),
  };

  /** @param scheduled messages of each producer. */
  constructor(scheduled: readonly number[], notExpected: readonly IndexRange[], aborted: readonly IndexRange[]) {
    this.#scheduled = scheduled;
    this.#notExpected = new Sweep(notExpected);
    this.#aborted = new Sweep(aborted);
    const end = Math.max(0, ...scheduled.map((count, w) => (count === 0 ? 0 : w + (count - 1) * scheduled.length + 1)));
    this.pages = Math.ceil(end / PAGE_BITS);
  }

  /** Call it for 0, 1, 2, … in turn; valid until the next call. */
  read(page: number): LedgerPage {
    const { scheduled, expected, aborted } = this.#page;
    const first = page * PAGE_BITS;
    const workers = this.#scheduled.length;
    const isWhole = this.#scheduled.every((count, w) => w + (count - 1) * workers >= first + PAGE_BITS - workers);
    scheduled.fill(isWhole ? 0xffffffff : 0);
    if (!isWhole) {
      this.#scheduled.forEach((count, w) => {
        if (count > 0) setBits(scheduled, first, { from: w, to: w + (count - 1) * workers, step: workers }, true);
      });
    }
    expected.set(scheduled);
    for (const range of this.#notExpected.of(page)) setBits(expected, first, range, false);
    aborted.fill(0);
    for (const range of this.#aborted.of(page)) setBits(aborted, first, range, true);
    return this.#page;
  }
}

/** Ranges that reach into a page, for ascending pages. */
class Sweep {
  readonly #sorted: readonly IndexRange[];
  #next = 0;
  #active: IndexRange[] = [];

  constructor(ranges: readonly IndexRange[]) {
    this.#sorted = ranges.toSorted((a, b) => a.from - b.from);
  }

  of(page: number): readonly IndexRange[] {
    const first = page * PAGE_BITS;
    this.#active = this.#active.filter(({ to }) => to >= first);
    while (this.#next < this.#sorted.length && this.#sorted[this.#next]!.from < first + PAGE_BITS) {
      const range = this.#sorted[this.#next++]!;
      if (range.to >= first) this.#active.push(range);
    }
    return this.#active;
  }
}

function setBits(bits: Uint32Array, first: number, { from, to, step }: IndexRange, isSet: boolean): void {
  const start = from >= first ? from : from + Math.ceil((first - from) / step) * step;
  const end = Math.min(to, first + PAGE_BITS - 1);
  for (let index = start; index <= end; index += step) {
    const bit = index - first;
    if (isSet) bits[bit >>> 5]! |= 1 << (bit & 31);
    else bits[bit >>> 5]! &= ~(1 << (bit & 31));
  }
}
