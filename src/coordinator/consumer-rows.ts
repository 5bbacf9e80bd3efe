/** Once a second a row of each consumer group: what it read in that second, how late, and how far it is behind. */
import type { GroupPlan } from '../plan/reading-plan.ts';
import type { ConsumerRow } from '../recorder/consumer-row.ts';
import { createHistogram, type FlatHistogram, percentile, subtract } from '../recorder/histogram.ts';
import type { ReadingReader } from '../recorder/reading-reader.ts';
import { NS_PER_SEC } from '../units.ts';

export class ConsumerRows {
  readonly #group: GroupPlan;
  readonly #reader: ReadingReader;
  readonly #lagOf: (second: number) => number | null;
  #rows: ConsumerRow[] = [];
  #now = createHistogram();
  #before = createHistogram();

  constructor(group: GroupPlan, reader: ReadingReader, lagOf: (second: number) => number | null) {
    this.#group = group;
    this.#reader = reader;
    this.#lagOf = lagOf;
  }

  get rows(): readonly ConsumerRow[] {
    return this.#rows;
  }

  /** Appends the rows of all seconds that are over at `elapsedNs`. */
  closeSeconds(elapsedNs: number): void {
    this.#close(Math.min(Math.floor(elapsedNs / NS_PER_SEC), this.#reader.seconds - 1));
  }

  /** When the members are done: all rows, with what was booked or answered after a row was read. */
  closeAll(elapsedNs: number): void {
    this.#close(Math.min(Math.floor(elapsedNs / NS_PER_SEC) + 1, this.#reader.seconds));
    this.#rows = this.#rows.map((row) => ({
      ...row,
      ...this.#reader.second(row.second, this.#group),
      lag: row.lag ?? this.#lagOf(row.second),
    }));
  }

  /** A late timer closes several seconds with one reading: it goes to the one in which most was read. */
  #close(end: number): void {
    const first = this.#rows.length;
    if (first >= end) return;
    let busiest = first;
    for (let second = first + 1; second < end; second++) {
      if (this.#readIn(second) > this.#readIn(busiest)) busiest = second;
    }
    const latencies = this.#next();
    for (let second = first; second < end; second++) {
      const own = second === busiest ? latencies : undefined;
      this.#rows.push({
        second,
        ...this.#reader.second(second, this.#group),
        ...{ p50: percentileUs(own, 50), p99: percentileUs(own, 99), lag: this.#lagOf(second) },
      });
    }
  }

  #readIn(second: number): number {
    return this.#reader.second(second, this.#group).consumed;
  }

  /** Latencies since the last look; the next one overwrites them. */
  #next(): FlatHistogram {
    this.#reader.endToEnd(this.#group, {}, this.#now);
    subtract(this.#now, this.#before, this.#before);
    [this.#now, this.#before] = [this.#before, this.#now];
    return this.#now;
  }
}

/** Null where nothing was recorded, and among those of more than an hour. */
function percentileUs(histogram: FlatHistogram | undefined, percent: number): number | null {
  const value = histogram && percentile(histogram, percent, 0);
  return typeof value === 'number' ? value : null;
}
