/** How far one partition is dealt with, when several senders take its messages in order and finish in any. */
export class OffsetWatermark {
  readonly #inHand = new Set<number>();
  #next = 0;

  take(offset: number): void {
    this.#inHand.add(offset);
    this.#next = Math.max(this.#next, offset + 1);
  }

  /**
   * A message that came twice, because the partition was another member's for a while, is finished with the first of
   * the two.
   */
  finish(offset: number): void {
    this.#inHand.delete(offset);
  }

  get isInHand(): boolean {
    return this.#inHand.size > 0;
  }

  /** Every message that was taken from before here is finished: what may be committed. */
  get offset(): number {
    // As many as there are senders: a search costs nothing.
    return this.#inHand.size === 0 ? this.#next : Math.min(...this.#inHand);
  }
}
