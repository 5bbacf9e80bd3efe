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

  /** Some tens of thousands of times a second, for each of a few lanes: plain numbers, no array is filled or copied. */
  #takeOf({ rows, counters, seen }: Series, second: number): void {
    let [sent, acked, failed] = [0, 0, 0];
    for (const cells of counters) {
      for (const phase of PHASES) {
        sent += cells[counterCell(phase, COUNTER.sent)]!;
        acked += cells[counterCell(phase, COUNTER.acked)]!;
        failed += cells[counterCell(phase, COUNTER.failed)]!;
      }
    }
    const at = Math.min(second, rows.length / COLUMNS - 1) * COLUMNS;
    rows[at + COLUMN.sent]! += sent - seen[COLUMN.sent]!;
    rows[at + COLUMN.acked]! += acked - seen[COLUMN.acked]!;
    rows[at + COLUMN.failed]! += failed - seen[COLUMN.failed]!;
    seen[COLUMN.sent] = sent;
    seen[COLUMN.acked] = acked;
    seen[COLUMN.failed] = failed;
  }
}
