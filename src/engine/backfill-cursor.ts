/** A schedule sent as a closed loop: it says the order of the messages and what time they carry, not when they go. */
import type { Schedule } from '../schedule/schedule.ts';
import { createCursor, type ScheduleCursor } from '../schedule/schedule-cursor.ts';
import type { Cursor } from './cursor.ts';

export class BackfillCursor implements Cursor {
  readonly recordNs: Float64Array;
  readonly #cursor: ScheduleCursor;
  readonly #end: number;

  constructor(schedule: Schedule, worker: number, workers: number, batchMax: number) {
    this.recordNs = new Float64Array(batchMax);
    this.#cursor = createCursor(schedule, worker, workers);
    this.#end = schedule.count;
  }

  get count(): number {
    return this.#cursor.count;
  }

  /** Due times are the moment itself, as in every closed loop; none before the run's start. */
  dueBefore(nowNs: number, max: number, dueNs: Float64Array): number {
    if (nowNs < 0) return 0;
    const n = this.#cursor.dueBefore(Number.POSITIVE_INFINITY, Math.min(max, dueNs.length), this.recordNs);
    dueNs.fill(nowNs, 0, n);
    return n;
  }

  advance(n: number): void {
    this.#cursor.advance(n);
  }

  nextDueNs(): number {
    return this.nextIndex() < this.#end ? 0 : Number.POSITIVE_INFINITY;
  }

  nextIndex(): number {
    return this.#cursor.nextIndex();
  }
}
