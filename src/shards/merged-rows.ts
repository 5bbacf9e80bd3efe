/** The seconds of all shards together, whatever has come of them, in whatever order. */
import { hasLaneRows } from '../coordinator/latency-intervals.ts';
import type { Plan } from '../plan/plan.ts';
import { dueBy } from '../recorder/due.ts';
import { createHistogram, EXTREMES, type FlatHistogram, highestOf, percentile } from '../recorder/histogram.ts';
import { coarsen, type SparseCounts } from '../recorder/latency-series.ts';
import type { RunReader } from '../recorder/reader.ts';
import { LATENCY } from '../recorder/run-memory.ts';
import type { ScenarioRow, SecondRow } from '../recorder/second-row.ts';
import { NS_PER_SEC } from '../units.ts';
import { placeParts, type RowFacts } from './data-message.ts';
import { PagedCounts } from './sparse-histogram.ts';

const SHARES = ['loopCpu', 'clientCpu', 'mainCpu'] as const;

/** Latencies of one second, and the greatest that was ever recorded by then. */
interface SecondLatencies {
  readonly counts: PagedCounts;
  max: number;
}

interface SecondSums {
  inFlight: number;
  /** In hundredths of a percent. */
  cpu: number;
  readonly shares: (number | null)[];
  /** Responses by lane, or of all lanes in one, then the schedule lag. */
  readonly latencies: (SecondLatencies | undefined)[];
}

export interface MergedRow {
  readonly row: SecondRow;
  readonly latencies: SparseCounts;
  /** By lane; empty where lanes have no rows of their own. */
  readonly lanes: readonly ScenarioRow[];
}

export class MergedRows {
  readonly #plan: Pick<Plan, 'lanes'>;
  readonly #reader: RunReader;
  readonly #seconds: SecondSums[] = [];
  readonly #responses: number;

  constructor(plan: Pick<Plan, 'lanes'>, reader: RunReader) {
    this.#plan = plan;
    this.#reader = reader;
    this.#responses = hasLaneRows(plan.lanes) ? plan.lanes.length : 1;
  }

  /** Seconds of which anything is known: the last one and 1. */
  get length(): number {
    return this.#seconds.length;
  }

  addRow(row: RowFacts): void {
    const sums = this.#at(row.second);
    sums.inFlight += row.inFlight;
    sums.cpu += row.cpu;
    for (const [i, name] of SHARES.entries()) {
      const share = row[name];
      if (share !== null) sums.shares[i] = Math.max(share, sums.shares[i] ?? 0);
    }
  }

  /** Those of a second, to be added to; undefined where rows have none of the kind. */
  latencies(second: number, place: number): SecondLatencies | undefined {
    const { lane, latency } = placeParts(place);
    if (latency === LATENCY.service) return undefined;
    const slot = latency === LATENCY.scheduleLag ? this.#responses : this.#responses === 1 ? 0 : lane;
    const { latencies } = this.#at(second);
    latencies[slot] ??= { counts: new PagedCounts(), max: Number.NEGATIVE_INFINITY };
    return latencies[slot];
  }

  /** @param endsNs as `dueBy` takes them. */
  cursor(endsNs: readonly number[]): RowCursor {
    return new RowCursor(this.#plan, this.#reader, this.#responses, (second) => this.#seconds[second], endsNs);
  }

  #at(second: number): SecondSums {
    while (this.#seconds.length <= second) {
      this.#seconds.push({ inFlight: 0, cpu: 0, shares: [null, null, null], latencies: [] });
    }
    return this.#seconds[second]!;
  }
}

/** Makes rows one after the other: a second's greatest latency is known exactly where it is greater than any before. */
export class RowCursor {
  readonly #plan: Pick<Plan, 'lanes'>;
  readonly #reader: RunReader;
  readonly #sumsOf: (second: number) => SecondSums | undefined;
  readonly #greatest: number[];
  readonly #all = createHistogram();
  readonly #one = createHistogram();
  #due: number | null;
  #second = 0;
  endsNs: readonly number[];

