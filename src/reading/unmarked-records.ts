/**
 * The records of a lane that have no mark or may have lost it, tombstones and malformed ones, found by their content: a
 * hash of key and value, page by page of the lane's indexes.
 */
import { PAGE_BITS } from '../index-set.ts';
import type { ExpectedRecords } from './expected-records.ts';
import { RecentPages } from './recent-pages.ts';

/** Indexes whose records look alike, ascending. Those before `next` are known to be taken. */
export interface Alike {
  readonly indexes: number[];
  next: number;
}

const PAGES_MAX = 64;

export class UnmarkedRecords {
  readonly #expected: ExpectedRecords;
  readonly #pages = new RecentPages(PAGES_MAX, (page) => this.#read(page));

  constructor(expected: ExpectedRecords) {
    this.#expected = expected;
  }

  /** Those of a page with this hash: compare them, hashes may be equal by chance. */
  of(page: number, hash: number): Alike | undefined {
    return this.#pages.get(page).get(hash);
  }

  /** Undefined for a record that has a mark. */
  hashOf(index: number): number | undefined {
    const kind = this.#expected.anomalies!.of(index)?.kind;
    if (kind !== 'tombstone' && kind !== 'malformed') return undefined;
    const expected = this.#expected;
    // A time that is not known is left out of the hash, and every time is as long as any other.
    const records = expected.isTimed ? expected.write(index) : expected.write(index, SOME_TIME_MS);
    const { payload, payloadOffset, payloadLength, key, keyOffset, keyLength } = records;
    const ofKey = contentHash(0, key, keyOffset[0]!, keyLength[0]!);
    const [at, length] = [payloadOffset[0]!, payloadLength[0]!];
    return expected.isTimed ? contentHash(ofKey, payload, at, length) : lengthHash(ofKey, length);
  }

  #read(page: number): Map<number, Alike> {
    const found = new Map<number, Alike>();
    const end = Math.min(this.#expected.lane.load.count, (page + 1) * PAGE_BITS);
    for (let index = page * PAGE_BITS; index < end; index++) {
      const hash = this.hashOf(index);
      if (hash === undefined) continue;
      const alike = found.get(hash);
      if (alike === undefined) found.set(hash, { indexes: [index], next: 0 });
      else alike.indexes.push(index);
    }
    return found;
  }
}

const SOME_TIME_MS = Date.UTC(2025, 0, 1);

/** FNV-1a over the length and the bytes; -1 is the length of null. */
export function contentHash(seed: number, bytes: Uint8Array, at: number, length: number): number {
  let hash = lengthHash(seed, length);
  for (let k = 0; k < length; k++) hash = Math.imul(hash ^ bytes[at + k]!, 0x01000193);
  return hash;
}

export function lengthHash(seed: number, length: number): number {
  return Math.imul((seed ^ 0x811c9dc5 ^ length) | 0, 0x01000193);
}
