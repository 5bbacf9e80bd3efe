/**
 * From due messages to the client: records laid out in one batch, those of a topic's partition side by side, and sent a
 * call for each run of one partition. What the client's full queue refused is held, and goes first next time.
 */
import type { Clock } from '../clock.ts';
import type { LanePlan } from '../plan/plan.ts';
import type { RecordTime } from '../plan/record-time.ts';
import type { Book } from '../recorder/book.ts';
import { LOCAL_ERROR } from '../recorder/error-log.ts';
import type { InFlight } from '../recorder/in-flight.ts';
import { PERSISTENCE, sendsMetadata, type Transport } from '../transport/transport.ts';
import type { RecordSource } from '../workload/source/record-source.ts';
import type { TopicOf } from '../workload/topic-spread.ts';
import type { BatchLayout, BatchMemory } from './batch-memory.ts';
import type { Window } from './window.ts';

export interface OutboxOptions {
  readonly scenario: LanePlan;
  /** Of its first topic, see `Transport.produce`. */
  readonly route: number;
  /** Absent where it has only one. */
  readonly topicOf?: TopicOf | undefined;
  readonly workers: number;
  readonly source: RecordSource;
  readonly batches: BatchMemory;
  readonly transport: Transport;
  readonly inFlight: InFlight;
  readonly window: Window;
  readonly book: Book;
  readonly clock: Clock;
  readonly recordTime: RecordTime;
  /** Takes a message that the client refused for good. */
  readonly reject: (slot: number, code: number, status: number, nowNs: number, isRefused: boolean) => void;
}

export class Outbox {
  /** Places 0..held-1 of the batch were refused for want of room in the client's queue. */
  held = 0;
  readonly #source: RecordSource;
  readonly #workers: number;
  readonly #route: number;
  readonly #transport: Transport;
  readonly #inFlight: InFlight;
  readonly #window: Window;
  readonly #book: Book;
  readonly #clock: Clock;
  readonly #recordTime: RecordTime;
  readonly #topicOf: TopicOf | undefined;
  readonly #reject: OutboxOptions['reject'];
  readonly #batches: BatchMemory;
  /** Of the batch that is sent, or of what is held. */
  #layout: BatchLayout | undefined;
  /** Without keys a topic's messages are all of one partition: the one that the client chooses. */
  readonly #isGrouped: boolean;
  readonly #partitions: number;
  readonly #marksHeader: boolean;
  /** Headers or timestamps, which only the call for single messages takes. */
  readonly #metadata: boolean;
  /** Else the client dates them: a place's timestamp is 0. */
  readonly #dated: boolean;
  readonly #payloadAddress: number;
  readonly #keyAddress: number;

  constructor(options: OutboxOptions) {
    const { scenario, source, transport } = options;
    // Not read from `options` for each batch: of many lanes those have several shapes, which costs.
    this.#source = source;
    this.#workers = options.workers;
    this.#route = options.route;
    this.#transport = transport;
    this.#inFlight = options.inFlight;
    this.#window = options.window;
    this.#book = options.book;
    this.#clock = options.clock;
    this.#recordTime = options.recordTime;
    this.#topicOf = options.topicOf;
    this.#reject = options.reject;
    this.#batches = options.batches;
    this.#isGrouped = options.topicOf !== undefined || scenario.record.key.kind !== 'none';
    this.#partitions = scenario.partitions;
    this.#marksHeader = scenario.markHeader === true;
    this.#dated = scenario.recordTimestamp === 'intended';
    this.#metadata = sendsMetadata(scenario);
    this.#payloadAddress = transport.address(source.records.payload);
    this.#keyAddress = transport.address(source.records.key);
  }

