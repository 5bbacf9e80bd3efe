/**
 * From due messages to the client: records laid out in one batch, those of a partition side by side, and sent a
 * call for each run of one partition. What the client's full queue refused is held, and goes first next time.
 */
import type { Clock } from '../clock.ts';
import type { LanePlan } from '../plan/plan.ts';
import type { RecordTime } from '../plan/record-time.ts';
import type { Book } from '../recorder/book.ts';
import { LOCAL_ERROR } from '../recorder/error-log.ts';
import type { InFlight } from '../recorder/in-flight.ts';
import { MessageBatch } from '../transport/message-batch.ts';
import { PERSISTENCE, type Transport } from '../transport/transport.ts';
import type { RecordSource } from '../workload/source/record-source.ts';
import type { FreeSlots } from './free-slots.ts';

export interface OutboxOptions {
  readonly scenario: LanePlan;
  /** Of its first topic, see `Transport.produce`. */
  readonly route: number;
  readonly workers: number;
  readonly source: RecordSource;
  readonly transport: Transport;
  readonly inFlight: InFlight;
  readonly free: FreeSlots;
  readonly book: Book;
  readonly clock: Clock;
  readonly recordTime: RecordTime;
  /** Takes a message that the client refused for good. */
  readonly reject: (slot: number, code: number, status: number, nowNs: number, isRefused: boolean) => void;
}

export class Outbox {
  /** Places 0..held-1 of the batch were refused for want of room in the client's queue. */
  held = 0;
  readonly #options: OutboxOptions;
  readonly #batch: MessageBatch;
  readonly #slots: Int32Array;
  readonly #timestampMs: Float64Array;
  readonly #placePartition: Int32Array;
  readonly #placeTimestampMs: Float64Array;
  /** Of lanes whose mark is a header. */
  readonly #placeIndex: Float64Array | undefined;
  readonly #groupEnd: Int32Array;
  readonly #keyed: boolean;
  /** Headers or timestamps, which only the call for single messages takes. */
  readonly #metadata: boolean;
  /** Else the client dates them: a place's timestamp stays 0. */
  readonly #dated: boolean;
  readonly #payloadAddress: number;
  readonly #keyAddress: number;

  constructor(options: OutboxOptions) {
    const { scenario, source, transport } = options;
    this.#options = options;
    this.#batch = new MessageBatch(source.batchMax);
    this.#slots = new Int32Array(source.batchMax);
    this.#timestampMs = new Float64Array(source.batchMax);
    this.#placePartition = new Int32Array(source.batchMax);
    this.#placeTimestampMs = new Float64Array(source.batchMax);
    this.#groupEnd = new Int32Array(scenario.partitions + 2);
    this.#keyed = scenario.record.key.kind !== 'none';
    this.#dated = scenario.recordTimestamp === 'intended';
    if (scenario.markHeader) this.#placeIndex = new Float64Array(source.batchMax);
    this.#metadata = this.#dated || scenario.markHeader === true || Object.keys(scenario.headers).length > 0;
    this.#payloadAddress = transport.address(source.records.payload);
    this.#keyAddress = transport.address(source.records.key);
  }

