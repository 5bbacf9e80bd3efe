/** The seconds of one shard: a few whole numbers each, of which there are millions in a long run of many shards. */
import type { CountDifference, RowFacts } from './data-message.ts';

const COLUMN = { sent: 0, acked: 1, failed: 2, inFlight: 3, lag: 4, cpu: 5, covered: 6 } as const;
const COLUMNS = 7;
const FIRST_SECONDS = 64;

export class ShardRows {
  #cells = new Uint32Array(FIRST_SECONDS * COLUMNS);

  count({ second, sent, acked, failed }: CountDifference): void {
    const at = this.#at(second);
    this.#cells[at + COLUMN.sent]! += sent;
    this.#cells[at + COLUMN.acked]! += acked;
    this.#cells[at + COLUMN.failed]! += failed;
  }

  /** @param isWhole the process was there for all of the second. */
  add({ second, inFlight, scheduleLagP99, cpu }: RowFacts, isWhole: boolean): void {
    const at = this.#at(second);
    const cells = this.#cells;
    cells[at + COLUMN.inFlight]! += inFlight;
    cells[at + COLUMN.lag] = Math.max(cells[at + COLUMN.lag]!, scheduleLagP99 === null ? 0 : scheduleLagP99 + 1);
    cells[at + COLUMN.cpu]! += cpu;
    if (isWhole) cells[at + COLUMN.covered] = 1;
  }

  isCovered(second: number): boolean {
    return this.#cells[second * COLUMNS + COLUMN.covered] === 1;
  }

  row(second: number) {
    const at = second * COLUMNS;
    const of = (column: number) => this.#cells[at + column] ?? 0;
    const lag = of(COLUMN.lag);
    return {
      second,
      ...{ sent: of(COLUMN.sent), acked: of(COLUMN.acked), failed: of(COLUMN.failed), inFlight: of(COLUMN.inFlight) },
      scheduleLagP99: lag === 0 ? null : lag - 1,
      cpuPct: of(COLUMN.cpu) / 100,
    };
  }

  #at(second: number): number {
    const needed = (second + 1) * COLUMNS;
    if (needed > this.#cells.length) {
      const grown = new Uint32Array(Math.max(needed, 2 * this.#cells.length));
      grown.set(this.#cells);
      this.#cells = grown;
    }
    return second * COLUMNS;
  }
}
