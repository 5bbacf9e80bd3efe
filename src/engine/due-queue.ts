/** Which of a worker's lanes wants to run next: a binary heap of lane numbers by time; at equal times by number. */
export class DueQueue {
  readonly #heap: Int32Array;
  /** By lane: its place in the heap, -1 where it is not in it, and its time. */
  readonly #place: Int32Array;
  readonly #dueNs: Float64Array;
  #size = 0;

  constructor(lanes: number) {
    this.#heap = new Int32Array(lanes);
    this.#place = new Int32Array(lanes).fill(-1);
    this.#dueNs = new Float64Array(lanes);
  }

  /** The earliest time; Infinity where no lane waits for one. */
  get firstNs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#dueNs[this.#heap[0]!]!;
  }

  /** Puts a lane in, or moves it; at Infinity it is not in it. */
  set(lane: number, dueNs: number): void {
    const place = this.#place[lane]!;
    if (dueNs === Number.POSITIVE_INFINITY) {
      if (place >= 0) this.#remove(place);
      return;
    }
    this.#dueNs[lane] = dueNs;
    this.#sift(lane, place < 0 ? this.#size++ : place);
  }

  /** Takes out the lanes that are due at nowNs, in order, into `lanes[0..]`; returns how many. */
  takeDue(nowNs: number, lanes: Int32Array): number {
    let n = 0;
    while (this.#size > 0 && this.#dueNs[this.#heap[0]!]! <= nowNs) {
      lanes[n++] = this.#heap[0]!;
      this.#remove(0);
    }
    return n;
  }

  #remove(place: number): void {
    this.#place[this.#heap[place]!] = -1;
    this.#size -= 1;
    if (place < this.#size) this.#sift(this.#heap[this.#size]!, place);
  }

  /** Finds the lane's place, from one that is free for it. */
  #sift(lane: number, from: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (this.#isBefore(heap[parent]!, lane)) break;
      this.#put(heap[parent]!, place);
      place = parent;
    }
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      if (child + 1 < this.#size && this.#isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (this.#isBefore(lane, heap[child]!)) break;
      this.#put(heap[child]!, place);
      place = child;
    }
    this.#put(lane, place);
  }

  #put(lane: number, place: number): void {
    this.#heap[place] = lane;
    this.#place[lane] = place;
  }

  #isBefore(lane: number, other: number): boolean {
    const dueNs = this.#dueNs[lane]!;
    const otherNs = this.#dueNs[other]!;
    return dueNs < otherNs || (dueNs === otherNs && lane < other);
  }
}
