/**
 * Reads shared memory while the run goes on: progress a few times a second, and once a second a row of the series. The
 * workers notice nothing of it. Live view, series, metrics and aborting thresholds are all made from what is read here.
 */
import { dueBefore, isEndless } from '../plan/endless.ts';
import type { OpenLoad, Plan } from '../plan/plan.ts';
import {
  add,
  createHistogram,
  type FlatHistogram,
  maximum,
  type Percentile,
  percentile,
  snapshot,
  subtract,
} from '../recorder/histogram.ts';
import type { SecondRow } from '../recorder/measurement.ts';
import type { Progress } from '../recorder/progress.ts';
import {
  COLUMN,
  COLUMNS,
  COUNTER,
  counterCell,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  type Phase,
  type RunMemory,
  STATE,
  seriesRows,
  WARMUP,
} from '../recorder/run-memory.ts';
import { dueCount, ratePerSecAt } from '../schedule/schedule.ts';
import { workerEnds, workerStates } from './pool.ts';

const PHASES: readonly Phase[] = [WARMUP, LOAD];

interface LatencyReading {
  now: FlatHistogram;
  before: FlatHistogram;
}

export class Sampler {
  readonly #plan: Plan;
  readonly #memory: RunMemory;
  readonly #startedAtMs: number;
  readonly #counters: readonly Float64Array[];
  readonly #rows: readonly Float64Array[];
  readonly #loads: readonly (OpenLoad | null)[];
  readonly #readings: { response: LatencyReading; scheduleLag: LatencyReading };
  readonly #scratch = createHistogram();
  #series: SecondRow[] = [];
  #cpuUsSeen: number;

  constructor(plan: Plan, memory: RunMemory, startedAtMs: number) {
    this.#plan = plan;
    this.#memory = memory;
    this.#startedAtMs = startedAtMs;
    const workers = Array.from({ length: memory.workers }, (_, worker) => worker);
    this.#counters = workers.flatMap((worker) => plan.lanes.map(({ lane }) => laneCounters(memory, worker, lane)));
    this.#rows = workers.map((worker) => seriesRows(memory, worker));
    this.#loads = plan.lanes.map(({ load }) => (load.kind === 'open' ? load : null));
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
    return this.#closeRows(Math.min(Math.floor(elapsedNs / 1e9), this.#memory.seconds - 1));
  }

  /**
   * After the workers are done: the rows up to and including the last event's second, and the counts of all rows once
   * more. A worker books an event some microseconds after it, when its row may have been read already.
   */
  closeAll(elapsedNs: number): void {
    this.#closeRows(Math.min(Math.floor(elapsedNs / 1e9) + 1, this.#memory.seconds));
    this.#series = this.#series.map((row) => ({ ...row, ...this.#counts(row.second) }));
  }

