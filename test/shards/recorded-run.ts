/**
 * What became of every message of a plan, drawn; booked into the memory of one process with all workers, or of several
 * shards. Their measurements must come to the same.
 */
import { Sampler } from '../../src/coordinator/sampler.ts';
import { isEndless } from '../../src/plan/endless.ts';
import type { LanePlan, Plan } from '../../src/plan/plan.ts';
import { threadsOf, workerOf } from '../../src/plan/shard.ts';
import { CONTROL, controlOf, STATE } from '../../src/recorder/control-memory.ts';
import { record } from '../../src/recorder/histogram.ts';
import { measureLane } from '../../src/recorder/lane-measurement.ts';
import { Ledger, NOT_ACKED } from '../../src/recorder/ledger.ts';
import type { ErrorCount, RunMeasurement, WorkerMeasurement } from '../../src/recorder/measurement.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import {
  allocateRunMemory,
  COLUMN,
  COLUMNS,
  COUNTER,
  commitHistogram,
  counterCell,
  EFFORT,
  LANE_ROWS_MAX,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  MOMENT,
  type Phase,
  type RunMemory,
  resolutionHistogram,
  seriesRows,
  TRANSACTION,
  WARMUP,
  workerEffort,
} from '../../src/recorder/run-memory.ts';
import { seriesSeconds } from '../../src/recorder/series-seconds.ts';
import { measureLoop } from '../../src/recorder/worker-measurement.ts';
import { dueAtNs, dueCount } from '../../src/schedule/schedule.ts';

export const SEC = 1e9;
export const STARTED_AT_MS = Date.UTC(2026, 2, 1, 12);
const BYTES = 100;

export interface Message {
  readonly lane: number;
  readonly index: number;
  readonly phase: Phase;
  readonly fate: 'acked' | 'failed' | 'unresolved' | 'shed' | 'unsent';
  readonly sentNs: number;
  /** When it was acknowledged or failed. */
  readonly endNs: number;
  readonly lagUs: number;
  readonly serviceUs: number;
}

export interface Fates {
  /** A number from 0 to 1, another for each call. */
  readonly draw: () => number;
  /** Shares of all messages. */
  readonly failed?: number;
  readonly shed?: number;
  readonly unsent?: number;
  /** None is late, and none takes long. */
  readonly onTime?: true;
  /** When an endless load is stopped, and a closed one ends. */
  readonly stopNs: number;
}

/** Every message of the plan, by the moment at which it was due. */
export function drawMessages(plan: Plan, fates: Fates): Message[] {
  return plan.lanes.flatMap((lane) => {
    const { load } = lane;
    const closedCount = Math.min(load.count, 500);
    const count =
      load.kind === 'closed' ? closedCount : isEndless(load) ? dueCount(load.schedule, fates.stopNs) : load.count;
    return Array.from({ length: count }, (_, index) => drawMessage(lane, index, count, fates));
  });
}

function drawMessage({ lane, load }: LanePlan, index: number, count: number, fates: Fates): Message {
  const { draw, failed = 0, shed = 0, unsent = 0, onTime = false, stopNs } = fates;
  const isClosed = load.kind === 'closed';
  const at = isClosed ? load.startNs + (index / count) * (stopNs - load.startNs) : dueAtNs(load.schedule, index);
  // Most are on time; one in a thousand may take longer than an hour.
  const lagUs = isClosed ? 0 : draw() < 0.9 || onTime ? 1_500 * draw() : 800_000 * draw();
  const serviceUs = !onTime && draw() < 0.001 ? 4e9 * draw() : 10 ** (1 + (onTime ? 3 : 5) * draw() ** 2);
  const sentNs = at + lagUs * 1e3;
  const endNs = sentNs + Math.min(serviceUs, 3e6) * 1e3;
  const phase = isClosed ? (sentNs < load.warmupEndNs ? WARMUP : LOAD) : index < load.warmupCount ? WARMUP : LOAD;
  const luck = draw();
  const isLeft = !isClosed && luck < shed + unsent;
  const kinds = isLeft
    ? luck < shed
      ? 'shed'
      : 'unsent'
    : luck > 1 - failed
      ? draw() < 0.7
        ? 'failed'
        : 'unresolved'
      : 'acked';
  return { lane, index, phase, fate: kinds, sentNs, endNs, lagUs, serviceUs };
}

interface Account {
  readonly ledger: Ledger<(typeof NOT_ACKED)[number]>;
  readonly errors: Map<number, Omit<ErrorCount, 'seconds'> & { count: number; seconds: [number, number][] }>;
  unsent: number;
}

/** The memory of one process, with what its threads booked. */
export class RecordedProcess {
  readonly plan: Plan;
  readonly memory: RunMemory;
  readonly reader: RunReader;
  readonly sampler: Sampler;
  readonly #accounts: Account[][];
  readonly #threads: number;
  readonly #events: { second: number; book: () => void }[] = [];
  #endNs = 0;

