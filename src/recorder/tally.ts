/** Counts a second of one worker, taken as differences of its lanes' counters right after events happened, where they did. */

import { NS_PER_SEC } from '../units.ts';
import { COLUMN, COLUMNS, COUNTER, counterCell, LOAD, type Phase, WARMUP } from './run-memory.ts';

const PHASES: readonly Phase[] = [WARMUP, LOAD];

export class Tally {
  /** Until the last `take`. */
  acked = 0;
  readonly #counters: readonly Float64Array[];
  /** By lane: the row its events go to. */
  readonly #rows: readonly Float64Array[];
  /** By lane, as rows have them: what was taken. */
  readonly #seen: Float64Array;
  readonly #marked: Uint8Array;
  readonly #marks: Int32Array;
  #count = 0;

  /**
   * @param rows one a second, of the worker's series in shared memory: one of each lane, or one of all lanes.
   * @param counters those of each of its lanes.
   */
  constructor(rows: readonly Float64Array[], counters: readonly Float64Array[]) {
    this.#counters = counters;
    this.#rows = counters.map((_, lane) => (rows.length === 1 ? rows[0]! : rows[lane]!));
    this.#seen = new Float64Array(counters.length * COLUMNS);
    this.#marked = new Uint8Array(counters.length);
    this.#marks = new Int32Array(counters.length);
  }

  /** Something of the lane may have changed. */
  mark(lane: number): void {
    if (this.#marked[lane] === 1) return;
    this.#marked[lane] = 1;
    this.#marks[this.#count++] = lane;
  }

  markAll(): void {
    for (let lane = 0; lane < this.#counters.length; lane++) this.mark(lane);
  }

  /** What happened to marked lanes since the last time goes to the second of nowNs; the last row takes what comes after it. */
  take(nowNs: number): void {
    const second = Math.floor(nowNs / NS_PER_SEC);
    for (let k = 0; k < this.#count; k++) this.#takeOf(this.#marks[k]!, second);
    this.#count = 0;
  }

  /** Some tens of thousands of times a second: plain numbers, no array is filled or copied. */
  #takeOf(lane: number, second: number): void {
    this.#marked[lane] = 0;
    const cells = this.#counters[lane]!;
    const rows = this.#rows[lane]!;
    const seen = this.#seen;
    const seenAt = lane * COLUMNS;
    let [sent, acked, failed] = [0, 0, 0];
    for (const phase of PHASES) {
      sent += cells[counterCell(phase, COUNTER.sent)]!;
      acked += cells[counterCell(phase, COUNTER.acked)]!;
      failed += cells[counterCell(phase, COUNTER.failed)]!;
    }
    const at = Math.min(second, rows.length / COLUMNS - 1) * COLUMNS;
    this.acked += acked - seen[seenAt + COLUMN.acked]!;
    rows[at + COLUMN.sent]! += sent - seen[seenAt + COLUMN.sent]!;
    rows[at + COLUMN.acked]! += acked - seen[seenAt + COLUMN.acked]!;
    rows[at + COLUMN.failed]! += failed - seen[seenAt + COLUMN.failed]!;
    seen[seenAt + COLUMN.sent] = sent;
    seen[seenAt + COLUMN.acked] = acked;
    seen[seenAt + COLUMN.failed] = failed;
  }
}
