/**
 * What is known of the messages sent and not yet reported on, by slot: the token that librdkafka gives back with a
 * report. A slot is any lane's; one that came back is taken first, so that the few in use stay in the cache.
 */
export class InFlight {
  readonly intendedNs: Float64Array;
  readonly sentNs: Float64Array;
  readonly index: Float64Array;
  readonly lane: Uint16Array;
  /** 0 warm-up, 1 load (Phase). */
  readonly phase: Uint8Array;
  /** Number among the topics of its lane; only where the result tells them apart. */
  readonly topic?: Int32Array;
  /** Of a slot in use, those that its lane took after and before it; of a free one, the next free one. -1: none. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  #free = -1;
  /** Slots from here on have never been taken: most of a large window never is. */
  #used = 0;

  constructor(slots: number, { perTopic = false }: { readonly perTopic?: boolean } = {}) {
    this.intendedNs = new Float64Array(slots);
    this.sentNs = new Float64Array(slots);
    this.index = new Float64Array(slots);
    this.lane = new Uint16Array(slots);
    this.phase = new Uint8Array(slots);
    if (perTopic) this.topic = new Int32Array(slots);
    this.next = new Int32Array(slots);
    this.previous = new Int32Array(slots);
  }

  /** A free slot, of which there is one: lanes keep to their windows. */
  take(): number {
    const slot = this.#free;
    if (slot < 0) return this.#used++;
    this.#free = this.next[slot]!;
    return slot;
  }

  give(slot: number): void {
    this.next[slot] = this.#free;
    this.#free = slot;
  }
}