  /** @param messages all of the run: it takes those of its workers. */
  constructor(plan: Plan, messages: readonly Message[], stopNs: number, joinedNs = 0) {
    this.plan = plan;
    this.#threads = threadsOf(plan);
    const transactions = plan.lanes.some((lane) => lane.transactions !== undefined);
    this.memory = allocateRunMemory(this.#threads, plan.lanes.length, seriesSeconds(plan), { transactions });
    controlOf(this.memory).epoch[3] = joinedNs;
    this.reader = new RunReader(this.memory);
    this.sampler = new Sampler(plan, this.reader, STARTED_AT_MS);
    this.#accounts = this.#each(() =>
      plan.lanes.map(() => ({ ledger: new Ledger(NOT_ACKED), errors: new Map(), unsent: 0 })),
    );
    for (const message of messages) this.#plan(message, joinedNs);
    this.#events.sort((a, b) => a.second - b.second);
    this.#each((thread) => {
      const effort = workerEffort(this.memory, thread);
      const worker = workerOf(plan, thread);
      Object.entries({ busy: 1e8, idle: 5e9, blocked: 0, began: 1_000 * (worker + 1) }).forEach(([name, ns]) => {
        effort[EFFORT[name as keyof typeof EFFORT]] = ns + worker;
      });
      const loadEndNs = Math.max(stopNs, joinedNs) + 1_000 * worker;
      effort[EFFORT.loadStart] = Math.min(...plan.lanes.map(({ load }) => load.warmupEndNs));
      effort[EFFORT.loadEnd] = loadEndNs;
      effort[EFFORT.drainEnd] = Math.max(loadEndNs, effort[EFFORT.drainEnd]!) + 1e6;
      this.#endNs = Math.max(this.#endNs, effort[EFFORT.drainEnd]!);
      record(resolutionHistogram(this.memory, thread), 100 + worker, 10);
    });
    this.#setStates(STATE.load);
  }

  /** All workers began then. */
  begin(beganNs: number): void {
    for (let thread = 0; thread < this.#threads; thread++) workerEffort(this.memory, thread)[EFFORT.began] = beganNs;
  }

  /** Rows until the last worker was done. */
  get seconds(): number {
    return Math.floor(this.#endNs / SEC) + 1;
  }

  /** Books what happened until the end of the second, and closes its row where the run goes on. */
  pass(second: number): ReturnType<Sampler['rowsFrom']> | undefined {
    while (this.#events.length > 0 && this.#events[0]!.second <= second) this.#events.shift()!.book();
    if (second >= this.seconds - 1) return undefined;
    const seen = this.sampler.series.length;
    this.sampler.closeSeconds((second + 1) * SEC);
    return this.sampler.rowsFrom(seen);
  }

  finish(overrides: Partial<RunMeasurement> = {}): Omit<RunMeasurement, 'topics'> {
    for (const { book } of this.#events.splice(0)) book();
    this.#setStates(STATE.done);
    this.sampler.closeAll(this.#endNs);
    const { series, latencies, scenarioSeries } = this.sampler;
    const workers = this.#each((thread) => this.#worker(thread));
    return {
      startedAt: new Date(STARTED_AT_MS).toISOString(),
      loadEndNs: Math.max(...workers.map(({ phases }) => phases.loadEndNs)),
      durationNs: this.#endNs,
      workers,
      ...{ series, latencies, ...(scenarioSeries && { scenarioSeries }) },
      startOffsets: [{ topic: 'load', partition: 0, startOffset: 0 }],
      cpuSeconds: workers.length,
      maxRssBytes: 1e8,
      threads: this.#each((thread) => ({
        name: `loop-${workerOf(this.plan, thread)}`,
        cpuPct: 5,
        maxCpuPct: 6,
        wantedPct: 5,
      })),
      librdkafka: '2.15.1',
      ...overrides,
    };
  }

  #each<T>(of: (thread: number) => T): T[] {
    return Array.from({ length: this.#threads }, (_, thread) => of(thread));
  }

  #setStates(state: number): void {
    this.#each((thread) => Atomics.store(controlOf(this.memory).words, CONTROL.states + thread, state));
  }

  #plan(message: Message, joinedNs: number): void {
    const { plan } = this;
    const worker = message.index % plan.workers;
    const { index: shard, count: shards } = plan.shard ?? { index: 0, count: 1 };
    if (worker % shards !== shard || (joinedNs > 0 && message.sentNs - message.lagUs * 1e3 < joinedNs)) return;
    const thread = Math.floor(worker / shards);
    const { lane, phase, fate, index } = message;
    const account = this.#accounts[thread]![lane]!;
    const local = Math.floor(index / plan.workers);
    const cells = laneCounters(this.memory, thread, lane);
    const rows = seriesRows(this.memory, thread)[plan.lanes.length <= LANE_ROWS_MAX ? lane : 0]!;
    const count = (second: number, column: number) => {
      rows[Math.min(second, this.memory.seconds - 1) * COLUMNS + column]! += 1;
    };
    if (fate === 'unsent') {
      account.unsent++;
      account.ledger.add(local, local, 'unsent');
      return;
    }
    const sentSecond = Math.floor(message.sentNs / SEC);
    if (fate === 'shed') {
      this.#events.push({
        second: sentSecond,
        book: () => {
          cells[counterCell(phase, COUNTER.shed)]! += 1;
          account.ledger.add(local, local, 'shed');
        },
      });
      return;
    }
    const histogram = (latency: number) => laneHistogram(this.memory, thread, lane, phase, latency);
    this.#events.push({
      second: sentSecond,
      book: () => {
        record(histogram(LATENCY.scheduleLag), message.lagUs, 1);
        cells[counterCell(phase, COUNTER.sent)]! += 1;
        cells[counterCell(phase, COUNTER.bytes)]! += BYTES;
        count(sentSecond, COLUMN.sent);
        if (phase === WARMUP) return;
        cells[MOMENT.firstSent] = Math.min(cells[MOMENT.firstSent] || Number.POSITIVE_INFINITY, message.sentNs);
        cells[MOMENT.lastSent] = Math.max(cells[MOMENT.lastSent]!, message.sentNs);
      },
    });
    const effort = workerEffort(this.memory, thread);
    effort[EFFORT.drainEnd] = Math.max(effort[EFFORT.drainEnd]!, message.endNs);
    const second = Math.floor(message.endNs / SEC);
    this.#events.push({ second, book: () => this.#end(message, { thread, local, second, cells, count, account }) });
  }

  #end(
    { lane, phase, fate, lagUs, serviceUs, endNs, index }: Message,
    {
      thread,
      local,
      second,
      cells,
      count,
      account,
    }: {
      readonly thread: number;
      readonly local: number;
      readonly second: number;
      readonly cells: Float64Array;
      readonly count: (second: number, column: number) => void;
      readonly account: Account;
    },
  ): void {
    if (fate === 'acked') {
      record(laneHistogram(this.memory, thread, lane, phase, LATENCY.service), serviceUs, 1);
      record(laneHistogram(this.memory, thread, lane, phase, LATENCY.response), lagUs + serviceUs, 1);
      cells[counterCell(phase, COUNTER.acked)]! += 1;
      count(second, COLUMN.acked);
      if (phase === LOAD) cells[MOMENT.lastAck] = Math.max(cells[MOMENT.lastAck]!, endNs);
      this.#commit(thread, lane, cells);
      return;
    }
    if (fate === 'unresolved') {
      cells[counterCell(phase, COUNTER.unresolved)]! += 1;
      account.ledger.add(local, local, 'possibly-persisted');
      return;
    }
    cells[counterCell(phase, COUNTER.failed)]! += 1;
    count(second, COLUMN.failed);
    account.ledger.add(local, local, 'not-persisted');
    const known = account.errors.get(-192);
    if (known !== undefined) {
      known.count += 1;
      const last = known.seconds.at(-1)!;
      if (last[0] === second) last[1] += 1;
      else known.seconds.push([second, 1]);
      return;
    }
    const example = `timed out (message ${index})`;
    const error = { code: -192, by: 'client', name: '_MSG_TIMED_OUT', count: 1, firstAtNs: endNs } as const;
    account.errors.set(-192, { ...error, seconds: [[second, 1]], example });
  }

  /** Each message is a transaction of its own. */
  #commit(thread: number, lane: number, cells: Float64Array): void {
    if (this.plan.lanes[lane]!.transactions === undefined) return;
    cells[TRANSACTION.committed]! += 1;
    cells[TRANSACTION.committedMessages]! += 1;
    record(commitHistogram(this.memory, thread, lane), 2_000 + workerOf(this.plan, thread), 1);
  }

  #worker(thread: number): WorkerMeasurement {
    const { plan, memory } = this;
    const worker = workerOf(plan, thread);
    const { workers } = plan;
    const loop = measureLoop(memory, thread);
    const lanes = plan.lanes.map((lane, i) => {
      const { ledger, errors, unsent } = this.#accounts[thread]![i]!;
      const account = { unsent, notAcked: ledger.ranges(lane.name, worker, workers), ledgerComplete: true };
      const { load } = lane;
      const due = isEndless(load) && { due: dueOf(lane, memory, thread, unsent) };
      const measured = measureLane(memory, { thread, worker, workers }, lane, {
        ...account,
        ...due,
        errors: [...errors.values()],
      });
      const { sent, acked } = measured.load.totals;
      const counts = { member: 0, sent, acked, notAcked: sent - acked, latencies: [[worker, acked]] as const };
      return {
        ...measured,
        ...(lane.perTopic && { topics: [counts] }),
        ...(lane.producers && { clients: [{ ...counts, member: worker }] }),
      };
    });
    return { worker, ...loop, lanes, outages: [], complete: true };
  }
}

/** Of an endless load all that was drawn was due. */
function dueOf({ lane }: LanePlan, memory: RunMemory, thread: number, unsent: number): number {
  const cells = laneCounters(memory, thread, lane);
  const handled = ([WARMUP, LOAD] as const).map(
    (phase) => cells[counterCell(phase, COUNTER.sent)]! + cells[counterCell(phase, COUNTER.shed)]!,
  );
  return handled[0]! + handled[1]! + unsent;
}

/** A plan whose workers are split over `shards`. */
export function shardOf(plan: Plan, index: number, count: number): Plan {
  return { ...plan, shard: { index, count } };
}
