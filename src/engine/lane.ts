/**
 * One producer's share of one scenario: its place in the schedule, its outbox, its slots in flight and its books. The
 * loop calls `step` and gives back what the reports say.
 */
import type { Clock } from '../clock.ts';
import { dueShare, isEndless } from '../plan/endless.ts';
import type { LanePlan } from '../plan/plan.ts';
import type { RecordTime } from '../plan/record-time.ts';
import { Book } from '../recorder/book.ts';
import { isTopicGone, LOCAL_ERROR } from '../recorder/error-log.ts';
import type { InFlight } from '../recorder/in-flight.ts';
import type { LaneAccount } from '../recorder/lane-measurement.ts';
import type { Phase, RunMemory } from '../recorder/run-memory.ts';
import { dueCountBefore } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import { type LogSink, PERSISTENCE, type Transport } from '../transport/transport.ts';
import { NS_PER_US } from '../units.ts';
import type { RecordSource } from '../workload/source/record-source.ts';
import type { TopicOf } from '../workload/topic-spread.ts';
import type { BatchMemories } from './batch-memory.ts';
import type { Cursor } from './cursor.ts';
import { Outbox } from './outbox.ts';
import type { Transactions } from './transactions.ts';
import { Window } from './window.ts';

export interface LaneOptions {
  readonly scenario: LanePlan;
  /** Its number among the lanes of its worker. */
  readonly lane: number;
  /** Of its first topic, see `Transport.produce`; by default its own number. */
  readonly route?: number;
  /** Absent where it has only one. */
  readonly topicOf?: TopicOf;
  /** Its place in the memory. */
  readonly thread: number;
  /** It takes every index ≡ worker (mod workers): the producer of `producersOf`. */
  readonly worker: number;
  readonly workers: number;
  readonly memory: RunMemory;
  readonly cursor: Cursor;
  readonly source: RecordSource;
  readonly batches: BatchMemories;
  readonly transport: Transport;
  readonly inFlight: InFlight;
  /** How many of its messages may be in flight. */
  readonly slots: number;
  readonly clock: Clock;
  readonly recordTime: RecordTime;
  readonly onLog?: LogSink;
  /** Of a lane that sends in them. */
  readonly openTransactions?: (book: Book) => Transactions | undefined;
}

/** In a backlog, wait until this share of the window is free: batches of a few messages cost more than they carry. */
const ROOM_SHARE = 8;

export class Lane {
  readonly scenario: LanePlan;
  readonly book: Book;
  readonly window: Window;
  /** Due messages are waiting for room in flight, or the client's queue is full. */
  blocked = false;
  readonly transactions: Transactions | undefined;
  /** How many of its messages it sent or has in its ledger, the first ones; after `end`. */
  reach = 0;
  /** When the youngest acknowledged message was sent, ns from run start. */
  ackedSentNs = 0;
  readonly #place: { readonly worker: number; readonly workers: number };
  readonly #transport: Transport;
  readonly #topicOf: TopicOf;
  readonly #inFlight: InFlight;
  readonly #cursor: Cursor;
  readonly #outbox: Outbox;
  readonly #dueNs: Float64Array;
  readonly #slots: number;
  readonly #roomMin: number;
  /** What is later is shed. */
  readonly #maxLagNs: number;
  /** A backlog may be sent until gracefulStop after the schedule's end; what is left then was not sent. */
  readonly #deadlineNs: number;
  #overdue = false;
  #stopped: string | undefined;
  /** The first message that was taken from the cursor and will not be sent. */
  #firstUnsent = Number.POSITIVE_INFINITY;
  /** This worker's messages in all; of an endless schedule known when it was ended. */
  #due: number | undefined;

