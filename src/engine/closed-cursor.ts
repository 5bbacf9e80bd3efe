/** The closed loop's side of what a schedule's cursor is for the open one: the next message is always due. */
import type { ClosedLoad } from '../plan/plan.ts';
import { shareOf } from '../split.ts';
import type { Cursor } from './cursor.ts';

export class ClosedCursor implements Cursor {
  readonly count: number;
  readonly #load: ClosedLoad;
  readonly #worker: number;
  readonly #workers: number;
  #done = 0;
  #ended = false;

  constructor(load: ClosedLoad, worker: number, workers: number) {
    this.#load = load;
    this.#worker = worker;
    this.#workers = workers;
    this.count = shareOf(load.count, worker, workers);
  }

  /** Due times are the moment itself: in a closed loop intended = sent. */
  dueBefore(nowNs: number, max: number, dueNs: Float64Array): number {
    if (nowNs < this.#load.startNs) return 0;
    if (nowNs >= this.#load.endNs) this.#ended = true;
    const n = this.#ended ? 0 : Math.min(max, this.count - this.#done);
    dueNs.fill(nowNs, 0, n);
    return n;
  }

  advance(n: number): void {
    this.#done += n;
  }

  nextDueNs(): number {
    return this.#ended || this.#done >= this.count ? Number.POSITIVE_INFINITY : this.#load.startNs;
  }

  nextIndex(): number {
    return this.#worker + this.#done * this.#workers;
  }
}
