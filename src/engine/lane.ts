/**
 * One worker's share of one scenario: its place in the schedule, its records, its slots in flight and its counters.
 * `step` hands over what is due; the loop gives back reports through `acknowledge` and `reject`.
 */

import type { Clock } from '../clock.ts';
import { measureLane } from '../plan/lane-measurement.ts';
import type { ScenarioPlan } from '../plan/plan.ts';
import { type FlatHistogram, record } from '../result/histogram.ts';
import type { LaneMeasurement } from '../result/measurement.ts';
import type { RunMemory } from '../result/run-memory.ts';
import {
  COUNTER,
  counterCell,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  MOMENT,
  type Phase,
  WARMUP,
} from '../result/run-memory.ts';
import { MessageBatch } from '../transport/message-batch.ts';
import { PERSISTENCE, type Transport } from '../transport/transport.ts';
import type { RecordSource } from '../workload/record-source.ts';
import type { Cursor } from './closed-cursor.ts';
import { ErrorLog, isTopicGone, LOCAL_ERROR } from './error-log.ts';
import { FreeSlots, type InFlight } from './in-flight.ts';
import { Ledger } from './ledger.ts';

export interface LaneOptions {
  readonly scenario: ScenarioPlan;
  readonly worker: number;
  readonly workers: number;
  readonly memory: RunMemory;
  readonly cursor: Cursor;
  readonly source: RecordSource;
  readonly transport: Transport;
  readonly inFlight: InFlight;
  readonly slots: { readonly first: number; readonly count: number };
  readonly clock: Clock;
  /** Wall-clock time of the run's epoch, ms since 1970: intended times become record times. */
  readonly startedAtMs: number;
}

/** In a backlog, wait until this share of the window is free: batches of a few messages cost more than they carry. */
const ROOM_SHARE = 8;

export class Lane {
  readonly number: number;
  readonly scenario: ScenarioPlan;
  /** In a closed loop intended = handed over: response is service, the lag is 0. */
  readonly closed: boolean;
  readonly counters: Float64Array;
  readonly response: readonly FlatHistogram[];
  readonly service: readonly FlatHistogram[];
  readonly scheduleLag: readonly FlatHistogram[];
  readonly free: FreeSlots;
  /** Due messages are waiting for room in flight, or the client's queue is full. */
  blocked = false;
  stopped: string | undefined;
  readonly #options: LaneOptions;
  readonly #cursor: Cursor;
  readonly #batch: MessageBatch;
  readonly #dueNs: Float64Array;
  readonly #takenSlots: Int32Array;
  readonly #timestampMs: Float64Array;
  readonly #placePartition: Int32Array;
  readonly #placeTimestampMs: Float64Array;
  readonly #groupEnd: Int32Array;
  readonly #keyed: boolean;
  readonly #metadata: boolean;
  readonly #payloadAddress: number;
  readonly #keyAddress: number;
  readonly #slots: number;
  /** Warm-up ends at an index in an open model, at a time in a closed loop. */
  readonly #warmupCount: number;
  readonly #warmupEndNs: number;
  readonly #roomMin: number;
  readonly #ledger = new Ledger();
  readonly #errors: ErrorLog;
  /** Places 0..held-1 of the batch were refused for want of room in the client's queue and go first. */
  #held = 0;
  #unsent = 0;
  /** A backlog may be handed over until gracefulStop after the schedule's end; what is left then was not sent. */
  readonly #deadlineNs: number;
  #overdue = false;

