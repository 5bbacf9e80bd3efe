/**
 * The engine's loop, one a worker thread: send what is due, poll for reports, record, and again, until the
 * schedule is over and every message is accounted for. Synchronous; it sleeps only in the event poll, which wakes as
 * soon as a report comes. Nothing in it grows with the number of messages, and its cost is by what is due: a lane that
 * neither sends nor is acknowledged costs nothing.
 */

import type { Clock } from '../clock.ts';
import { CONTROL, type Control, controlOf, STATE, STOP } from '../recorder/control-memory.ts';
import { record } from '../recorder/histogram.ts';
import type { InFlight } from '../recorder/in-flight.ts';
import type { WorkerMeasurement } from '../recorder/measurement.ts';
import {
  EFFORT,
  LOAD,
  type Phase,
  type RunMemory,
  resolutionHistogram,
  seriesRows,
  workerEffort,
} from '../recorder/run-memory.ts';
import { Tally } from '../recorder/tally.ts';
import { measureLoop } from '../recorder/worker-measurement.ts';
import type { Transport } from '../transport/transport.ts';
import { NS_PER_MS, NS_PER_SEC, NS_PER_US } from '../units.ts';
import { DueLanes } from './due-lanes.ts';
import { HeadWatch } from './head-watch.ts';
import type { Lane } from './lane.ts';
import { OutageWatch } from './outage-watch.ts';
import { byScenario, measureProducers, settle } from './producers.ts';
import { BLOCKED_MS, sleepMs } from './sleep.ts';

const FLUSH_MS = 10;
/** After a purge every message reports at once; this long is only for those that never do. */
const PURGE_MS = 5_000;
/** librdkafka counts the bytes it wrote once a second: a run this long waits for the count that has all of them. */
const STATISTICS_WORTH_NS = 2 * NS_PER_SEC;
const STATISTICS_WAIT_MS = 1_500;
/** The coordinator reads it once a second. */
const SETTLE_EVERY_NS = 5e8;

export interface LoopOptions {
  /** Its place in the memory. */
  readonly thread: number;
  readonly worker: number;
  /** Of the whole run. */
  readonly workers: number;
  /** In the order of their numbers: one for each producer of each scenario. */
  readonly lanes: readonly Lane[];
  readonly transport: Transport;
  readonly inFlight: InFlight;
  readonly memory: RunMemory;
  readonly clock: Clock;
  /** Somebody reads how far each lane is settled. */
  readonly reportsSettled?: boolean;
  /** How long the client may hold a message back to fill its batch. */
  readonly lingerNs?: number;
}

