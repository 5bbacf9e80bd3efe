/** One lane's slots in flight, in the order in which it took them, and how many more it may take. */
import type { InFlight } from '../recorder/in-flight.ts';

export class Window {
  /** How many more it may take: a stuck lane cannot take the others' slots. */
  free: number;
  readonly #lane: number;
  readonly #inFlight: InFlight;
  #first = -1;
  #last = -1;

  constructor(inFlight: InFlight, lane: number, slots: number) {
    this.#inFlight = inFlight;
    this.#lane = lane;
    this.free = slots;
  }

  /** The slot that was taken first of those in use; -1 where none is. Messages are taken in the order of their indexes. */
  get oldest(): number {
    return this.#first;
  }

  /** Takes n slots, at most `free`, into `slots[0..n-1]`. */
  take(n: number, slots: Int32Array): void {
    const inFlight = this.#inFlight;
    const { next, previous, lane } = inFlight;
    let last = this.#last;
    for (let j = 0; j < n; j++) {
      const slot = inFlight.take();
      lane[slot] = this.#lane;
      previous[slot] = last;
      if (last < 0) this.#first = slot;
      else next[last] = slot;
      last = slot;
      slots[j] = slot;
    }
    next[last] = -1;
    this.#last = last;
    this.free -= n;
  }

  give(slot: number): void {
    const inFlight = this.#inFlight;
    const after = inFlight.next[slot]!;
    const before = inFlight.previous[slot]!;
    if (before < 0) this.#first = after;
    else inFlight.next[before] = after;
    if (after < 0) this.#last = before;
    else inFlight.previous[after] = before;
    inFlight.give(slot);
    this.free += 1;
  }

  /** The slots in use, the oldest first. */
  taken(): number[] {
    const slots: number[] = [];
    for (let slot = this.#first; slot >= 0; slot = this.#inFlight.next[slot]!) slots.push(slot);
    return slots;
  }
}
