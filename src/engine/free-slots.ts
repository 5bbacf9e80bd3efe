/** A stack of one lane's free slots, last in, first out: the few in use stay in the cache. */
export class FreeSlots {
  readonly #first: number;
  readonly #stack: Int32Array;
  readonly #isFree: Uint8Array;
  /** The slots below this place of the stack have never been taken. */
  #minCount: number;
  count: number;

  constructor(first: number, slots: number) {
    this.#first = first;
    this.#stack = new Int32Array(slots);
    this.#isFree = new Uint8Array(slots);
    this.count = slots;
    this.#minCount = slots;
  }

  /** Takes n slots, at most `count`, into `slots[0..n-1]`. */
  take(n: number, slots: Int32Array): void {
    const stack = this.#stack;
    let top = this.count;
    const bottom = top - n;
    for (let j = 0; j < n; j++) {
      top -= 1;
      // Slots that were never taken are not in the stack's memory: most of a large window never is.
      slots[j] = top < this.#minCount ? this.#first + stack.length - 1 - top : stack[top]!;
    }
    this.count = bottom;
    if (bottom < this.#minCount) this.#minCount = bottom;
  }

  give(slot: number): void {
    this.#stack[this.count] = slot;
    this.count += 1;
  }

  /** The least of `values`, by slot, over the slots in use; Infinity where there is none. Takes as long as `taken`. */
  least(values: Float64Array): number {
    const used = this.#stack.length - this.#minCount;
    const isFree = this.#isFree;
    isFree.fill(0, 0, used);
    for (let k = this.#minCount; k < this.count; k++) isFree[this.#stack[k]! - this.#first] = 1;
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < used; k++) {
      if (isFree[k] === 0 && values[this.#first + k]! < least) least = values[this.#first + k]!;
    }
    return least;
  }

  /** The slots in use, in order. Takes as long as the most that were ever in use at a time. */
  taken(): number[] {
    const isFree = new Uint8Array(this.#stack.length - this.#minCount);
    for (let k = this.#minCount; k < this.count; k++) isFree[this.#stack[k]! - this.#first] = 1;
    const slots: number[] = [];
    isFree.forEach((free, k) => {
      if (free === 0) slots.push(this.#first + k);
    });
    return slots;
  }
}
