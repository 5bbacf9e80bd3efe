/**
 * The messages handed over and not yet reported on. A message's slot is the token that librdkafka gives back with its
 * report; each lane has slots of its own, so that a stuck lane cannot take the others'. Slots are handed out last in,
 * first out: the few in use stay in the cache.
 */
export class InFlight {
  readonly intendedNs: Float64Array;
  readonly handedNs: Float64Array;
  readonly index: Float64Array;
  readonly lane: Uint16Array;
  /** 0 warm-up, 1 load (Phase). */
  readonly phase: Uint8Array;

  constructor(slotsPerLane: readonly number[]) {
    const slots = slotsPerLane.reduce((sum, n) => sum + n, 0);
    this.intendedNs = new Float64Array(slots);
    this.handedNs = new Float64Array(slots);
    this.index = new Float64Array(slots);
    this.lane = new Uint16Array(slots);
    this.phase = new Uint8Array(slots);
    let slot = 0;
    slotsPerLane.forEach((n, lane) => {
      this.lane.fill(lane, slot, slot + n);
      slot += n;
    });
  }
}

/** A stack of one lane's free slots. */
export class FreeSlots {
  readonly #first: number;
  readonly #stack: Int32Array;
  /** The slots below this place of the stack have never been taken. */
  #countLeast: number;
  count: number;

  constructor(first: number, slots: number) {
    this.#first = first;
    this.#stack = Int32Array.from({ length: slots }, (_, k) => first + slots - 1 - k);
    this.count = slots;
    this.#countLeast = slots;
  }

  /** Takes n slots, at most `count`, into `slots[0..n-1]`. */
  take(n: number, slots: Int32Array): void {
    const stack = this.#stack;
    let top = this.count;
    for (let j = 0; j < n; j++) slots[j] = stack[--top]!;
    this.count = top;
    if (top < this.#countLeast) this.#countLeast = top;
  }

  give(slot: number): void {
    this.#stack[this.count] = slot;
    this.count += 1;
  }

  /** The slots in use, in order. Takes as long as the most that were ever in use at a time. */
  taken(): number[] {
    const isFree = new Uint8Array(this.#stack.length - this.#countLeast);
    for (let k = this.#countLeast; k < this.count; k++) isFree[this.#stack[k]! - this.#first] = 1;
    const slots: number[] = [];
    isFree.forEach((free, k) => {
      if (free === 0) slots.push(this.#first + k);
    });
    return slots;
  }
}
