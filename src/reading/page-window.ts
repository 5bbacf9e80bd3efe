/** The pages of one lane's indexes that one member is about: full ones, and those not used for long, are posted. */
import { addToPage, IndexSet, isOnPage, PAGE_BITS, PAGE_WORDS, type Page } from '../index-set.ts';
import type { LogPosition } from '../recorder/reading-measurement.ts';
import type { ConsumedRecords } from '../transport/consumer.ts';

/** Positions kept of a page that was posted before. */
const PLACES_MAX = 8;

export interface PostedPage {
  readonly page: number;
  readonly bits: Uint32Array;
  readonly places: readonly LogPosition[];
}

interface OpenPage extends Page {
  /** Only where a part of it was posted before: what is found now may be a duplicate. */
  readonly places: LogPosition[] | undefined;
}

export class PageWindow {
  readonly #max: number;
  readonly #post: (page: PostedPage) => void;
  /** In the order of their last use. */
  readonly #open = new Map<number, OpenPage>();
  readonly #full = new IndexSet();
  readonly #posted = new IndexSet();
  #number = -1;
  #page: OpenPage | undefined;

  constructor(pagesMax: number, post: (page: PostedPage) => void) {
    this.#max = pagesMax;
    this.#post = post;
  }

  /** False: it was added before, as far as this window knows. */
  add(index: number, records: ConsumedRecords, i: number): boolean {
    const number = Math.floor(index / PAGE_BITS);
    if (number !== this.#number) this.#turnTo(number);
    const page = this.#page;
    if (page === undefined || !addToPage(page, index)) return false;
    if (page.places !== undefined && page.places.length < PLACES_MAX) {
      page.places.push({
        index,
        topic: records.topic[i]!,
        partition: records.partition[i]!,
        offset: records.offset[i]!,
      });
    }
    if (page.count === PAGE_BITS) this.#close(number, page);
    return true;
  }

  has(index: number): boolean {
    const number = Math.floor(index / PAGE_BITS);
    const page = number === this.#number ? this.#page : this.#open.get(number);
    return page === undefined ? this.#full.has(number) : isOnPage(page, index);
  }

  /** Posts all that is left. */
  flush(): void {
    for (const [number, page] of this.#open) this.#send(number, page);
    this.#open.clear();
    this.#number = -1;
    this.#page = undefined;
  }

  #turnTo(number: number): void {
    this.#number = number;
    this.#page = undefined;
    if (this.#full.has(number)) return;
    let page = this.#open.get(number);
    if (page === undefined) {
      const places = this.#posted.has(number) ? [] : undefined;
      page = { bits: new Uint32Array(PAGE_WORDS), count: 0, places };
    } else this.#open.delete(number);
    this.#open.set(number, page);
    this.#page = page;
    if (this.#open.size <= this.#max) return;
    const [oldest, unused] = this.#open.entries().next().value!;
    this.#open.delete(oldest);
    this.#posted.add(oldest);
    this.#send(oldest, unused);
  }

  #close(number: number, page: OpenPage): void {
    this.#open.delete(number);
    this.#full.add(number);
    this.#page = undefined;
    this.#send(number, page);
  }

  #send(page: number, { bits, places = [] }: OpenPage): void {
    this.#post({ page, bits, places });
  }
}
