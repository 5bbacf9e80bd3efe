/** What one member checks of the records of one lane. Counts only; its memory does not grow with the lane's length. */
import { PAGE_BITS } from '../index-set.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { CheckExample, LaneCheck } from '../recorder/reading-measurement.ts';
import { ORDER_CELLS } from '../recorder/reading-memory.ts';
import type { ConsumedRecords } from '../transport/consumer.ts';
import { INDEX_MAX } from '../workload/encoding/stamp.ts';
import type { OpenRecords } from '../workload/source/open-source.ts';
import { Copies } from './copies.ts';
import { ExpectedRecords } from './expected-records.ts';
import { PageWindow, type PostedPage } from './page-window.ts';
import { type Alike, UnmarkedRecords } from './unmarked-records.ts';

export interface LaneCheckOptions {
  readonly plan: Plan;
  readonly lane: LanePlan;
  readonly openRecords: OpenRecords;
  readonly startedAtMs: () => number;
  /** Of one place, see reading-memory.ts. */
  readonly orderOf: (place: number) => Float64Array;
  readonly producers: number;
  /** First of its cells in those of a place. */
  readonly orderAt: number;
  readonly pagesMax: number;
  readonly post: (page: PostedPage, isCorrupted: boolean) => void;
}

/** Of `takeUnmarked`. */
export const TAKEN = -2;
const EXAMPLES_MAX = 10;
/** Pages of repeated and of corrupted records: few, or something is very wrong. */
const RARE_PAGES_MAX = 16;
/** Looked through for the first record of a place, where that has no mark. */
const SEARCH_PAGES_MAX = 256;

export class LaneChecker {
  /** Why the record that `takeMarked` refused is not this lane's. */
  difference = '';
  readonly #lane: LanePlan;
  readonly #indexMax: number;
  readonly #expected: ExpectedRecords;
  readonly #copies: Copies | undefined;
  readonly #unmarked: UnmarkedRecords | undefined;
  readonly #orderOf: LaneCheckOptions['orderOf'];
  readonly #producers: number;
  readonly #orderAt: number;
  readonly #seen: PageWindow;
  /** Records beyond the places that this member knows to be free; whether they are is known where members are joined. */
  readonly #repeated: PageWindow;
  readonly #corruptedOnes: PageWindow;
  readonly #examples = new Examples();
  /** By place: the page in which a record without a mark was found last. */
  readonly #unmarkedPage: number[] = [];
  readonly #isSearched = new Set<number>();
  #consumed = 0;
  #duplicated = 0;
  #outOfOrder = 0;
  #corrupted = 0;
  #untimed = 0;

  constructor(options: LaneCheckOptions) {
    const { plan, lane, openRecords, startedAtMs, pagesMax, post } = options;
    this.#lane = lane;
    this.#indexMax = Math.min(lane.load.count - 1, INDEX_MAX);
    this.#expected = new ExpectedRecords(plan, lane, openRecords, startedAtMs);
    const { anomalies } = this.#expected;
    const spec = lane.record.anomalies;
    if (anomalies !== undefined && spec !== undefined && !this.isExact) {
      const { rate, within } = spec.duplicates;
      if (rate > 0) this.#copies = new Copies(anomalies, within, lane.load.count);
      if (spec.tombstones + spec.malformed > 0) this.#unmarked = new UnmarkedRecords(this.#expected);
    }
    this.#orderOf = options.orderOf;
    this.#producers = options.producers;
    this.#orderAt = options.orderAt;
    this.#seen = new PageWindow(pagesMax, (page) => post(page, false));
    this.#repeated = new PageWindow(RARE_PAGES_MAX, (page) => post(page, false));
    this.#corruptedOnes = new PageWindow(RARE_PAGES_MAX, (page) => post(page, true));
  }

  /** Every record has its own mark, also one that repeats another, has no value or was cut. */
  get isExact(): boolean {
    return this.#lane.markHeader === true;
  }

  get hasUnmarked(): boolean {
    return this.#unmarked !== undefined;
  }

