/** A group's `rate`: how many records one of its members may take now. */
import { MS_PER_SEC, NS_PER_MS, NS_PER_SEC } from '../units.ts';

/** What was not taken in time is taken later at most for so long: a pause or an empty topic is followed by no burst. */
const CARRIED_NS = 250 * NS_PER_MS;

/**
 * The rate is that of the group: each member counts what all of them have taken, so that one whose partitions hold the
 * most may take what the others leave.
 */
export class Pace {
  readonly #perSec: number;
  #left = 0;
  #lastNs = Number.NEGATIVE_INFINITY;
  #lastConsumed = 0;
  #share = 0;

  /** @param perSec of the whole group. */
  constructor(perSec: number) {
    this.#perSec = perSec;
  }

  /**
   * Whole records.
   * @param share part of the group's partitions that this member has: of what is due, so much at a time
   * @param consumed by the whole group so far
   */
  room(nowNs: number, share: number, consumed: number): number {
    const carriedMax = Math.max(1, (this.#perSec * CARRIED_NS) / NS_PER_SEC);
    // At the start nothing is due yet.
    if (this.#lastNs > Number.NEGATIVE_INFINITY) {
      const due = (this.#perSec * (nowNs - this.#lastNs)) / NS_PER_SEC;
      this.#left = Math.min(carriedMax, this.#left + due - (consumed - this.#lastConsumed));
    }
    this.#lastNs = nowNs;
    this.#lastConsumed = consumed;
    this.#share = share;
    if (this.#left < 1 || share === 0) return 0;
    return Math.max(1, Math.floor(this.#left * share));
  }

  untilRoomMs(): number {
    return this.#share === 0 ? MS_PER_SEC : Math.ceil(((1 - this.#left) / this.#perSec) * MS_PER_SEC);
  }
}
