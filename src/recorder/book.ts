/**
 * The books of one lane: what was sent, shed, acknowledged and lost, with its latencies, in memory the coordinator
 * reads; and, of what was not acknowledged, which messages and why.
 */

import type { LanePlan } from '../plan/plan.ts';
import type { MessageBatch } from '../transport/message-batch.ts';
import { type LogSink, PERSISTENCE, type Transport } from '../transport/transport.ts';
import { NS_PER_US } from '../units.ts';
import { Breakdown } from './breakdown.ts';
import { ErrorLog, LOCAL_ERROR } from './error-log.ts';
import { recordAt } from './histogram.ts';
import type { InFlight } from './in-flight.ts';
import type { LaneAccount } from './lane-measurement.ts';
import { Ledger, NOT_ACKED } from './ledger.ts';
import {
  COUNTER,
  counterCell,
  errorCells,
  histogramCell,
  histogramsOf,
  LATENCY,
  LOAD,
  laneCounters,
  MOMENT,
  type Phase,
  producerCells,
  type RunMemory,
  WARMUP,
} from './run-memory.ts';
import { TransactionBook } from './transaction-book.ts';

export interface BookOptions {
  readonly scenario: LanePlan;
  /** Its number among the lanes of its worker, for the transport. */
  readonly lane: number;
  /** Its place in the memory. */
  readonly thread: number;
  /** It takes every index ≡ worker (mod workers): the producer of `producersOf`. */
  readonly worker: number;
  readonly workers: number;
  readonly memory: RunMemory;
  readonly inFlight: InFlight;
  readonly transport: Pick<Transport, 'describe' | 'lastRetry'>;
  /** Receives failures; by default nobody does. */
  readonly onLog?: LogSink;
}

export class Book {
  /** In a closed loop intended = sent: response is service, the lag is 0. */
  readonly #closed: boolean;
  readonly counters: Float64Array;
  readonly #producers: Float64Array | undefined;
  /** Counted by topic or by client. */
  readonly #isBrokenDown: boolean;
  readonly #histograms: Float64Array;
  readonly #lane: number;
  /** As a lane, the sum of all; -1 where the memory has none. */
  readonly #sum: number;
  readonly #inFlight: InFlight;
  readonly #scenario: string;
  readonly #worker: number;
  readonly #workers: number;
  /** Warm-up ends at an index in an open model, at a time in a closed loop. */
  readonly #warmupCount: number;
  readonly #warmupEndNs: number;
  readonly #ledger = new Ledger(NOT_ACKED);
  readonly transactions: TransactionBook | undefined;
  readonly #errors: ErrorLog;
  readonly #topics: Breakdown | undefined;
  readonly #client: Breakdown | undefined;
  #unsent = 0;

