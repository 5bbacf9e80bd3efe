/**
 * Duplicates on purpose, the other way round: which messages repeat a given one, byte for byte. A copy is like its original,
 * so all of them are places for records that are alike: only records beyond these places are duplicates.
 */
import { PAGE_BITS } from '../index-set.ts';
import type { Anomalies } from '../workload/anomalies.ts';
import { RecentPages } from './recent-pages.ts';

const NONE: readonly number[] = [];
const PAGES_MAX = 256;

export class Copies {
  readonly #anomalies: Anomalies;
  readonly #within: number;
  readonly #count: number;
  readonly #pages = new RecentPages(PAGES_MAX, (page) => this.#read(page));

  /** @param count messages of the lane; Infinity where that is not planned. */
  constructor(anomalies: Anomalies, within: number, count: number) {
    this.#anomalies = anomalies;
    this.#within = within;
    this.#count = count;
  }

  /** Indexes of its copies, ascending. */
  of(index: number): readonly number[] {
    return this.#pages.get(Math.floor(index / PAGE_BITS)).get(index) ?? NONE;
  }

  /** A draw for each message that may repeat one of the page. */
  #read(page: number): Map<number, number[]> {
    const copies = new Map<number, number[]>();
    const from = page * PAGE_BITS;
    const end = Math.min(this.#count, from + PAGE_BITS + this.#within);
    for (let index = from + 1; index < end; index++) {
      const anomaly = this.#anomalies.of(index);
      if (anomaly?.kind !== 'duplicate') continue;
      const { original } = anomaly;
      if (original < from || original >= from + PAGE_BITS) continue;
      const known = copies.get(original);
      if (known === undefined) copies.set(original, [index]);
      else known.push(index);
    }
    return copies;
  }
}
