/** A member of a consumer group, through librdkafka: records come in batches and are read where they lie. */
import { setImmediate } from 'node:timers/promises';
import { LoadError } from '../../errors.ts';
import type { ConsumedRecords, Consumer } from '../consumer.ts';
import type { LogSink } from '../transport.ts';
import { type Client, closeClient, EVENT, logLineOf, openClient } from './client.ts';
import { ConsumedMessages, RECORDS_PER_POLL } from './consumed-messages.ts';
import { callAsync, type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { QueueWaiter } from './queue-waiter.ts';

export interface ConsumerOptions {
  /** librdkafka's names; `group.id` is among them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly string[];
  readonly onLog: LogSink;
}

/**
 * For groups on the embedded cluster: after a member has come, left or died it waits for the session's length less a
 * second before the others go on (rdkafka_mock_cgrp.c), 44 seconds at librdkafka's default. Not shorter than a busy
 * machine may keep a process waiting: a member that is missed for so long is given its records a second time.
 */
export const EMBEDDED_GROUP_PROPERTIES = { 'session.timeout.ms': '3000', 'heartbeat.interval.ms': '500' };

/** The same for a group of one reader, to which nobody comes back: it is only waited for by itself. */
export const EMBEDDED_READER_PROPERTIES = { 'session.timeout.ms': '10000', 'heartbeat.interval.ms': '500' };

const ANY_PARTITION = -1;
/** Nothing was finished since the last commit. */
const NO_OFFSET = -168;
/**
 * What waiting does not mend: UNKNOWN_TOPIC_OR_PART, INVALID_GROUP_ID, TOPIC_, GROUP_ and CLUSTER_AUTHORIZATION_FAILED,
 * _AUTO_OFFSET_RESET (`auto.offset.reset: error`), _FATAL.
 */
const FINAL = new Set([3, 24, 29, 30, 31, -140, -150]);

export class LibrdkafkaConsumer implements Consumer {
  readonly #rd: Librdkafka = librdkafka();
  readonly #client: Client;
  /** Records, and all that the client wants done between them. */
  readonly #queue: Pointer;
  readonly #waiter: QueueWaiter;
  readonly #onLog: LogSink;
  readonly #messages: ConsumedMessages;
  #failure: LoadError | undefined;

  constructor({ properties, topics, onLog }: ConsumerOptions) {
    // What was fetched is not yet finished: `finish` says what a commit may cover.
    const owned = { 'enable.auto.offset.store': 'false' };
    this.#client = openClient({ ...properties, ...owned }, EVENT.log, 'consumer');
    this.#onLog = onLog;
    const { handle } = this.#client;
    this.#rd.pollSetConsumer(handle);
    this.#queue = this.#rd.queueConsumer(handle);
    this.#waiter = new QueueWaiter([this.#queue]);
    this.#messages = new ConsumedMessages(this.#rd);
    const list: Pointer = this.#rd.partitionListNew(topics.length);
    for (const topic of topics) this.#rd.partitionListAdd(list, topic, ANY_PARTITION);
    const code: number = this.#rd.subscribe(handle, list);
    this.#rd.partitionListDestroy(list);
    if (code !== 0) this.#failure = this.#failed(code, this.#rd.errorText(code));
  }

  get records(): ConsumedRecords {
    return this.#messages;
  }

  async poll(timeoutMs: number, recordsMax = RECORDS_PER_POLL): Promise<number> {
    this.#messages.release();
    this.#readLog();
    if (this.#failure !== undefined) throw this.#failure;
    const ready = this.#take(recordsMax);
    if (ready > 0) {
      await setImmediate();
      return ready;
    }
    await this.#waiter.waitAsync(timeoutMs);
    return this.#take(recordsMax);
  }

  #take(recordsMax: number): number {
    return this.#messages.take(this.#queue, Math.min(recordsMax, RECORDS_PER_POLL), (code, text) => {
      if (FINAL.has(code)) this.#failure ??= this.#failed(code, text);
      else this.#onLog({ level: 3, facility: this.#rd.errorName(code), message: text });
    });
  }

  #failed(code: number, text: string): LoadError {
    return new LoadError('CONSUME', `reading cannot go on: ${text} (${this.#rd.errorName(code)})`);
  }

  #readLog(): void {
    for (;;) {
      const event = this.#rd.queuePoll(this.#client.queue, 0);
      if (event === null) return;
      const line = logLineOf(event);
      if (line !== undefined) this.#onLog(line);
      this.#rd.eventDestroy(event);
    }
  }

  finish(count: number): void {
    this.#messages.storeOffsets(count);
  }

  finishBefore(topic: string, partition: number, offset: number): void {
    const list: Pointer = this.#rd.partitionListNew(1);
    this.#rd.partitionListAdd(list, topic, partition);
    this.#rd.partitionListSetOffset(list, topic, partition, offset);
    this.#rd.offsetsStore(this.#client.handle, list);
    this.#rd.partitionListDestroy(list);
  }

  async commit(): Promise<void> {
    const code = await callAsync<number>(this.#rd.commit, this.#client.handle, null, 0);
    if (code === 0 || code === NO_OFFSET) return;
    throw new LoadError('COMMIT', `the offsets cannot be committed: ${this.#rd.errorText(code)}`, {
      hint: 'the next reader of this group gets the last records once more',
    });
  }

  async close(): Promise<void> {
    this.#messages.release();
    await callAsync<number>(this.#rd.consumerClose, this.#client.handle);
    this.#readLog();
    this.#rd.queueDestroy(this.#queue);
    closeClient(this.#client);
    this.#waiter.close();
  }
}
