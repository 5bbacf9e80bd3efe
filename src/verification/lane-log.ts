/** What all members of one group have seen of one lane, joined, and compared with its books. */
import { bitsIn, IndexSet, PAGE_BITS, PAGE_WORDS } from '../index-set.ts';
import type { IndexPage, LogPosition } from '../recorder/reading-measurement.ts';
import type { AlikeRecords } from './alike.ts';
import type { LedgerPages } from './ledger-pages.ts';

export interface LaneComparison {
  expected: number;
  lost: number;
  duplicated: number;
  notAckedInLog: number;
  abortedInLog: number;
  /** Records of messages that the run did not have to send. */
  unplanned: number;
  /** Some of the lost ones, ascending. */
  lostIndexes: number[];
  /** Some of the aborted ones that are in the log, ascending. */
  abortedIndexes: number[];
  duplicatedAt: Partial<LogPosition>[];
  /**
   * Of a lane with records that are alike: those beyond the places near them, and those that took the place of a message
   * that was not sent, or not acknowledged.
   */
  readonly spare: readonly number[];
  readonly unplannedIndexes: readonly number[];
  readonly notAcked: readonly number[];
  /** Of a lane with records that are alike: messages without a record that were not acknowledged, or not committed. */
  readonly unseen: readonly number[];
  readonly unseenAborted: readonly number[];
}

const EXAMPLES_MAX = 10;
/** Messages that are looked at one by one: whether another one that is alike stands for them. */
const SINGLES_MAX = 1_000_000;

export class LaneLog {
  readonly seen = new IndexSet();
  readonly #corrupted = new IndexSet();
  /** Undefined where no two records of the lane are alike. */
  readonly #alike: (() => AlikeRecords) | undefined;
  duplicated = 0;
  readonly duplicatedAt: Partial<LogPosition>[] = [];
  /** Records that found no free place near; those that are alike may be missing elsewhere. */
  readonly spare: number[] = [];

  constructor(alike: (() => AlikeRecords) | undefined) {
    this.#alike = alike;
  }

