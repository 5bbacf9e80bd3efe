/**
 * Reading records through librdkafka, synchronously: those of all partitions come by one queue, in batches, and are read
 * where they lie. As a member of a group, whose rebalances it answers, or with partitions that it is given by hand. Both
 * the members of a run and `LibrdkafkaConsumer` read by it.
 */
import { LoadError } from '../../errors.ts';
import type { PartitionKeeper, PartitionOffset, RecordReader, TopicPartition } from '../consumer.ts';
import type { LogSink } from '../transport.ts';
import { type Client, closeClient, EVENT, logLineOf, openClient } from './client.ts';
import { ConsumedMessages, type QueueListener, RECORDS_PER_POLL } from './consumed-messages.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { listPartitions } from './partition-list.ts';
import { QueueWaiter } from './queue-waiter.ts';
import { Rebalances } from './rebalances.ts';

export interface ReaderOptions extends PartitionKeeper {
  /** librdkafka's names; `group.id` is among them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly onLog: LogSink;
  /** See RebalanceOptions. */
  readonly onRevoke?: (partitions: readonly number[]) => Promise<void>;
  /** How long a commit, or leaving the group, may take; 10 s by default. */
  readonly coordinatorMs?: number;
}

/**
 * With no coordinator a commit waits for one, some two sessions long: a minute and a half after Ctrl-C. One that comes
 * back takes seconds, and who stops containers gives them half a minute.
 */
const COORDINATOR_MS = 10_000;
/** Between questions whether the coordinator has answered. */
export const ANSWER_POLL_MS = 5;

/**
 * Where the properties do not say. Once `queued.min.messages` are waiting (100,000 over all partitions, as these share a
 * queue) librdkafka fetches again after a whole second by default: a tenth of it later there is nothing left to read.
 */
const DEFAULTS = { 'fetch.queue.backoff.ms': '10' };

const ANY_PARTITION = -1;
/**
 * What waiting does not mend: UNKNOWN_TOPIC_OR_PART, INVALID_GROUP_ID, TOPIC_, GROUP_ and CLUSTER_AUTHORIZATION_FAILED,
 * _AUTO_OFFSET_RESET (`auto.offset.reset: error`), _FATAL.
 */
const FINAL = new Set([3, 24, 29, 30, 31, -140, -150]);

export class LibrdkafkaReader implements RecordReader {
  readonly records: ConsumedMessages;
  readonly handle: Pointer;
  readonly rebalances: Rebalances;
  readonly waiter: QueueWaiter;
  readonly #rd: Librdkafka = librdkafka();
  readonly #client: Client;
  readonly #queue: Pointer;
  readonly #options: ReaderOptions;
  readonly #listener: QueueListener;
  readonly #coordinatorMs: number;
  /** Found among the records that were taken last. */
  #ends: PartitionOffset[] = [];
  #failure: LoadError | undefined;
  /** The coordinator did not answer in time. Freeing the client would wait for it: that is left to the end of the process. */
  #isStuck = false;

