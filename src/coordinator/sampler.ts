/**
 * Reads shared memory while the run goes on: progress a few times a second, and once a second a row of the series. Live
 * view, series, metrics and aborting thresholds are all made from what is read here.
 */
import type { Plan } from '../plan/plan.ts';
import { dueBy } from '../recorder/due.ts';
import { type FlatHistogram, maximum, percentile } from '../recorder/histogram.ts';
import { addCounts, coarsen } from '../recorder/latency-series.ts';
import { type PackedCounts, packCounts, unpackCounts } from '../recorder/packed-counts.ts';
import type { Progress } from '../recorder/progress.ts';
import { inFlightOf, type RunReader } from '../recorder/reader.ts';
import type { ScenarioRow, SecondRow, ThreadShares } from '../recorder/second-row.ts';
import { NS_PER_SEC } from '../units.ts';
import { hasLaneRows, type LatencyInterval, LatencyIntervals } from './latency-intervals.ts';
import type { SecondRows } from './observer.ts';
import { progressOf } from './progress.ts';

type ScenarioSeries = Readonly<Record<string, readonly ScenarioRow[]>>;

interface Reading extends LatencyInterval {
  readonly cpuPct: number;
  readonly threads: ThreadShares;
}

const NO_THREADS: ThreadShares = { loopCpuPct: null, clientCpuPct: null, mainCpuPct: null };

export class Sampler {
  readonly #plan: Plan;
  readonly #reader: RunReader;
  readonly #startedAtMs: number;
  readonly #readThreads: () => ThreadShares;
  readonly #intervals: LatencyIntervals;
  #series: SecondRow[] = [];
  readonly #latencies: PackedCounts[] = [];
  /** By lane; empty where lanes have no rows of their own. */
  #laneSeries: ScenarioRow[][];
  #cpuUsSeen: number;

  /** @param readThreads what they used since it was called last. */
  constructor(plan: Plan, reader: RunReader, startedAtMs: number, readThreads = () => NO_THREADS) {
    this.#plan = plan;
    this.#reader = reader;
    this.#startedAtMs = startedAtMs;
    this.#readThreads = readThreads;
    this.#intervals = new LatencyIntervals(plan.lanes, reader);
    this.#laneSeries = hasLaneRows(plan.lanes) ? plan.lanes.map(() => []) : [];
    this.#cpuUsSeen = cpuUs();
  }

  /** The rows so far. Latencies are of the reading that closed a row: up to some milliseconds past its second. */
  get series(): readonly SecondRow[] {
    return this.#series;
  }

  /** Response latencies of each row. */
  get latencies(): readonly PackedCounts[] {
    return this.#latencies;
  }

  get scenarioSeries(): ScenarioSeries | undefined {
    return this.#scenarioSeries(0);
  }

  /** From row `first` on. */
  rowsFrom(first: number): SecondRows {
    const scenarioRows = this.#scenarioSeries(first);
    return {
      rows: this.#series.slice(first),
      latencies: unpackCounts(this.#latencies.slice(first).join('')),
      ...(scenarioRows && { scenarioRows }),
    };
  }

  #scenarioSeries(first: number): ScenarioSeries | undefined {
    if (this.#laneSeries.length === 0) return undefined;
    return Object.fromEntries(this.#plan.lanes.map(({ name }, i) => [name, this.#laneSeries[i]!.slice(first)]));
  }

  /** Appends the rows of all seconds that are over at `elapsedNs`; returns the last one. */
  closeSeconds(elapsedNs: number): SecondRow | undefined {
    return this.#closeRows(Math.min(Math.floor(elapsedNs / NS_PER_SEC), this.#reader.seconds - 1));
  }

  /**
   * After the workers are done: the rows up to and including the last event's second, and the counts of all rows once
   * more. A worker books an event some microseconds after it, when its row may have been read already; a latency that
   * no reading has seen yet goes to the last row.
   */
  closeAll(elapsedNs: number): void {
    this.#closeRows(Math.min(Math.floor(elapsedNs / NS_PER_SEC) + 1, this.#reader.seconds));
    this.#series = this.#series.map((row) => ({ ...row, ...this.#counts(row.second) }));
    this.#laneSeries = this.#laneSeries.map((rows, lane) =>
      rows.map((row) => ({ ...row, ...this.#reader.second(row.second, { lane }) })),
    );
    const [last] = unpackCounts(this.#latencies.pop()!);
    this.#latencies.push(packCounts(addCounts(last!, coarsen(this.#intervals.nextResponse().response))));
  }

  /** A late timer closes several seconds with one reading: it goes to the one with the most acknowledgements. */
  #closeRows(end: number): SecondRow | undefined {
    const first = this.#series.length;
    if (first >= end) return this.#series.at(-1);
    let busiest = first;
    for (let second = first + 1; second < end; second++) {
      if (this.#reader.second(second).acked > this.#reader.second(busiest).acked) busiest = second;
    }
    const reading = this.#read();
    for (let second = first; second < end; second++) this.#append(second, second === busiest ? reading : undefined);
    return this.#series.at(-1);
  }

  #read(): Reading {
    const threads = this.#readThreads();
    const cpu = cpuUs();
    const cpuPct = (cpu - this.#cpuUsSeen) / 1e4;
    this.#cpuUsSeen = cpu;
    return { ...this.#intervals.next(), cpuPct, threads };
  }

  #append(second: number, reading: Reading | undefined): void {
    const response = reading?.response;
    this.#series.push({
      second,
      ...this.#counts(second),
      p50: percentileUs(response, 50),
      p90: percentileUs(response, 90),
      p99: percentileUs(response, 99),
      p999: percentileUs(response, 99.9),
      max: response === undefined ? null : maximum(response),
      scheduleLagP99: percentileUs(reading?.scheduleLag, 99),
      inFlight: inFlightOf(this.#reader.counts({ lanes: this.#plan.lanes })),
      cpuPct: reading?.cpuPct ?? 0,
      ...(reading?.threads ?? NO_THREADS),
    });
    this.#latencies.push(packCounts(response === undefined ? [] : coarsen(response)));
    for (const [lane, rows] of this.#laneSeries.entries()) {
      const own = reading?.laneResponses[lane];
      const counts = this.#reader.second(second, { lane });
      rows.push({ second, ...counts, p50: percentileUs(own, 50), p99: percentileUs(own, 99) });
    }
  }

  #counts(second: number): Pick<SecondRow, 'scheduled' | 'sent' | 'acked' | 'failed'> {
    const counts = this.#reader.second(second);
    return { scheduled: this.#scheduledIn(second) ?? counts.sent, ...counts };
  }

  /** Messages the plan has due in a second, or null where a closed loop plans none. */
  #scheduledIn(second: number): number | null {
    const { lanes, shard } = this.#plan;
    const endsNs = this.#reader.loadEndsNs();
    const until = dueBy(lanes, (second + 1) * NS_PER_SEC, endsNs, { before: true, shard });
    return until && until - dueBy(lanes, second * NS_PER_SEC, endsNs, { before: true, shard })!;
  }

  progress(elapsedNs: number): Progress {
    const lastRow = this.#series.at(-1);
    const run = { plan: this.#plan, reader: this.#reader, startedAtMs: this.#startedAtMs };
    return progressOf({ ...run, ...(lastRow && { lastRow }) }, elapsedNs);
  }
}

/** Null where nothing was recorded, and among those of more than an hour. */
function percentileUs(histogram: FlatHistogram | undefined, percent: number): number | null {
  const value = histogram && percentile(histogram, percent, 0);
  return typeof value === 'number' ? value : null;
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
