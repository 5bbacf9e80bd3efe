/**
 * Reads shared memory while the run goes on: progress a few times a second, and once a second a row of the series. Live
 * view, series, metrics and aborting thresholds are all made from what is read here.
 */
import { isEndless } from '../plan/endless.ts';
import type { Plan } from '../plan/plan.ts';
import { STATE } from '../recorder/control-memory.ts';
import { dueBy, targetPerSecAt } from '../recorder/due.ts';
import {
  createHistogram,
  type FlatHistogram,
  maximum,
  type Percentile,
  percentile,
  subtract,
} from '../recorder/histogram.ts';
import type { Progress } from '../recorder/progress.ts';
import { inFlightOf, type RunReader } from '../recorder/reader.ts';
import { LATENCY } from '../recorder/run-memory.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';

interface LatencyReading {
  now: FlatHistogram;
  before: FlatHistogram;
}

export class Sampler {
  readonly #plan: Plan;
  readonly #reader: RunReader;
  readonly #startedAtMs: number;
  readonly #readings: { response: LatencyReading; scheduleLag: LatencyReading };
  #series: SecondRow[] = [];
  #cpuUsSeen: number;

  constructor(plan: Plan, reader: RunReader, startedAtMs: number) {
    this.#plan = plan;
    this.#reader = reader;
    this.#startedAtMs = startedAtMs;
    const reading = () => ({ now: createHistogram(), before: createHistogram() });
    this.#readings = { response: reading(), scheduleLag: reading() };
    this.#cpuUsSeen = cpuUs();
  }

  /** The rows so far. Latencies are of the reading that closed a row: up to some milliseconds past its second. */
  get series(): readonly SecondRow[] {
    return this.#series;
  }

  /** Appends the rows of all seconds that are over at `elapsedNs`; returns the last one. */
  closeSeconds(elapsedNs: number): SecondRow | undefined {
    return this.#closeRows(Math.min(Math.floor(elapsedNs / NS_PER_SEC), this.#reader.seconds - 1));
  }

  /**
   * After the workers are done: the rows up to and including the last event's second, and the counts of all rows once
   * more. A worker books an event some microseconds after it, when its row may have been read already.
   */
  closeAll(elapsedNs: number): void {
    this.#closeRows(Math.min(Math.floor(elapsedNs / NS_PER_SEC) + 1, this.#reader.seconds));
    this.#series = this.#series.map((row) => ({ ...row, ...this.#counts(row.second) }));
  }

  /** A late timer closes several seconds with one reading: it goes to the one with the most acknowledgements. */
  #closeRows(end: number): SecondRow | undefined {
    let busiest = this.#series.length;
    for (let second = busiest + 1; second < end; second++) {
      if (this.#reader.second(second).acked > this.#reader.second(busiest).acked) busiest = second;
    }
    while (this.#series.length < end)
      this.#series.push(this.#row(this.#series.length, this.#series.length === busiest));
    return this.#series.at(-1);
  }

  #row(second: number, hasReading: boolean): SecondRow {
    const response = hasReading ? this.#interval(this.#readings.response, LATENCY.response) : null;
    const lag = hasReading ? this.#interval(this.#readings.scheduleLag, LATENCY.scheduleLag) : null;
    const p50 = response && numeric(percentile(response, 50, 0));
    const p99 = response && numeric(percentile(response, 99, 0));
    const max = response && maximum(response);
    const cpu = cpuUs();
    const cpuPct = hasReading ? (cpu - this.#cpuUsSeen) / 1e4 : 0;
    if (hasReading) this.#cpuUsSeen = cpu;
    return {
      second,
      ...this.#counts(second),
      p50,
      p99,
      max,
      scheduleLagP99: lag && numeric(percentile(lag, 99, 0)),
      inFlight: inFlightOf(this.#reader.counts({ lanes: this.#plan.lanes })),
      cpuPct,
    };
  }

  #counts(second: number): Pick<SecondRow, 'scheduled' | 'sent' | 'acked' | 'failed'> {
    const counts = this.#reader.second(second);
    return { scheduled: this.#scheduledIn(second) ?? counts.sent, ...counts };
  }

  /** Messages the plan has due in a second, or null where a closed loop plans none. */
  #scheduledIn(second: number): number | null {
    const { lanes } = this.#plan;
    const endsNs = this.#reader.loadEndsNs();
    const until = dueBy(lanes, (second + 1) * NS_PER_SEC, endsNs, { before: true });
    return until && until - dueBy(lanes, second * NS_PER_SEC, endsNs, { before: true })!;
  }

  /** What was recorded since the last call, over all workers and lanes; a view that the next call overwrites. */
  #interval(reading: LatencyReading, latency: number): FlatHistogram {
    this.#reader.histogram({ lanes: this.#plan.lanes }, latency, reading.now);
    subtract(reading.now, reading.before, reading.before);
    const interval = reading.before;
    reading.before = reading.now;
    reading.now = interval;
    return interval;
  }

  progress(elapsedNs: number): Progress {
    const { durationNs, lanes } = this.#plan;
    const lastRow = this.#series.at(-1);
    const counts = this.#reader.counts({ lanes });
    const { sent, acked, failed, unresolved, shed } = counts;
    return {
      phase: this.#phase(elapsedNs),
      elapsedNs,
      plannedNs: durationNs > 0 ? durationNs : null,
      endsAtMs: durationNs > 0 ? this.#startedAtMs + durationNs / NS_PER_MS : null,
      plannedCount: this.#plannedCount(),
      scheduled: this.#scheduledUntil(elapsedNs),
      sent,
      acked,
      failed: failed + unresolved,
      shed,
      inFlight: inFlightOf(counts),
      targetPerSec: targetPerSecAt(lanes, elapsedNs),
      ...(lastRow === undefined ? {} : { lastRow }),
      scenarios: lanes.length,
    };
  }

  #phase(elapsedNs: number): Progress['phase'] {
    const states = this.#reader.states();
    if (states.every((state) => state === STATE.done)) return 'done';
    if (states.every((state) => state >= STATE.draining)) return 'drain';
    const loads = this.#plan.lanes.map(({ load }) => load);
    const first = loads.reduce((a, b) => (b.warmupEndNs < a.warmupEndNs ? b : a));
    const hasWarmup = first.startNs < first.warmupEndNs;
    return hasWarmup && elapsedNs < first.warmupEndNs ? 'warmup' : 'load';
  }

  #plannedCount(): number | null {
    if (this.#plan.lanes.some(({ load }) => isEndless(load))) return null;
    const total = this.#plan.lanes.reduce((sum, { load }) => sum + load.count, 0);
    return Number.isFinite(total) ? total : null;
  }

  /** Of a closed loop what was sent. */
  #scheduledUntil(elapsedNs: number): number {
    const endsNs = this.#reader.loadEndsNs();
    return this.#plan.lanes.reduce((sum, lane) => {
      return sum + (dueBy([lane], elapsedNs, endsNs) ?? this.#reader.counts({ lanes: [lane] }).sent);
    }, 0);
  }
}

function numeric(value: Percentile | null): number | null {
  return typeof value === 'number' ? value : null;
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