  constructor(options: LaneOptions) {
    const { scenario, source, slots } = options;
    this.scenario = scenario;
    this.book = new Book(options);
    this.window = new Window(options.inFlight, options.lane, slots);
    this.transactions = options.openTransactions?.(this.book);
    this.#place = options;
    this.#transport = options.transport;
    this.#topicOf = options.topicOf ?? (() => 0);
    this.#inFlight = options.inFlight;
    this.#cursor = options.cursor;
    const { topicOf, workers, transport, inFlight, clock, recordTime } = options;
    const { book, window, reject } = this;
    const batches = options.batches(source.batchMax);
    const route = options.route ?? options.lane;
    // Not spread from the options: V8 gives each spread object a shape of its own, and with many lanes every access misses.
    const outbox = {
      scenario,
      route,
      topicOf,
      workers,
      source,
      batches,
      transport,
      inFlight,
      window,
      book,
      clock,
      recordTime,
      reject,
    };
    this.#outbox = new Outbox(outbox);
    this.#dueNs = batches.dueNs;
    this.#slots = slots;
    this.#roomMin = Math.max(1, Math.min(source.batchMax, Math.floor(slots / ROOM_SHARE)));
    const { overload } = scenario;
    this.#maxLagNs = overload.kind === 'shed' ? overload.maxLagNs : Number.POSITIVE_INFINITY;
    this.#deadlineNs = scenario.load.endNs + scenario.gracefulStopNs;
  }

  get inFlight(): number {
    return this.#slots - this.window.free;
  }

  /** Nothing more will be sent. */
  get finished(): boolean {
    return this.#isOver || (this.#outbox.held === 0 && this.#cursor.nextDueNs() === Number.POSITIVE_INFINITY);
  }