  constructor(options: ReaderOptions) {
    const { properties, onLog, onEnd, coordinatorMs = COORDINATOR_MS } = options;
    const owned = onEnd && { 'enable.partition.eof': 'true' };
    this.#client = openClient({ ...DEFAULTS, ...properties, ...owned }, EVENT.log | EVENT.rebalance, 'consumer');
    this.#options = options;
    this.#coordinatorMs = coordinatorMs;
    this.handle = this.#client.handle;
    this.#rd.pollSetConsumer(this.handle);
    this.#queue = this.#rd.queueNew(this.handle);
    const onError = (code: number, text: string) => this.#onError(code, text);
    this.#listener = {
      onError,
      ...(onEnd && { onEnd: (topic, partition, offset) => this.#ends.push({ topic, partition, offset }) }),
    };
    this.rebalances = new Rebalances({ ...options, handle: this.handle, records: this.#queue, onError, onLog });
    this.waiter = new QueueWaiter([this.#queue, this.rebalances.queue]);
    this.records = new ConsumedMessages(this.#rd);
  }

  subscribe(topics: readonly string[]): void {
    const list = listPartitions(topics.map((topic) => ({ topic, partition: ANY_PARTITION })));
    const code: number = this.#rd.subscribe(this.handle, list);
    this.#rd.partitionListDestroy(list);
    if (code !== 0) this.#failure = this.#failed(code, this.#rd.errorText(code));
  }

  unsubscribe(): void {
    this.#rd.unsubscribe(this.handle);
  }

  assign(partitions: readonly PartitionOffset[]): void {
    this.rebalances.give(partitions);
  }

  pause(partitions: readonly TopicPartition[]): void {
    const list = listPartitions(partitions.map(({ topic, partition }) => ({ topic, partition })));
    this.#rd.pausePartitions(this.handle, list);
    this.#rd.partitionListDestroy(list);
  }

  hold(): void {
    this.rebalances.hold();
  }

  go(): void {
    this.rebalances.go();
  }

  high(topic: string, partition: number): number {
    const low: [number] = [0];
    const high: [number] = [0];
    const code: number = this.#rd.cachedWatermarks(this.handle, topic, partition, low, high);
    return code === 0 ? Math.max(-1, Number(high[0])) : -1;
  }

  poll(timeoutMs: number, recordsMax = RECORDS_PER_POLL): number {
    const ready = this.pollNow(recordsMax);
    if (ready > 0 || timeoutMs <= 0) return ready;
    this.waiter.wait(timeoutMs);
    return this.pollAgain(recordsMax);
  }

  /** Without waiting. */
  pollNow(recordsMax: number): number {
    this.#reportEnds();
    this.#readLog();
    return this.pollAgain(recordsMax);
  }

  #reportEnds(): void {
    if (this.#ends.length === 0) return;
    for (const { topic, partition, offset } of this.#ends) this.#options.onEnd?.(topic, partition, offset);
    this.#ends = [];
  }

  /** After a poll that gave no records. */
  pollAgain(recordsMax: number): number {
    // Also where it gave none: an end or an error is a message too, and one that is kept keeps the client from ending.
    this.records.release();
    this.rebalances.serve();
    if (this.#failure !== undefined) throw this.#failure;
    const count = this.records.take(this.#queue, Math.min(recordsMax, RECORDS_PER_POLL), this.#listener);
    if (count === 0) this.#reportEnds();
    return count;
  }

  stay(): void {
    this.#readLog();
    this.rebalances.serve();
  }

  #onError(code: number, text: string): void {
    if (FINAL.has(code)) this.#failure ??= this.#failed(code, text);
    else this.#options.onLog({ level: 3, facility: this.#rd.errorName(code), message: text });
  }

  #failed(code: number, text: string): LoadError {
    return new LoadError('CONSUME', `reading cannot go on: ${text} (${this.#rd.errorName(code)})`);
  }

  #readLog(): void {
    for (;;) {
      const event = this.#rd.queuePoll(this.#client.queue, 0);
      if (event === null) return;
      const line = logLineOf(event);
      if (line !== undefined) this.#options.onLog(line);
      this.#rd.eventDestroy(event);
    }
  }

  /**
   * Polls for what `ask` brings into its queue until `isOver`, as long as there is time: the caller sleeps ANSWER_POLL_MS
   * at each step. Not by the calls that wait for it: a thread in one of them keeps the process from ending, whatever
   * signal comes.
   */
  *answer(ask: (queue: Pointer) => void, isOver: (event: Pointer | null) => boolean): Generator<void> {
    const endMs = performance.now() + this.#coordinatorMs;
    const queue: Pointer = this.#rd.queueNew(this.handle);
    ask(queue);
    for (;;) {
      const event = this.#rd.queuePoll(queue, 0);
      const isAnswered = isOver(event);
      if (event !== null) this.#rd.eventDestroy(event);
      this.#isStuck = !isAnswered && performance.now() > endMs;
      if (isAnswered || this.#isStuck) break;
      yield;
    }
    this.#rd.queueDestroy(queue);
  }

  /** Leaves the group and frees everything, in the steps of `answer`. */
  *closing(): Generator<void> {
    this.records.release();
    // After a fatal error it refuses, and there is nothing to leave.
    let refusal: Pointer | null = null;
    if (!this.#isStuck) {
      yield* this.answer(
        (queue) => {
          refusal = this.#rd.consumerCloseQueue(this.handle, queue);
        },
        (event) => {
          if (event !== null) this.rebalances.answer(event);
          return refusal !== null || this.#rd.consumerClosed(this.handle) === 1;
        },
      );
    }
    if (refusal !== null) this.#rd.errorDestroy(refusal);
    this.#free();
  }

  close(): void {
    for (const _ of this.closing()) this.waiter.wait(ANSWER_POLL_MS);
  }

  abandon(): void {
    this.records.release();
    this.#free();
  }

  #free(): void {
    this.#readLog();
    if (this.#isStuck) return;
    this.rebalances.close();
    this.#rd.queueDestroy(this.#queue);
    closeClient(this.#client);
    this.waiter.close();
  }
}