  constructor(options: LaneOptions) {
    const { scenario, worker, memory, source } = options;
    this.#options = options;
    this.scenario = scenario;
    this.number = scenario.lane;
    this.closed = scenario.load.kind === 'closed';
    this.counters = laneCounters(memory, worker, scenario.lane);
    const histograms = (latency: number) =>
      [WARMUP, LOAD].map((phase) => laneHistogram(memory, worker, scenario.lane, phase, latency));
    this.response = histograms(LATENCY.response);
    this.service = histograms(LATENCY.service);
    this.scheduleLag = histograms(LATENCY.scheduleLag);
    this.free = new FreeSlots(options.slots.first, options.slots.count);
    this.#cursor = options.cursor;
    this.#batch = new MessageBatch(source.batchMax);
    this.#dueNs = new Float64Array(source.batchMax);
    this.#takenSlots = new Int32Array(source.batchMax);
    this.#timestampMs = new Float64Array(source.batchMax);
    this.#placePartition = new Int32Array(source.batchMax);
    this.#placeTimestampMs = new Float64Array(source.batchMax);
    this.#groupEnd = new Int32Array(scenario.partitions + 1);
    this.#keyed = scenario.record.key.kind !== 'none';
    this.#metadata = scenario.recordTimestamp === 'intended' || Object.keys(scenario.headers).length > 0;
    this.#payloadAddress = options.transport.address(source.payload);
    this.#keyAddress = options.transport.address(source.key);
    this.#slots = options.slots.count;
    this.#roomMin = Math.max(1, Math.min(source.batchMax, Math.floor(this.#slots / ROOM_SHARE)));
    const { load } = scenario;
    this.#warmupCount = load.kind === 'open' ? load.warmupCount : 0;
    this.#warmupEndNs = load.kind === 'open' ? 0 : load.warmupEndNs;
    this.#deadlineNs = scenario.load.endNs + scenario.gracefulStopNs;
    this.#errors = new ErrorLog(options.transport);
  }

  get inFlight(): number {
    return this.#slots - this.free.count;
  }

  /** Nothing more will be handed over. */
  get finished(): boolean {
    return this.#isOver || (this.#held === 0 && this.#cursor.nextDueNs() === Number.POSITIVE_INFINITY);
  }

  /** When this lane wants to run next, ns from run start; now or earlier when it is due. */
  get nextDueNs(): number {
    return this.#isOver ? Number.POSITIVE_INFINITY : this.#cursor.nextDueNs();
  }