  /** False: it is not what this index must be, see `difference`; nothing is counted. */
  takeMarked(records: ConsumedRecords, i: number, place: number, index: number): boolean {
    this.difference = index > this.#indexMax ? 'no message of the run' : this.#expected.difference(records, i, index);
    if (this.difference !== '') return false;
    this.#consumed += 1;
    if (this.#expected.untimed) this.#untimed += 1;
    const copies = this.#copies?.of(index);
    const isNew =
      copies === undefined || copies.length === 0
        ? this.#seen.add(index, records, i)
        : this.#fill(index, copies, records, i);
    if (isNew) this.#checkOrder(records, i, place, index, copies);
    else this.#takeDuplicate(records, i, index);
    return true;
  }

  /**
   * A record without a mark: taken where a message of about here looks like it. Returns the index of one that looks like
   * it and is taken, -1 where none does, and TAKEN where it found a place.
   */
  takeUnmarked(
    records: ConsumedRecords,
    i: number,
    place: number,
    hashes: { content: number; length: number },
  ): number {
    const hash = this.#expected.isTimed ? hashes.content : hashes.length;
    let repeated = -1;
    for (const page of this.#pagesAbout(place)) {
      const alike = this.#unmarked!.of(page, hash);
      if (alike === undefined) continue;
      const found = this.#freeOf(alike, records, i);
      if (found >= 0 && this.#seen.add(found, records, i)) {
        this.#unmarkedPage[place] = page;
        this.#consumed += 1;
        if (this.#expected.untimed) this.#untimed += 1;
        return TAKEN;
      }
      if (repeated < 0) repeated = alike.indexes.findLast((each) => this.#isEqual(records, i, each)) ?? -1;
    }
    return repeated;
  }

  /** A record beyond the places that it could take. */
  takeRepeated(records: ConsumedRecords, i: number, index: number): void {
    this.#consumed += 1;
    this.#takeDuplicate(records, i, index);
  }

  takeCorrupted(records: ConsumedRecords, i: number, index: number, difference: string): void {
    this.#consumed += 1;
    this.#corrupted += 1;
    if (index <= this.#indexMax) this.#corruptedOnes.add(index, records, i);
    this.#examples.add('corrupted', difference, index, records, i);
  }

  end(foreign: number, foreignExamples: readonly CheckExample[]): LaneCheck {
    for (const window of [this.#seen, this.#repeated, this.#corruptedOnes]) window.flush();
    return {
      lane: this.#lane.lane,
      consumed: this.#consumed,
      duplicated: this.#duplicated,
      outOfOrder: this.#outOfOrder,
      corrupted: this.#corrupted,
      foreign,
      untimed: this.#untimed,
      examples: [...this.#examples.all, ...foreignExamples],
    };
  }

  /** The record is one of several that are alike: it takes the first free place. */
  #fill(index: number, copies: readonly number[], records: ConsumedRecords, i: number): boolean {
    if (this.#seen.add(index, records, i)) return true;
    return copies.some((copy) => this.#seen.add(copy, records, i));
  }

  /** More than this member has places for: another one may have taken none of them. */
  #takeDuplicate(records: ConsumedRecords, i: number, index: number): void {
    this.#examples.add('duplicated', 'a second record of this message', index, records, i);
    if (!this.#repeated.add(index, records, i)) this.#duplicated += 1;
  }

  /** Behind a later record of its producer; one with copies may be any of them, and then says nothing about others. */
  #checkOrder(
    records: ConsumedRecords,
    i: number,
    place: number,
    index: number,
    copies: readonly number[] | undefined,
  ) {
    const cells = this.#orderOf(place);
    if (copies !== undefined && copies.length > 0) {
      if (this.#isBehind(cells, index) && copies.every((copy) => this.#isBehind(cells, copy)))
        this.#reorder(records, i, index);
      return;
    }
    const cell = this.#cellOf(index);
    const last = cells[cell]!;
    if (index >= last) cells[cell] = index + 1;
    else this.#reorder(records, i, index, last - 1);
  }

  #reorder(records: ConsumedRecords, i: number, index: number, last?: number): void {
    this.#outOfOrder += 1;
    const behind = last === undefined ? 'a later message' : `message ${last}`;
    this.#examples.add('outOfOrder', `behind ${behind} of the same producer and partition`, index, records, i);
  }

  #isBehind(cells: Float64Array, index: number): boolean {
    return index < cells[this.#cellOf(index)]!;
  }

  #cellOf(index: number): number {
    const track = this.#expected.partition < 0 ? 1 : 0;
    return this.#orderAt + (index % this.#producers) * ORDER_CELLS + track;
  }

  /** The first of these that is not taken and equals the record; -1: none. */
  #freeOf(alike: Alike, records: ConsumedRecords, i: number): number {
    const { indexes } = alike;
    for (let k = alike.next; k < indexes.length; k++) {
      const index = indexes[k]!;
      if (!this.#seen.has(index)) {
        if (this.#isEqual(records, i, index)) return index;
      } else if (k === alike.next) alike.next += 1;
    }
    return -1;
  }

  #isEqual(records: ConsumedRecords, i: number, index: number): boolean {
    return this.#expected.difference(records, i, index) === '';
  }

  /**
   * Pages in which the producers of this place are, and their neighbours; all producers, as one may be behind. Where
   * nothing in the place has a mark, those from the one on where something was found last.
   */
  #pagesAbout(place: number): Iterable<number> {
    const cells = this.#orderOf(place);
    const known = this.#unmarkedPage[place];
    const about = new Set<number>(known === undefined ? [] : [known]);
    for (let c = this.#orderAt; c < this.#orderAt + this.#producers * ORDER_CELLS; c++) {
      if (cells[c] !== 0) about.add(Math.floor(cells[c]! / PAGE_BITS));
    }
    const isMarked = about.size > (known === undefined ? 0 : 1);
    const pages = new Set<number>();
    for (const page of about) for (const each of [page - 1, page, page + 1]) if (each >= 0) pages.add(each);
    if (isMarked) return [...pages].toSorted((a, b) => a - b);
    const first = Math.max(0, (known ?? 0) - 1);
    const last = Math.floor(this.#indexMax / PAGE_BITS);
    // Foreign records are looked for in vain, and once is enough.
    const ahead = this.#isSearched.has(place) ? 2 : SEARCH_PAGES_MAX;
    this.#isSearched.add(place);
    return range(first, Math.min(last, first + ahead));
  }
}

function* range(first: number, last: number): Generator<number> {
  for (let each = first; each <= last; each++) yield each;
}

/** The first few of each kind. */
export class Examples {
  readonly all: CheckExample[] = [];
  readonly #counts = new Map<string, number>();

  add(kind: CheckExample['kind'], text: string, index: number | undefined, records: ConsumedRecords, i: number): void {
    const count = this.#counts.get(kind) ?? 0;
    if (count >= EXAMPLES_MAX) return;
    this.#counts.set(kind, count + 1);
    const position = { topic: records.topic[i]!, partition: records.partition[i]!, offset: records.offset[i]! };
    this.all.push({ kind, text, ...position, ...(index !== undefined && { index }) });
  }
}