  /** A late timer closes several seconds with one reading: it goes to the one with the most acknowledgements. */
  #closeRows(end: number): SecondRow | undefined {
    let busiest = this.#series.length;
    for (let second = busiest + 1; second < end; second++) {
      if (this.#column(second, COLUMN.acked) > this.#column(busiest, COLUMN.acked)) busiest = second;
    }
    while (this.#series.length < end)
      this.#series.push(this.#row(this.#series.length, this.#series.length === busiest));
    return this.#series.at(-1);
  }

  #column(second: number, column: number): number {
    return this.#rows.reduce((sum, rows) => sum + rows[second * COLUMNS + column]!, 0);
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
      inFlight: this.#inFlight(),
      cpuPct,
    };
  }

  #counts(second: number): Pick<SecondRow, 'scheduled' | 'sent' | 'acked' | 'failed'> {
    const sent = this.#column(second, COLUMN.sent);
    return {
      scheduled: this.#scheduledIn(second) ?? sent,
      sent,
      acked: this.#column(second, COLUMN.acked),
      failed: this.#column(second, COLUMN.failed),
    };
  }

  /** Messages the plan has due in a second, or null where a closed loop plans none. */
  #scheduledIn(second: number): number | null {
    const open = this.#loads.filter((load) => load !== null);
    if (open.length < this.#loads.length) return null;
    const endsNs = workerEnds(this.#memory);
    const dueUntil = (ns: number) => open.reduce((sum, load) => sum + dueBefore(load, ns, endsNs), 0);
    return dueUntil((second + 1) * 1e9) - dueUntil(second * 1e9);
  }

  /** What was recorded since the last call, over all workers and scenarios; a view that the next call overwrites. */
  #interval(reading: LatencyReading, latency: number): FlatHistogram {
    reading.now.fill(0);
    for (let worker = 0; worker < this.#memory.workers; worker++) {
      for (const { lane } of this.#plan.lanes) {
        for (const phase of PHASES) {
          snapshot(laneHistogram(this.#memory, worker, lane, phase, latency), this.#scratch);
          add(reading.now, this.#scratch);
        }
      }
    }
    subtract(reading.now, reading.before, reading.before);
    const interval = reading.before;
    reading.before = reading.now;
    reading.now = interval;
    return interval;
  }

  progress(elapsedNs: number): Progress {
    const states = workerStates(this.#memory);
    const { durationNs } = this.#plan;
    const lastRow = this.#series.at(-1);
    return {
      phase: this.#phase(states, elapsedNs),
      elapsedNs,
      plannedNs: durationNs > 0 ? durationNs : null,
      endsAtMs: durationNs > 0 ? this.#startedAtMs + durationNs / 1e6 : null,
      plannedCount: this.#plannedCount(),
      scheduled: this.#scheduledUntil(elapsedNs),
      sent: this.#sum(COUNTER.sent),
      acked: this.#sum(COUNTER.acked),
      failed: this.#sum(COUNTER.failed) + this.#sum(COUNTER.unresolved),
      shed: this.#sum(COUNTER.shed),
      inFlight: this.#inFlight(),
      targetPerSec: this.#targetPerSec(elapsedNs),
      ...(lastRow === undefined ? {} : { lastRow }),
      scenarios: this.#plan.lanes.length,
    };
  }

  #phase(states: readonly number[], elapsedNs: number): Progress['phase'] {
    if (states.every((state) => state === STATE.done)) return 'done';
    if (states.every((state) => state >= STATE.draining)) return 'drain';
    const loads = this.#plan.lanes.map(({ load }) => load);
    const first = loads.reduce((a, b) => (b.warmupEndNs < a.warmupEndNs ? b : a));
    const hasWarmup = first.startNs < first.warmupEndNs;
    return hasWarmup && elapsedNs < first.warmupEndNs ? 'warmup' : 'load';
  }

  #plannedCount(): number | null {
    if (this.#plan.lanes.some(({ load }) => isEndless(load))) return null;
    const counts = this.#plan.lanes.map(({ load }) => load.count);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return Number.isFinite(total) ? total : null;
  }

  #scheduledUntil(elapsedNs: number): number {
    let scheduled = 0;
    const endsNs = workerEnds(this.#memory);
    this.#loads.forEach((load, lane) => {
      if (load !== null && isEndless(load)) scheduled += dueBefore(load, elapsedNs, endsNs);
      else if (load !== null) scheduled += dueCount(load.schedule, elapsedNs);
      else scheduled += this.#sum(COUNTER.sent, lane);
    });
    return scheduled;
  }

  /** What the schedules ask for now; null in a closed loop. */
  #targetPerSec(elapsedNs: number): number | null {
    const open = this.#loads.filter((load) => load !== null);
    if (open.length < this.#loads.length) return null;
    return open.reduce((sum, { schedule }) => sum + ratePerSecAt(schedule, elapsedNs), 0);
  }

  #sum(counter: number, lane?: number): number {
    let sum = 0;
    this.#counters.forEach((counters, place) => {
      if (lane !== undefined && place % this.#plan.lanes.length !== lane) return;
      for (const phase of PHASES) sum += counters[counterCell(phase, counter)]!;
    });
    return sum;
  }

  #inFlight(): number {
    const settled = this.#sum(COUNTER.acked) + this.#sum(COUNTER.failed) + this.#sum(COUNTER.unresolved);
    return Math.max(0, this.#sum(COUNTER.sent) - settled);
  }
}

function numeric(value: Percentile | null): number | null {
  return typeof value === 'number' ? value : null;
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