  constructor(options: BookOptions) {
    const { scenario, thread, memory, transport } = options;
    const { load } = scenario;
    this.#inFlight = options.inFlight;
    this.#scenario = scenario.name;
    this.#worker = options.worker;
    this.#workers = options.workers;
    this.#closed = load.kind === 'closed';
    if (scenario.perTopic) this.#topics = new Breakdown(scenario.topics.length);
    if (scenario.producers !== undefined) this.#client = new Breakdown(1);
    this.#isBrokenDown = this.#topics !== undefined || this.#client !== undefined;
    this.transactions = scenario.transactions && new TransactionBook(options);
    this.counters = laneCounters(memory, thread, scenario.lane);
    this.#producers = producerCells(memory, scenario.lane);
    this.#histograms = histogramsOf(memory, thread);
    this.#lane = scenario.lane;
    this.#sum = memory.hasSums ? memory.lanes : -1;
    this.#warmupCount = load.kind === 'open' ? load.warmupCount : 0;
    this.#warmupEndNs = load.kind === 'open' ? 0 : load.warmupEndNs;
    const { name, topic } = scenario;
    this.#errors = new ErrorLog(
      { scenario: name, lane: options.lane, topic },
      transport,
      options.onLog,
      errorCells(memory, thread),
    );
  }

  phaseOf(index: number, dueNs: number): Phase {
    return index < this.#warmupCount || dueNs < this.#warmupEndNs ? WARMUP : LOAD;
  }

  /** The messages in places from..to-1 of the batch were sent. */
  sent(batch: MessageBatch, from: number, to: number, sentNs: number): void {
    const { counters } = this;
    const closed = this.#closed;
    const { sentNs: sentAt, intendedNs, phase: phases } = this.#inFlight;
    if (this.#producers !== undefined) this.#producers[this.#worker]! += to - from;
    for (let place = from; place < to; ) {
      const phase = phases[batch.slot(place)] as Phase;
      const start = place;
      let bytes = 0;
      for (; place < to; place++) {
        const slot = batch.slot(place);
        if (phases[slot] !== phase) break;
        sentAt[slot] = sentNs;
        if (closed) intendedNs[slot] = sentNs;
        else this.#record(phase, LATENCY.scheduleLag, (sentNs - intendedNs[slot]!) / NS_PER_US, 1);
        bytes += batch.payloadLength(place) + batch.keyLength(place);
        if (this.#isBrokenDown && phase === LOAD) this.#sentOne(slot);
      }
      if (closed) this.#record(phase, LATENCY.scheduleLag, 0, place - start);
      counters[counterCell(phase, COUNTER.sent)]! += place - start;
      counters[counterCell(phase, COUNTER.bytes)]! += bytes;
      if (phase === LOAD) {
        if (counters[MOMENT.firstSent] === 0) counters[MOMENT.firstSent] = sentNs;
        counters[MOMENT.lastSent] = sentNs;
      }
    }
  }

  /** `count` messages that were sent at one moment came back acknowledged. */
  acknowledged(phase: Phase, serviceUs: number, count: number, nowNs: number): void {
    this.#record(phase, LATENCY.service, serviceUs, count);
    if (this.#closed) this.#record(phase, LATENCY.response, serviceUs, count);
    this.counters[counterCell(phase, COUNTER.acked)]! += count;
    if (phase === LOAD) this.counters[MOMENT.lastAck] = nowNs;
    this.transactions?.acknowledged(count);
  }

  /** Of those that are acknowledged together, each one: intended times differ. */
  responded(phase: Phase, slot: number, nowNs: number): void {
    if (!this.#closed) {
      this.#record(phase, LATENCY.response, (nowNs - this.#inFlight.intendedNs[slot]!) / NS_PER_US, 1);
    }
    if (this.#isBrokenDown) this.#acknowledgedOne(slot, nowNs);
  }

  #record(phase: Phase, latency: number, valueUs: number, count: number): void {
    recordAt(this.#histograms, histogramCell(this.#lane, phase, latency), valueUs, count);
    if (this.#sum >= 0) recordAt(this.#histograms, histogramCell(this.#sum, phase, latency), valueUs, count);
  }

  #sentOne(slot: number): void {
    this.#topics?.sent(this.#topicOf(slot));
    this.#client?.sent(0);
  }

  #acknowledgedOne(slot: number, nowNs: number): void {
    const { intendedNs, phase } = this.#inFlight;
    if (phase[slot] !== LOAD) return;
    const responseUs = (nowNs - intendedNs[slot]!) / NS_PER_US;
    this.#topics?.acked(this.#topicOf(slot), responseUs);
    this.#client?.acked(0, responseUs);
  }

  #topicOf(slot: number): number {
    return this.#inFlight.topic![slot]!;
  }

  /** A message that failed, or whose delivery outcome is not known: by its error code and persistence status; `isRefused`: at once. */
  lost(slot: number, code: number, status: number, nowNs: number, isRefused: boolean): void {
    const index = this.#inFlight.index[slot]!;
    const phase = this.#inFlight.phase[slot] as Phase;
    const unresolved = code === LOCAL_ERROR.purgeInFlight || status !== PERSISTENCE.notPersisted;
    const outcome = status === PERSISTENCE.persisted ? 'persisted' : 'possibly-persisted';
    this.counters[counterCell(phase, unresolved ? COUNTER.unresolved : COUNTER.failed)]! += 1;
    this.#ledger.add(this.#localNumber(index), this.#localNumber(index), unresolved ? outcome : 'not-persisted');
    this.#errors.add(code, nowNs, index, isRefused);
    if (phase !== LOAD) return;
    this.#topics?.notAcked(this.#topicOf(slot));
    this.#client?.notAcked(0);
  }

  /** The n messages from index `first` on were dropped on purpose. */
  shed(first: number, n: number, dueNs: Float64Array): void {
    const local = this.#localNumber(first);
    this.#ledger.add(local, local + n - 1, 'shed');
    for (let j = 0; j < n; j++) {
      this.counters[counterCell(this.phaseOf(first + j * this.#workers, dueNs[j]!), COUNTER.shed)]! += 1;
    }
  }

  /** The n messages from index `first` on will not be sent any more. */
  unsent(first: number, n: number): void {
    if (n === 0) return;
    const local = this.#localNumber(first);
    this.#ledger.add(local, local + n - 1, 'unsent');
    this.#unsent += n;
  }

  /** What is not in the memory. @param due of an endless schedule: its messages that were due when it ended. */
  account(stopped: string | undefined, due: number | undefined): LaneAccount {
    const notAcked = this.#ledger.ranges(this.#scenario, this.#worker, this.#workers);
    const { transactions } = this;
    return {
      unsent: this.#unsent,
      notAcked,
      ledgerComplete: this.#ledger.complete && transactions?.complete !== false,
      ...(transactions && {
        notCommitted: transactions.notCommitted(notAcked),
        transactionErrors: transactions.errors(),
      }),
      errors: this.#errors.counts(),
      ...(this.#topics && { topics: this.#topics.counts() }),
      ...(this.#client && { clients: this.#client.counts(this.#worker) }),
      ...(due === undefined ? {} : { due }),
      ...(stopped === undefined ? {} : { stopped }),
    };
  }

  /** Position among this worker's messages. */
  #localNumber(index: number): number {
    return (index - this.#worker) / this.#workers;
  }
}