  get #isOver(): boolean {
    return this.#overdue || this.stopped !== undefined;
  }

  /** Hands over what is due at nowNs, one batch at most; returns how many messages the client took. */
  step(nowNs: number): number {
    this.blocked = false;
    if (nowNs > this.#deadlineNs) this.#overdue = true;
    if (this.#isOver) return 0;
    if (this.#held > 0) return this.#handOver(this.#held);
    const { overload } = this.scenario;
    if (overload.kind === 'shed') this.#shed(nowNs - overload.maxLagNs);
    const room = this.free.count;
    if (room < this.#roomMin && this.#cursor.dueBefore(nowNs, room + 1, this.#dueNs) > room) {
      this.blocked = true;
      return 0;
    }
    const n = this.#cursor.dueBefore(nowNs, Math.min(room, this.#dueNs.length), this.#dueNs);
    if (n === 0) return 0;
    this.#fill(n);
    this.#cursor.advance(n);
    return this.#handOver(n);
  }

  /** Drops, on purpose and on the books, what is due before `beforeNs`. */
  #shed(beforeNs: number): void {
    for (;;) {
      const n = this.#cursor.dueBefore(beforeNs, this.#dueNs.length, this.#dueNs);
      if (n === 0) return;
      const first = this.#localNumber(this.#cursor.nextIndex());
      this.#ledger.add(first, first + n - 1, 'shed');
      for (let j = 0; j < n; j++) {
        const index = this.#cursor.nextIndex() + j * this.#options.workers;
        this.#count(this.#phaseOf(index, this.#dueNs[j]!), COUNTER.shed, 1);
      }
      this.#cursor.advance(n);
    }
  }

  /** Prepares the next n records and lays them out in the batch, those of one partition side by side. */
  #fill(n: number): void {
    const { source, inFlight, workers, startedAtMs } = this.#options;
    const first = this.#cursor.nextIndex();
    const dueNs = this.#dueNs;
    const timestampMs = this.#timestampMs;
    for (let j = 0; j < n; j++) timestampMs[j] = Math.floor(startedAtMs + dueNs[j]! / 1e6);
    source.prepare(first, workers, n, timestampMs);
    if (this.#keyed) this.#groupByPartition(n);
    const slots = this.#takenSlots;
    this.free.take(n, slots);
    const batch = this.#batch;
    const payloadAddress = this.#payloadAddress;
    const keyAddress = this.#keyAddress;
    const { payloadOffset, payloadLength, keyOffset, keyLength, partition } = source;
    for (let j = 0; j < n; j++) {
      const place = this.#keyed ? this.#groupEnd[partition[j]!]!++ : j;
      const slot = slots[j]!;
      const index = first + j * workers;
      inFlight.index[slot] = index;
      inFlight.intendedNs[slot] = dueNs[j]!;
      inFlight.phase[slot] = this.#phaseOf(index, dueNs[j]!);
      this.#placePartition[place] = partition[j]!;
      this.#placeTimestampMs[place] = timestampMs[j]!;
      const payload = payloadAddress + payloadOffset[j]!;
      batch.set(place, payload, payloadLength[j]!, keyAddress + keyOffset[j]!, keyLength[j]!, slot);
    }
  }

  /** Counting sort: afterwards #groupEnd[p] is the place of the next message of partition p. */
  #groupByPartition(n: number): void {
    const ends = this.#groupEnd.fill(0);
    const { partition } = this.#options.source;
    for (let j = 0; j < n; j++) ends[partition[j]! + 1]! += 1;
    for (let p = 1; p < ends.length; p++) ends[p]! += ends[p - 1]!;
  }

  /** Hands over places 0..n-1, a call for each run of one partition. What the full queue refused is held. */
  #handOver(n: number): number {
    const { transport, clock } = this.#options;
    const batch = this.#batch;
    const handedNs = clock();
    let accepted = 0;
    let held = 0;
    for (let from = 0; from < n; ) {
      const partition = this.#placePartition[from]!;
      let to = from + 1;
      while (to < n && this.#placePartition[to] === partition) to++;
      const count = to - from;
      const taken = this.#metadata
        ? transport.produceWithMetadata(this.number, partition, batch, from, count, this.#placeTimestampMs)
        : transport.produce(this.number, partition, batch, from, count);
      accepted += taken;
      if (taken === count) this.#sent(from, to, handedNs);
      else held = this.#sortRefused(from, to, held, handedNs);
      from = to;
    }
    this.#held = held;
    this.blocked = held > 0;
    return accepted;
  }

  /** Of a call that was not taken whole: what the full queue refused is held behind the `held` ones, the rest was sent. */
  #sortRefused(from: number, to: number, held: number, handedNs: number): number {
    const batch = this.#batch;
    let kept = held;
    for (let place = from; place < to; place++) {
      const code = batch.error(place);
      if (code === LOCAL_ERROR.queueFull) {
        this.#hold(place, kept++);
        continue;
      }
      this.#sent(place, place + 1, handedNs);
      if (code !== 0) this.reject(batch.slot(place), code, PERSISTENCE.notPersisted, handedNs);
    }
    return kept;
  }

  #hold(place: number, to: number): void {
    if (place === to) return;
    this.#batch.copy(place, to);
    this.#placePartition[to] = this.#placePartition[place]!;
    this.#placeTimestampMs[to] = this.#placeTimestampMs[place]!;
  }

  /** Books places from..to-1 as handed over. */
  #sent(from: number, to: number, handedNs: number): void {
    const { counters, closed } = this;
    const { handedNs: handed, intendedNs, phase: phases } = this.#options.inFlight;
    const batch = this.#batch;
    for (let place = from; place < to; ) {
      const phase = phases[batch.slot(place)] as Phase;
      const lag = this.scheduleLag[phase]!;
      const start = place;
      let bytes = 0;
      for (; place < to; place++) {
        const slot = batch.slot(place);
        if (phases[slot] !== phase) break;
        handed[slot] = handedNs;
        if (closed) intendedNs[slot] = handedNs;
        else record(lag, (handedNs - intendedNs[slot]!) / 1e3, 1);
        bytes += batch.payloadLength(place) + batch.keyLength(place);
      }
      if (closed) record(lag, 0, place - start);
      counters[counterCell(phase, COUNTER.sent)]! += place - start;
      counters[counterCell(phase, COUNTER.bytes)]! += bytes;
      if (phase === LOAD) {
        if (counters[MOMENT.firstSent] === 0) counters[MOMENT.firstSent] = handedNs;
        counters[MOMENT.lastSent] = handedNs;
      }
    }
  }

  /** `count` messages that were handed over at one moment came back acknowledged. */
  acknowledge(phase: Phase, serviceUs: number, count: number, nowNs: number): void {
    record(this.service[phase]!, serviceUs, count);
    if (this.closed) record(this.response[phase]!, serviceUs, count);
    this.#count(phase, COUNTER.acked, count);
    if (phase === LOAD) this.counters[MOMENT.lastAck] = nowNs;
  }

  /** A message that was not acknowledged: refused by the client, failed, purged, or with an unknown fate. */
  reject(slot: number, code: number, status: number, nowNs: number): void {
    const { inFlight } = this.#options;
    const phase = inFlight.phase[slot] as Phase;
    const unresolved = code === LOCAL_ERROR.purgeInFlight || status !== PERSISTENCE.notPersisted;
    this.#count(phase, unresolved ? COUNTER.unresolved : COUNTER.failed, 1);
    const known = status === PERSISTENCE.persisted ? 'persisted' : 'possibly-persisted';
    const local = this.#localNumber(inFlight.index[slot]!);
    this.#ledger.add(local, local, unresolved ? known : 'not-persisted');
    this.#errors.add(code, nowNs, this.scenario.name, inFlight.index[slot]!);
    this.free.give(slot);
    if (isTopicGone(code))
      this.stop(`topic ${this.scenario.topic} is gone: ${this.#options.transport.describe(code).text}`);
  }

  /** No more hand-overs. */
  stop(reason: string): void {
    this.stopped ??= reason;
  }

  /** The schedule is over for this lane: what is held or still to come was not sent. */
  end(): void {
    const { inFlight } = this.#options;
    for (let place = 0; place < this.#held; place++) {
      const slot = this.#batch.slot(place);
      const local = this.#localNumber(inFlight.index[slot]!);
      this.#ledger.add(local, local, 'unsent');
      this.free.give(slot);
    }
    this.#unsent = this.#held;
    this.#held = 0;
    if (this.#cursor.nextDueNs() === Number.POSITIVE_INFINITY || this.#cursor.count === Number.POSITIVE_INFINITY)
      return;
    const next = this.#localNumber(this.#cursor.nextIndex());
    this.#ledger.add(next, this.#cursor.count - 1, 'unsent');
    this.#unsent += this.#cursor.count - next;
  }

  /** Messages that nobody reported on in time: their fate is not known. */
  abandonInFlight(nowNs: number): void {
    for (const slot of this.free.taken()) this.reject(slot, LOCAL_ERROR.timedOut, PERSISTENCE.possiblyPersisted, nowNs);
  }

  /** After `end` and the drain. */
  measurement(): LaneMeasurement {
    const { memory, worker, workers } = this.#options;
    return measureLane(memory, worker, workers, this.scenario, {
      unsent: this.#unsent,
      notAcked: this.#ledger.ranges(this.scenario.name, worker, workers),
      ledgerComplete: this.#ledger.complete,
      errors: this.#errors.counts(),
      ...(this.stopped === undefined ? {} : { stopped: this.stopped }),
    });
  }

  #count(phase: Phase, counter: number, n: number): void {
    this.counters[counterCell(phase, counter)]! += n;
  }

  #localNumber(index: number): number {
    return (index - this.#options.worker) / this.#options.workers;
  }

  /** By intended time: by index in an open model, by the moment itself in a closed loop. */
  #phaseOf(index: number, dueNs: number): Phase {
    return index < this.#warmupCount || dueNs < this.#warmupEndNs ? WARMUP : LOAD;
  }
}