  /** Lays out the n records from index `first` on, due at dueNs[0..n-1] and dated by recordNs, and hands them over. */
  send(first: number, n: number, dueNs: Float64Array, recordNs: Float64Array): number {
    const source = this.#source;
    const inFlight = this.#inFlight;
    const workers = this.#workers;
    const book = this.#book;
    const topicOf = this.#topicOf;
    const { originMs, nsPerMs } = this.#recordTime;
    const layout = this.#batches.take();
    this.#layout = layout;
    const { timestampMs, slots, batch, placePartition } = layout;
    for (let j = 0; j < n; j++) timestampMs[j] = Math.floor(originMs + recordNs[j]! / nsPerMs);
    source.prepare(first, workers, n, timestampMs);
    const topic = topicOf === undefined ? undefined : layout.topic;
    if (topic !== undefined) for (let j = 0; j < n; j++) topic[j] = topicOf!(first + j * workers);
    const groups = this.#isGrouped ? layout.groups : undefined;
    groups?.arrange(n, topic, source.records.partition, this.#partitions);
    this.#window.take(n, slots);
    const payloadAddress = this.#payloadAddress;
    const keyAddress = this.#keyAddress;
    const metadata = this.#metadata;
    const { payloadOffset, payloadLength, keyOffset, keyLength, partition } = source.records;
    for (let j = 0; j < n; j++) {
      const place = groups === undefined ? j : groups.place[j]!;
      const slot = slots[j]!;
      const index = first + j * workers;
      inFlight.index[slot] = index;
      inFlight.intendedNs[slot] = dueNs[j]!;
      inFlight.phase[slot] = book.phaseOf(index, dueNs[j]!);
      if (topic !== undefined) {
        layout.placeTopic[place] = topic[j]!;
        if (inFlight.topic !== undefined) inFlight.topic[slot] = topic[j]!;
      }
      placePartition[place] = partition[j]!;
      if (metadata) {
        layout.placeTimestampMs[place] = this.#dated ? timestampMs[j]! : 0;
        layout.placeIndex[place] = index;
      }
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
    const { index } = this.#inFlight;
    let first = Number.POSITIVE_INFINITY;
    for (let place = 0; place < this.held; place++) first = Math.min(first, index[this.#layout!.batch.slot(place)]!);
    return first;
  }

  /** What is held will not be sent: its slots are free again. */
  giveUp(): void {
    for (let place = 0; place < this.held; place++) {
      const slot = this.#layout!.batch.slot(place);
      this.#book.unsent(this.#inFlight.index[slot]!, 1);
      this.#window.give(slot);
    }
    if (this.#layout !== undefined) this.#letGo();
    this.held = 0;
  }

  #send(n: number): number {
    const transport = this.#transport;
    const route = this.#route;
    const book = this.#book;
    const layout = this.#layout!;
    const { batch, placePartition, placeTimestampMs } = layout;
    const placeTopic = this.#topicOf === undefined ? undefined : layout.placeTopic;
    const placeIndex = this.#marksHeader ? layout.placeIndex : undefined;
    const sentNs = this.#clock();
    let accepted = 0;
    let held = 0;
    for (let from = 0; from < n; ) {
      const partition = placePartition[from]!;
      const topic = placeTopic === undefined ? 0 : placeTopic[from]!;
      let to = from + 1;
      while (to < n && placePartition[to] === partition && (placeTopic === undefined || placeTopic[to] === topic)) to++;
      const count = to - from;
      const taken = this.#metadata
        ? transport.produceWithMetadata(route + topic, partition, batch, from, count, placeTimestampMs, placeIndex)
        : transport.produce(route + topic, partition, batch, from, count);
      accepted += taken;
      if (taken === count) book.sent(batch, from, to, sentNs);
      else held = this.#sortRefused(from, to, held, sentNs);
      from = to;
    }
    this.held = held;
    if (held === 0) this.#letGo();
    return accepted;
  }

  /** Of a call that was not taken whole: what the full queue refused is held behind the `held` ones, the rest was sent. */
  #sortRefused(from: number, to: number, held: number, sentNs: number): number {
    const book = this.#book;
    const layout = this.#layout!;
    const { batch } = layout;
    let kept = held;
    for (let place = from; place < to; place++) {
      const code = batch.error(place);
      if (code === LOCAL_ERROR.queueFull) {
        // Its slot is taken, and it is not the oldest in flight.
        this.#inFlight.sentNs[batch.slot(place)] = Number.POSITIVE_INFINITY;
        layout.move(place, kept++);
        continue;
      }
      book.sent(batch, place, place + 1, sentNs);
      if (code !== 0) this.#reject(batch.slot(place), code, PERSISTENCE.notPersisted, sentNs, true);
    }
    return kept;
  }

  #letGo(): void {
    this.#batches.give(this.#layout!);
    this.#layout = undefined;
  }
}
