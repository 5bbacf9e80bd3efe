/** Counts a second of one worker, taken as differences of its lanes' counters right after events happened. */

import { NS_PER_SEC } from '../units.ts';
import { COLUMN, COLUMNS, COUNTER, counterCell, LOAD, type Phase, WARMUP } from './run-memory.ts';

const PHASES: readonly Phase[] = [WARMUP, LOAD];

interface Series {
  readonly rows: Float64Array;
  readonly counters: readonly Float64Array[];
  readonly seen: Float64Array;
}

export class Tally {
  readonly #series: readonly Series[];
  readonly #now = new Float64Array(COLUMNS);

  /**
   * @param rows one a second, of the worker's series in shared memory: one of each lane, or one of all lanes.
   * @param counters those of each of its lanes.
   */
  constructor(rows: readonly Float64Array[], counters: readonly Float64Array[]) {
    this.#series = rows.map((each, i) => {
      const own = rows.length === 1 ? counters : [counters[i]!];
      return { rows: each, counters: own, seen: new Float64Array(COLUMNS) };
    });
  }

  /** Until the last `take`. */
  get acked(): number {
    return this.#series.reduce((sum, { seen }) => sum + seen[COLUMN.acked]!, 0);
  }

  /** What happened since the last time goes to the second of nowNs; the last row takes what comes after it. */
  take(nowNs: number): void {
    for (const series of this.#series) this.#takeOf(series, Math.floor(nowNs / NS_PER_SEC));
  }

  #takeOf({ rows, counters, seen }: Series, second: number): void {
    const now = this.#now.fill(0);
    for (const cells of counters) {
      for (const phase of PHASES) {
        now[COLUMN.sent]! += cells[counterCell(phase, COUNTER.sent)]!;
        now[COLUMN.acked]! += cells[counterCell(phase, COUNTER.acked)]!;
        now[COLUMN.failed]! += cells[counterCell(phase, COUNTER.failed)]!;
      }
    }
    const at = Math.min(second, rows.length / COLUMNS - 1) * COLUMNS;
    for (let column = 0; column < COLUMNS; column++) rows[at + column]! += now[column]! - seen[column]!;
    seen.set(now);
  }
}