  add({ page, bits, corrupted, places }: IndexPage): void {
    if (corrupted) {
      this.#corrupted.merge(page, bits);
      return;
    }
    const repeated: number[] = [];
    this.seen.merge(page, bits, (index) => repeated.push(index));
    for (const index of repeated) {
      if (
        this.#alike?.()
          .othersOf(index)
          .some((each) => this.seen.add(each))
      )
        continue;
      const place = places.find((each) => each.index === index);
      if (this.#alike !== undefined && this.spare.length < SINGLES_MAX) this.spare.push(index);
      else takeDuplicate(this, place ?? { index });
    }
  }

  /** @param listsLost whether `lostIndexes` should have more than a few. */
  compare(books: LedgerPages, listsLost: boolean): LaneComparison {
    const counts = { expected: 0, lost: 0, notAckedInLog: 0, abortedInLog: 0, unplanned: 0 };
    const lostIndexes: number[] = [];
    const abortedIndexes: number[] = [];
    const unplannedIndexes: number[] = [];
    const notAcked: number[] = [];
    const unseen: number[] = [];
    const unseenAborted: number[] = [];
    const singlesMax = this.#alike === undefined && !listsLost ? EXAMPLES_MAX : SINGLES_MAX;
    for (let page = 0; page < books.pages; page++) {
      const { scheduled, expected, aborted } = books.read(page);
      const seenBits = this.seen.page(page);
      const corruptedBits = this.#corrupted.page(page);
      for (let w = 0; w < PAGE_WORDS; w++) {
        const seen = wordOf(seenBits, w);
        const lost = expected[w]! & ~seen & ~wordOf(corruptedBits, w);
        const notExpected = seen & scheduled[w]! & ~expected[w]!;
        const isAborted = notExpected & aborted[w]!;
        counts.expected += bitsIn(expected[w]!);
        const unplanned = seen & ~scheduled[w]!;
        counts.unplanned += bitsIn(unplanned);
        counts.abortedInLog += bitsIn(isAborted);
        counts.notAckedInLog += bitsIn(notExpected & ~isAborted);
        counts.lost += bitsIn(lost);
        const first = page * PAGE_BITS + w * 32;
        listBits(lost, first, lostIndexes, singlesMax);
        listBits(isAborted, first, abortedIndexes, singlesMax);
        if (this.#alike === undefined) continue;
        listBits(unplanned, first, unplannedIndexes, SINGLES_MAX);
        listBits(notExpected & ~isAborted, first, notAcked, SINGLES_MAX);
        const missing = scheduled[w]! & ~expected[w]! & ~seen & ~wordOf(corruptedBits, w);
        listBits(missing & ~aborted[w]!, first, unseen, SINGLES_MAX);
        listBits(missing & aborted[w]!, first, unseenAborted, SINGLES_MAX);
      }
    }
    counts.unplanned += this.#listFrom(books.pages, unplannedIndexes);
    const { duplicated, duplicatedAt, spare } = this;
    return {
      ...{ ...counts, duplicated, lostIndexes, abortedIndexes, duplicatedAt },
      ...{ spare, unplannedIndexes, notAcked, unseen, unseenAborted },
    };
  }

  /** What was seen from a page on. @param into takes the indexes, where records are alike. @returns how many. */
  #listFrom(page: number, into: number[]): number {
    let count = 0;
    for (const each of this.seen.partPages()) {
      if (each < page) continue;
      const words = this.seen.page(each) as Uint32Array;
      for (let w = 0; w < PAGE_WORDS; w++) {
        count += bitsIn(words[w]!);
        if (this.#alike !== undefined) listBits(words[w]!, each * PAGE_BITS + w * 32, into, SINGLES_MAX);
      }
    }
    for (const [first, last] of this.seen.fullRanges)
      count += Math.max(0, last - Math.max(first, page) + 1) * PAGE_BITS;
    return count;
  }
}

/** One lane of a topic, as it is compared. */
export interface ComparedLane {
  readonly comparison: LaneComparison;
  /** Undefined where no two records of the lane are alike. */
  readonly alike: AlikeRecords | undefined;
}

/**
 * Places that no record took, and records that are alike and have none: first the spare ones, then those of messages that
 * were not sent (one worker of a closed loop repeats what another one did not come to), not acknowledged, or not committed.
 * Tombstones of two scenarios may be alike as well.
 */
export function settleAlike(lanes: readonly ComparedLane[]): void {
  const free = new Map<string, { lane: LaneComparison; index: number }[]>();
  const hasSome = lanes.some(
    ({ comparison: { spare, unplannedIndexes, notAcked, abortedIndexes } }) =>
      spare.length + unplannedIndexes.length + notAcked.length + abortedIndexes.length > 0,
  );
  if (!hasSome) return;
  for (const { alike, comparison } of lanes) {
    for (const index of alike === undefined ? [] : comparison.lostIndexes.toReversed()) {
      const like = alike!.classOf(index);
      const others = free.get(like);
      const own = { lane: comparison, index };
      if (others === undefined) free.set(like, [own]);
      else others.push(own);
    }
  }
  const found = new Map<LaneComparison, Set<number>>();
  const take = (like: string): boolean => {
    const taken = free.get(like)?.pop();
    if (taken === undefined) return false;
    const { lane, index } = taken;
    lane.lost -= 1;
    found.set(lane, (found.get(lane) ?? new Set()).add(index));
    return true;
  };
  for (const { alike, comparison } of lanes) {
    for (const index of comparison.spare) if (!take(alike!.classOf(index))) takeDuplicate(comparison, { index });
  }
  settleUnplanned(lanes, take);
  for (const { alike, comparison } of free.size === 0 ? [] : lanes) {
    for (const index of comparison.notAcked) if (take(alike!.classOf(index))) comparison.notAckedInLog -= 1;
    if (alike === undefined) continue;
    const { abortedIndexes } = comparison;
    comparison.abortedIndexes = abortedIndexes.filter((index) => !take(alike.classOf(index)));
    comparison.abortedInLog -= abortedIndexes.length - comparison.abortedIndexes.length;
  }
  for (const [lane, indexes] of found) lane.lostIndexes = lane.lostIndexes.filter((index) => !indexes.has(index));
}

/**
 * Records of messages that were not sent are those of copies: of acknowledged ones that have no record, else of ones that
 * failed, or whose transaction did, and that got there all the same.
 */
function settleUnplanned(lanes: readonly ComparedLane[], take: (like: string) => boolean): void {
  if (lanes.every(({ comparison }) => comparison.unplannedIndexes.length === 0)) return;
  const unseen = new Map<string, (() => void)[]>();
  for (const { alike, comparison } of lanes) {
    const add = (index: number, count: () => void) => {
      const like = alike!.classOf(index);
      const others = unseen.get(like);
      if (others === undefined) unseen.set(like, [count]);
      else others.push(count);
    };
    for (const index of comparison.unseenAborted) {
      add(index, () => {
        comparison.abortedInLog += 1;
        comparison.abortedIndexes = [...comparison.abortedIndexes, index].sort((a, b) => a - b);
      });
    }
    for (const index of comparison.unseen) {
      add(index, () => {
        comparison.notAckedInLog += 1;
      });
    }
  }
  for (const { alike, comparison } of lanes) {
    for (const index of comparison.unplannedIndexes) {
      const like = alike!.classOf(index);
      const count = take(like) ? () => {} : unseen.get(like)?.pop();
      if (count === undefined) continue;
      count();
      comparison.unplanned -= 1;
    }
  }
}

function takeDuplicate(into: Pick<LaneComparison, 'duplicated' | 'duplicatedAt'>, place: Partial<LogPosition>): void {
  into.duplicated += 1;
  if (into.duplicatedAt.length < EXAMPLES_MAX) into.duplicatedAt.push(place);
}

function wordOf(bits: Uint32Array | 'full' | undefined, w: number): number {
  return bits === undefined ? 0 : bits === 'full' ? -1 : bits[w]!;
}

function listBits(word: number, first: number, into: number[], max: number): void {
  for (let left = word; left !== 0 && into.length < max; left &= left - 1) {
    into.push(first + 31 - Math.clz32(left & -left));
  }
}
