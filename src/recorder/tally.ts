/** Counts a second of one worker, taken as differences of its lanes' counters right after events happened. */

import { NS_PER_SEC } from '../units.ts';
import { COLUMN, COLUMNS, COUNTER, counterCell, LOAD, type Phase, WARMUP } from './run-memory.ts';

const PHASES: readonly Phase[] = [WARMUP, LOAD];

export class Tally {
  readonly #rows: Float64Array;
  readonly #counters: readonly Float64Array[];
  readonly #seen = new Float64Array(COLUMNS);
  readonly #now = new Float64Array(COLUMNS);

  /** @param rows one a second, of the worker's series in shared memory; `counters` those of each of its lanes. */
  constructor(rows: Float64Array, counters: readonly Float64Array[]) {
    this.#rows = rows;
    this.#counters = counters;
  }

  /** Until the last `take`. */
  get acked(): number {
    return this.#seen[COLUMN.acked]!;
  }

  /** What happened since the last time goes to the second of nowNs; the last row takes what comes after it. */
  take(nowNs: number): void {
    const now = this.#now.fill(0);
    for (const counters of this.#counters) {
      for (const phase of PHASES) {
        now[COLUMN.sent]! += counters[counterCell(phase, COUNTER.sent)]!;
        now[COLUMN.acked]! += counters[counterCell(phase, COUNTER.acked)]!;
        now[COLUMN.failed]! += counters[counterCell(phase, COUNTER.failed)]!;
      }
    }
    const second = Math.min(Math.floor(nowNs / NS_PER_SEC), this.#rows.length / COLUMNS - 1);
    for (let column = 0; column < COLUMNS; column++) {
      this.#rows[second * COLUMNS + column]! += now[column]! - this.#seen[column]!;
    }
    this.#seen.set(now);
  }
}
