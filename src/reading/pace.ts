/** A group's `rate`: how many records one of its members may take now. */
import { MS_PER_SEC, NS_PER_MS, NS_PER_SEC } from '../units.ts';

/** What was not taken in time is taken later at most for so long: a pause or an empty topic is followed by no burst. */
const CARRIED_NS = 250 * NS_PER_MS;

export class Pace {
  readonly #perSec: number;
  #left = 0;
  #lastNs = Number.NEGATIVE_INFINITY;
  #sharePerSec = 0;

  /** @param perSec of the whole group; absent: no limit. */
  constructor(perSec: number | undefined) {
    this.#perSec = perSec ?? Number.POSITIVE_INFINITY;
  }

  /** Whole records. @param share part of the group's partitions that this member has. */
  room(nowNs: number, share: number): number {
    if (this.#perSec === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    this.#sharePerSec = this.#perSec * share;
    const sinceNs = nowNs - this.#lastNs;
    const carriedMax = Math.max(1, (this.#sharePerSec * CARRIED_NS) / NS_PER_SEC);
    // At the start nothing is due yet.
    if (this.#lastNs > Number.NEGATIVE_INFINITY) {
      this.#left = Math.min(carriedMax, this.#left + (this.#sharePerSec * sinceNs) / NS_PER_SEC);
    }
    this.#lastNs = nowNs;
    return Math.floor(this.#left);
  }

  took(records: number): void {
    this.#left -= records;
  }

  untilRoomMs(): number {
    return this.#sharePerSec === 0 ? MS_PER_SEC : Math.ceil(((1 - this.#left) / this.#sharePerSec) * MS_PER_SEC);
  }
}