  /** Lays out the n records from index `first` on, due at dueNs[0..n-1] and dated by recordNs, and hands them over. */
  send(first: number, n: number, dueNs: Float64Array, recordNs: Float64Array): number {
    const { source, inFlight, workers, recordTime, free, book } = this.#options;
    const { originMs, nsPerMs } = recordTime;
    const timestampMs = this.#timestampMs;
    for (let j = 0; j < n; j++) timestampMs[j] = Math.floor(originMs + recordNs[j]! / nsPerMs);
    source.prepare(first, workers, n, timestampMs);
    if (this.#keyed) this.#groupByPartition(n);
    const slots = this.#slots;
    free.take(n, slots);
    const batch = this.#batch;
    const payloadAddress = this.#payloadAddress;
    const keyAddress = this.#keyAddress;
    const placeIndex = this.#placeIndex;
    const { payloadOffset, payloadLength, keyOffset, keyLength, partition } = source.records;
    for (let j = 0; j < n; j++) {
      const place = this.#keyed ? this.#groupEnd[partition[j]! + 1]!++ : j;
      const slot = slots[j]!;
      const index = first + j * workers;
      inFlight.index[slot] = index;
      inFlight.intendedNs[slot] = dueNs[j]!;
      inFlight.phase[slot] = book.phaseOf(index, dueNs[j]!);
      this.#placePartition[place] = partition[j]!;
      if (this.#dated) this.#placeTimestampMs[place] = timestampMs[j]!;
      if (placeIndex !== undefined) placeIndex[place] = index;
      const payload = payloadAddress + payloadOffset[j]!;
      batch.set(place, payload, payloadLength[j]!, keyAddress + keyOffset[j]!, keyLength[j]!, slot);
    }
    return this.#send(n);
  }

  /** Sends what is held. */
  retry(): number {
    return this.#send(this.held);
  }

  /** The least index of what is held; infinite where nothing is. */
  firstHeld(): number {
    const { index } = this.#options.inFlight;
    let first = Number.POSITIVE_INFINITY;
    for (let place = 0; place < this.held; place++) first = Math.min(first, index[this.#batch.slot(place)]!);
    return first;
  }

  /** What is held will not be sent: its slots are free again. */
  giveUp(): void {
    const { inFlight, free, book } = this.#options;
    for (let place = 0; place < this.held; place++) {
      const slot = this.#batch.slot(place);
      book.unsent(inFlight.index[slot]!, 1);
      free.give(slot);
    }
    this.held = 0;
  }

  /** Counting sort: afterwards #groupEnd[p + 1] is the place of the next message of partition p, from -1 on. */
  #groupByPartition(n: number): void {
    const ends = this.#groupEnd.fill(0);
    const { partition } = this.#options.source.records;
    for (let j = 0; j < n; j++) ends[partition[j]! + 2]! += 1;
    for (let p = 1; p < ends.length; p++) ends[p]! += ends[p - 1]!;
  }

  #send(n: number): number {
    const { transport, clock, route, book } = this.#options;
    const batch = this.#batch;
    const sentNs = clock();
    let accepted = 0;
    let held = 0;
    for (let from = 0; from < n; ) {
      const partition = this.#placePartition[from]!;
      let to = from + 1;
      while (to < n && this.#placePartition[to] === partition) to++;
      const count = to - from;
      const taken = this.#metadata
        ? transport.produceWithMetadata(route, partition, batch, from, count, this.#placeTimestampMs, this.#placeIndex)
        : transport.produce(route, partition, batch, from, count);
      accepted += taken;
      if (taken === count) book.sent(batch, from, to, sentNs);
      else held = this.#sortRefused(from, to, held, sentNs);
      from = to;
    }
    this.held = held;
    return accepted;
  }

  /** Of a call that was not taken whole: what the full queue refused is held behind the `held` ones, the rest was sent. */
  #sortRefused(from: number, to: number, held: number, sentNs: number): number {
    const { book, inFlight, reject } = this.#options;
    const batch = this.#batch;
    let kept = held;
    for (let place = from; place < to; place++) {
      const code = batch.error(place);
      if (code === LOCAL_ERROR.queueFull) {
        // Its slot is taken, and it is not the oldest in flight.
        inFlight.sentNs[batch.slot(place)] = Number.POSITIVE_INFINITY;
        this.#hold(place, kept++);
        continue;
      }
      book.sent(batch, place, place + 1, sentNs);
      if (code !== 0) reject(batch.slot(place), code, PERSISTENCE.notPersisted, sentNs, true);
    }
    return kept;
  }

  #hold(place: number, to: number): void {
    if (place === to) return;
    this.#batch.copy(place, to);
    this.#placePartition[to] = this.#placePartition[place]!;
    this.#placeTimestampMs[to] = this.#placeTimestampMs[place]!;
    if (this.#placeIndex !== undefined) this.#placeIndex[to] = this.#placeIndex[place]!;
  }
}