  constructor(
    plan: Pick<Plan, 'lanes'>,
    reader: RunReader,
    responses: number,
    sumsOf: (second: number) => SecondSums | undefined,
    endsNs: readonly number[],
  ) {
    this.#plan = plan;
    this.#reader = reader;
    this.#sumsOf = sumsOf;
    this.#greatest = new Array<number>(responses + 1).fill(Number.NEGATIVE_INFINITY);
    this.endsNs = endsNs;
    this.#due = this.#dueBefore(0);
  }

  /** The second of the next row. */
  get second(): number {
    return this.#second;
  }

  next(): MergedRow {
    const second = this.#second++;
    const sums = this.#sumsOf(second);
    const counts = this.#reader.second(second);
    const before = this.#due;
    this.#due = this.#dueBefore(second + 1);
    const lag = this.#fill(this.#one, sums, this.#greatest.length - 1);
    const scheduleLagP99 = percentileUs(lag, 99);
    const lanes = this.#fillResponses(second, sums);
    const response = this.#all;
    const row: SecondRow = {
      second,
      scheduled: before === null || this.#due === null ? counts.sent : this.#due - before,
      ...counts,
      ...{ p50: percentileUs(response, 50), p90: percentileUs(response, 90), p99: percentileUs(response, 99) },
      ...{ p999: percentileUs(response, 99.9), max: response[EXTREMES.total] === 0 ? null : response[EXTREMES.max]! },
      scheduleLagP99,
      inFlight: sums?.inFlight ?? 0,
      cpuPct: (sums?.cpu ?? 0) / 100,
      loopCpuPct: percent(sums?.shares[0]),
      clientCpuPct: percent(sums?.shares[1]),
      mainCpuPct: percent(sums?.shares[2]),
    };
    return { row, latencies: coarsen(response), lanes };
  }

  /** All responses of the second into `#all`. */
  #fillResponses(second: number, sums: SecondSums | undefined): ScenarioRow[] {
    const responses = this.#greatest.length - 1;
    if (responses === 1) {
      this.#fill(this.#all, sums, 0);
      return [];
    }
    this.#all.fill(0);
    let max = Number.NEGATIVE_INFINITY;
    const rows = this.#plan.lanes.map((lane, slot) => {
      const own = this.#fill(this.#one, sums, slot);
      sums?.latencies[slot]?.counts.addTo(this.#all);
      if (own[EXTREMES.total]! > 0) max = Math.max(max, own[EXTREMES.max]!);
      return { second, ...this.#reader.second(second, lane), p50: percentileUs(own, 50), p99: percentileUs(own, 99) };
    });
    if (this.#all[EXTREMES.total]! > 0) this.#all[EXTREMES.max] = max;
    return rows;
  }

  /** As the difference of two readings of one histogram has it: see `subtract`. */
  #fill(into: FlatHistogram, sums: SecondSums | undefined, slot: number): FlatHistogram {
    into.fill(0);
    const own = sums?.latencies[slot];
    if (own === undefined) return into;
    const highest = own.counts.addTo(into);
    const before = this.#greatest[slot]!;
    into[EXTREMES.max] = own.max > before ? own.max : Math.min(before, highestOf(highest));
    this.#greatest[slot] = Math.max(before, own.max);
    return into;
  }

  #dueBefore(second: number): number | null {
    return dueBy(this.#plan.lanes, second * NS_PER_SEC, this.endsNs, { before: true });
  }
}

/** Null where nothing was recorded, and among those of more than an hour. */
function percentileUs(histogram: FlatHistogram, percent: number): number | null {
  const value = percentile(histogram, percent, 0);
  return typeof value === 'number' ? value : null;
}

function percent(hundredths: number | null | undefined): number | null {
  return hundredths === null || hundredths === undefined ? null : hundredths / 100;
}