  /** When this lane wants to run next, ns from run start; now or earlier when it is due. */
  get nextDueNs(): number {
    if (this.#isOver) return Number.POSITIVE_INFINITY;
    const { transactions } = this;
    if (transactions === undefined) return this.#cursor.nextDueNs();
    return Math.min(this.#cursor.nextDueNs(), transactions.dueNs);
  }

  get #isOver(): boolean {
    return this.#overdue || this.#stopped !== undefined;
  }

  /**
   * Leaves out what was due before nowNs: another had it to send. A closed loop, which does not say what that was, sends
   * nothing.
   */
  join(nowNs: number): void {
    if (nowNs <= 0) return;
    const { load } = this.scenario;
    const { worker, workers } = this.#place;
    if (load.kind === 'open') this.#cursor.advance(shareOf(dueCountBefore(load.schedule, nowNs), worker, workers));
    else this.#overdue = true;
  }

  /** Sends what is due at nowNs, one batch at most; returns how many messages the client took. */
  step(nowNs: number): number {
    if (nowNs > this.#deadlineNs) this.#overdue = true;
    this.blocked = false;
    if (this.#isOver) return 0;
    if (this.transactions !== undefined && !this.#endTransaction(this.transactions, nowNs)) return 0;
    const taken = this.#outbox.held > 0 ? this.#outbox.retry() : this.#sendDue(nowNs);
    this.blocked ||= this.#outbox.held > 0;
    return taken;
  }

  /** @returns whether messages may be sent now. */
  #endTransaction(transactions: Transactions, nowNs: number): boolean {
    transactions.advance(nowNs, this.#outbox.held, this.inFlight);
    if (transactions.failure !== undefined) this.#stopped ??= transactions.failure;
    if (this.#isOver) return false;
    if (!transactions.isEnding) return true;
    // As on a full window: due messages wait for others to be acknowledged.
    this.blocked = transactions.dueNs > nowNs && this.#cursor.nextDueNs() <= nowNs;
    return false;
  }

  #sendDue(nowNs: number): number {
    const { transactions } = this;
    const cursor = this.#cursor;
    if (this.#maxLagNs < Number.POSITIVE_INFINITY) this.#shed(nowNs - this.#maxLagNs);
    const room = this.window.free;
    if (room < this.#roomMin && cursor.dueBefore(nowNs, room + 1, this.#dueNs) > room) {
      this.blocked = true;
      return 0;
    }
    const max = Math.min(room, this.#dueNs.length, transactions?.room ?? room);
    const n = cursor.dueBefore(nowNs, max, this.#dueNs);
    if (n === 0) return 0;
    const first = cursor.nextIndex();
    if (transactions !== undefined && !transactions.take(first, n, nowNs)) {
      this.#stopped ??= transactions.failure;
      return 0;
    }
    cursor.advance(n);
    return this.#outbox.send(first, n, this.#dueNs, cursor.recordNs ?? this.#dueNs);
  }

  /** Drops, on purpose and on the books, what is due before `beforeNs`. */
  #shed(beforeNs: number): void {
    for (;;) {
      const n = this.#cursor.dueBefore(beforeNs, this.#dueNs.length, this.#dueNs);
      if (n === 0) return;
      this.book.shed(this.#cursor.nextIndex(), n, this.#dueNs);
      this.#cursor.advance(n);
    }
  }

  /** `count` messages that were sent at one moment came back acknowledged. */
  acknowledged(phase: Phase, sentNs: number, count: number, nowNs: number): void {
    this.book.acknowledged(phase, (nowNs - sentNs) / NS_PER_US, count, nowNs);
    if (sentNs > this.ackedSentNs) this.ackedSentNs = sentNs;
  }

  /**
   * When the message was sent that is in flight for longest; Infinity where none is. What the client's full queue refused
   * of a batch was sent after the rest of it, and before the next one: it is among as many as a batch has.
   */
  oldestSentNs(): number {
    const { sentNs, next } = this.#inFlight;
    let oldestNs = Number.POSITIVE_INFINITY;
    let slot = this.window.oldest;
    for (let n = this.#dueNs.length; slot >= 0 && n > 0; n--, slot = next[slot]!) {
      oldestNs = Math.min(oldestNs, sentNs[slot]!);
    }
    return oldestNs;
  }

  /** A message that was not acknowledged: refused by the client, failed, purged, or with an unknown delivery outcome. */
  readonly reject = (slot: number, code: number, status: number, nowNs: number, isRefused = false): void => {
    this.book.lost(slot, code, status, nowNs, isRefused);
    this.window.give(slot);
    if (!isRefused) this.transactions?.close();
    if (!isTopicGone(code)) return;
    const { topics } = this.scenario;
    const topic = topics[this.#topicOf(this.#inFlight.index[slot]!)];
    this.#stopped ??= `topic ${topic} is gone: ${this.#transport.describe(code).text}`;
  };

  /** Ends an endless schedule at nowNs: what was due by then goes out as far as there is room, nothing after it. */
  close(nowNs: number): void {
    const { load } = this.scenario;
    if (!isEndless(load)) return;
    while (this.step(nowNs) > 0);
    this.#due = dueShare(load, nowNs, this.#place.worker, this.#place.workers);
  }

  /** The schedule is over for this lane: what is held or still to come was not sent. */
  end(isStopped = false): void {
    this.#firstUnsent = this.#outbox.firstHeld();
    this.#outbox.giveUp();
    this.transactions?.finish(isStopped);
    const cursor = this.#cursor;
    const count = this.#due ?? cursor.count;
    const { worker, workers } = this.#place;
    this.reach = (cursor.nextIndex() - worker) / workers;
    // The duration of a closed loop may be over before all its messages are sent: then those were never due.
    if (cursor.nextDueNs() === Number.POSITIVE_INFINITY || count === Number.POSITIVE_INFINITY) return;
    this.book.unsent(cursor.nextIndex(), count - this.reach);
    this.reach = count;
  }

  /**
   * The index before which all is acknowledged or given up: reports come in any order, and while more is sent than comes
   * back there is no moment without something in flight. What the outbox holds has a slot too.
   */
  settledBefore(): number {
    const { oldest } = this.window;
    const inFlight = oldest < 0 ? Number.POSITIVE_INFINITY : this.#inFlight.index[oldest]!;
    return Math.min(this.#cursor.nextIndex(), this.#firstUnsent, inFlight);
  }

  /** Messages that nobody reported on in time: their delivery outcome is not known. */
  abandonInFlight(nowNs: number): void {
    for (const slot of this.window.taken())
      this.reject(slot, LOCAL_ERROR.timedOut, PERSISTENCE.possiblyPersisted, nowNs);
  }

  /** Nothing is sent any more: the last transaction ends. @returns whether it still does. */
  drainTransaction(nowNs: number): boolean {
    const { transactions } = this;
    if (transactions === undefined || transactions.failure !== undefined) return false;
    transactions.advance(nowNs, 0, this.inFlight);
    if (transactions.failure !== undefined) this.#stopped ??= transactions.failure;
    return transactions.isEnding && transactions.failure === undefined;
  }

  /** After `end` and the drain. */
  account(): LaneAccount {
    return this.book.account(this.#stopped, this.#due);
  }
}