export class Loop {
  readonly #options: LoopOptions;
  /** Lanes of each scenario, in the order of the plan. */
  readonly #scenarios: readonly (readonly Lane[])[];
  readonly #control: Control;
  readonly #effort: Float64Array;
  readonly #resolution: Float64Array;
  readonly #tally: Tally;
  readonly #due: DueLanes;
  readonly #watch: OutageWatch;
  readonly #heads: HeadWatch;
  readonly #transactional: readonly Lane[];
  readonly #isAlone: boolean;
  /** Where the first scenario's warm-up ends. */
  readonly #loadStartNs: number;
  #lastPollEndNs = 0;
  /** Of the time away from the poll, that with nothing in flight: no acknowledgement was seen late by it. */
  #quietNs = 0;
  #nextSettleNs: number;
  /** The drain's waiting says nothing about the load. */
  #draining = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#transactional = options.lanes.filter(({ transactions }) => transactions !== undefined);
    this.#isAlone = options.lanes.length === 1;
    this.#control = controlOf(options.memory);
    this.#effort = workerEffort(options.memory, options.thread);
    this.#resolution = resolutionHistogram(options.memory, options.thread);
    this.#loadStartNs = Math.min(...options.lanes.map(({ scenario }) => scenario.load.warmupEndNs));
    this.#nextSettleNs = options.reportsSettled ? 0 : Number.POSITIVE_INFINITY;
    this.#scenarios = byScenario(options.lanes);
    const counters = this.#scenarios.map(([lane]) => lane!.book.counters);
    this.#tally = new Tally(seriesRows(options.memory, options.thread), counters);
    this.#due = new DueLanes(options.lanes, this.#tally);
    this.#watch = new OutageWatch(options.memory, options.thread, options.lingerNs ?? 0);
    this.#heads = new HeadWatch(options.memory, options.lanes, options.lingerNs ?? 0);
  }

  /** Runs the whole share of this worker: load, drain, purge. */
  run(): WorkerMeasurement {
    const { lanes, thread, worker, memory, transport, clock, reportsSettled = false } = this.#options;
    this.#setState(STATE.load);
    this.#effort[EFFORT.began] = clock();
    this.#effort[EFFORT.loadStart] = Math.max(clock(), this.#loadStartNs);
    this.#lastPollEndNs = clock();
    this.#load();
    const endNs = clock();
    for (const lane of lanes) lane.close(endNs);
    this.#tally.markAll();
    this.#tally.take(clock());
    this.#effort[EFFORT.loadEnd] = endNs;
    const isStopped = this.#stopWord() !== STOP.none;
    for (const lane of lanes) lane.end(isStopped);
    this.#due.recount();
    this.#setState(STATE.draining);
    this.#draining = true;
    this.#drain();
    this.#effort[EFFORT.drainEnd] = clock();
    if (reportsSettled) settle(this.#scenarios, this.#options);
    const broker = transport.statistics(this.#statisticsWaitMs());
    return {
      worker,
      ...measureLoop(memory, thread),
      lanes: this.#scenarios.map((producers) => measureProducers(producers, this.#options)),
      outages: [...this.#watch.outages, ...this.#heads.outages],
      ...(broker === undefined ? {} : { broker }),
      complete: true,
    };
  }

  /** A short run, or one in a hurry, does not wait for a last count of the bytes on the wire. */
  #statisticsWaitMs(): number {
    const loadNs = this.#effort[EFFORT.loadEnd]! - this.#effort[EFFORT.loadStart]!;
    return loadNs < STATISTICS_WORTH_NS || this.#stopWord() === STOP.abandon ? 0 : STATISTICS_WAIT_MS;
  }

  #setState(state: number): void {
    Atomics.store(this.#control.words, CONTROL.states + this.#options.thread, state);
  }

  #stopWord(): number {
    return Atomics.load(this.#control.words, CONTROL.stop);
  }

  #load(): void {
    const { clock } = this.#options;
    const due = this.#due;
    while (this.#stopWord() === STOP.none) {
      const nowNs = clock();
      due.step(nowNs);
      if (due.unfinished === 0) break;
      const isBlocked = due.blocked > 0;
      this.#poll(sleepMs(due.firstNs - nowNs, isBlocked), isBlocked);
    }
  }

  /** Time since the last poll in which a transaction was waited for, which does not count as work. */
  #takeWaitedNs(): number {
    let waitedNs = 0;
    this.#quietNs = 0;
    for (const { transactions } of this.#transactional) {
      waitedNs += transactions!.waitedNs;
      if (this.#isAlone) this.#quietNs += transactions!.endingNs;
      transactions!.waitedNs = 0;
      transactions!.endingNs = 0;
    }
    return waitedNs;
  }

  /** Polls once, then as long as reports are ready, and books the time before and in it. */
  #poll(timeoutMs: number, blocked: boolean): void {
    const { transport, clock } = this.#options;
    const beforeNs = clock();
    const waitedNs = this.#takeWaitedNs();
    const awayNs = beforeNs - this.#lastPollEndNs - waitedNs;
    this.#effort[EFFORT.turn] = beforeNs;
    record(this.#resolution, (awayNs + waitedNs - this.#quietNs) / NS_PER_US, 1);
    this.#tally.take(beforeNs);
    this.#watch.look(beforeNs, this.#acked(), this.#waiting());
    let count = transport.poll(timeoutMs);
    let afterNs = clock();
    if (beforeNs >= this.#loadStartNs && !this.#draining) {
      const waiting = timeoutMs === 0 ? EFFORT.busy : blocked ? EFFORT.blocked : EFFORT.idle;
      this.#effort[EFFORT.busy]! += awayNs;
      this.#effort[EFFORT.blocked]! += waitedNs;
      this.#effort[waiting]! += afterNs - beforeNs;
    }
    this.#lastPollEndNs = afterNs;
    while (count > 0) {
      this.#readReports(count, afterNs);
      if (count < transport.reports.capacity) break;
      record(this.#resolution, (clock() - afterNs) / NS_PER_US, 1);
      count = transport.poll(0);
      afterNs = clock();
      this.#lastPollEndNs = afterNs;
    }
    this.#tally.take(afterNs);
    this.#watch.look(afterNs, this.#acked(), this.#waiting());
    this.#heads.look(afterNs);
    if (afterNs < this.#nextSettleNs) return;
    settle(this.#scenarios, this.#options);
    this.#nextSettleNs = afterNs + SETTLE_EVERY_NS;
  }

  /** Reports of one batch follow each other: their service latency is recorded once, with a count. */
  #readReports(count: number, nowNs: number): void {
    const { lanes, inFlight, transport } = this.#options;
    const { slot: slots, error: errors, status } = transport.reports;
    const { sentNs, phase: phases, lane: laneOf } = inFlight;
    this.#due.inFlight -= count;
    let number = laneOf[slots[0]!]!;
    let lane = lanes[number]!;
    let phase: Phase = LOAD;
    let lastSentNs = 0;
    let run = 0;
    for (let r = 0; r < count; r++) {
      const slot = slots[r]!;
      const code = errors[r]!;
      if (code !== 0) {
        const failed = laneOf[slot]!;
        lanes[failed]!.reject(slot, code, status[r]!, nowNs);
        this.#due.reported(failed, nowNs, true);
        continue;
      }
      const slotPhase = phases[slot] as Phase;
      const slotSentNs = sentNs[slot]!;
      if (slotSentNs !== lastSentNs || laneOf[slot] !== number || slotPhase !== phase) {
        if (run > 0) this.#acknowledged(number, phase, lastSentNs, run, nowNs);
        number = laneOf[slot]!;
        lane = lanes[number]!;
        phase = slotPhase;
        lastSentNs = slotSentNs;
        run = 0;
      }
      run += 1;
      lane.book.responded(phase, slot, nowNs);
      lane.window.give(slot);
    }
    if (run > 0) this.#acknowledged(number, phase, lastSentNs, run, nowNs);
  }

  #acknowledged(lane: number, phase: Phase, sentNs: number, count: number, nowNs: number): void {
    this.#options.lanes[lane]!.acknowledged(phase, sentNs, count, nowNs);
    this.#due.reported(lane, nowNs, false);
  }

  /**
   * Waits for what is in flight until the longest gracefulStop is over, then gives it up with a warning. The last messages
   * linger as all others did; only when half the time is gone is the client told not to (linger.ms may be longer).
   */
  #drain(): void {
    const { lanes, transport, clock } = this.#options;
    const graceNs = Math.max(...lanes.map((lane) => lane.scenario.gracefulStopNs));
    const startNs = clock();
    while (this.#isDraining() && clock() < startNs + graceNs && this.#stopWord() !== STOP.abandon) {
      if (clock() > startNs + graceNs / 2) transport.flush(FLUSH_MS);
      this.#poll(this.#due.inFlight > 0 ? BLOCKED_MS : 0, true);
    }
    if (this.#isDraining()) this.#giveUp();
    this.#watch.look(clock(), this.#acked(), 0);
    this.#heads.close(clock());
    for (const { transactions } of this.#transactional) transactions!.giveUp();
  }

  #giveUp(): void {
    const { lanes, transport, clock } = this.#options;
    if (this.#due.inFlight > 0) transport.purge();
    const purgeEndNs = clock() + PURGE_MS * NS_PER_MS;
    while (this.#isDraining() && clock() < purgeEndNs) this.#poll(this.#due.inFlight > 0 ? BLOCKED_MS : 0, true);
    for (const lane of lanes) lane.abandonInFlight(clock());
    this.#due.recount();
    this.#tally.markAll();
    this.#tally.take(clock());
  }

  /** Something is in flight, or a transaction has not ended: then it goes on with that. */
  #isDraining(): boolean {
    const nowNs = this.#transactional.length === 0 ? 0 : this.#options.clock();
    let isEnding = false;
    for (const lane of this.#transactional) isEnding = lane.drainTransaction(nowNs) || isEnding;
    return isEnding || this.#due.inFlight > 0;
  }

  /** Answers of the brokers: acknowledgements and ends of transactions. */
  #acked(): number {
    let sum = this.#tally.acked;
    for (const { transactions } of this.#transactional) sum += transactions!.ended;
    return sum;
  }

  /** Messages in flight, and transactions whose end was asked for: somebody else is to answer. */
  #waiting(): number {
    let sum = this.#due.inFlight;
    for (const { transactions } of this.#transactional) sum += transactions!.isCommitting ? 1 : 0;
    return sum;
  }
}
