/** A member of a consumer group, through librdkafka: records come in batches and are read where they lie. */
import { setImmediate } from 'node:timers/promises';
import { LoadError } from '../../errors.ts';
import type { ConsumedRecords, Consumer, RecordHeader } from '../consumer.ts';
import type { LogSink } from '../transport.ts';
import { type Client, closeClient, EVENT, logLineOf, openClient } from './client.ts';
import { callAsync, type Librdkafka, librdkafka, type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';
import { NativeWindows, WINDOW_ELEMENTS } from './native-windows.ts';
import { QueueWaiter } from './queue-waiter.ts';

export interface ConsumerOptions {
  /** librdkafka's names; `group.id` is among them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly string[];
  readonly onLog: LogSink;
}

/**
 * For groups on the embedded cluster: after a member has left or died it waits for the session's length less a second
 * before the others go on (rdkafka_mock_cgrp.c), 44 seconds at librdkafka's default.
 */
export const EMBEDDED_GROUP_PROPERTIES = { 'session.timeout.ms': '2000', 'heartbeat.interval.ms': '500' };

const RECORDS_PER_POLL = 2_000;
const ANY_PARTITION = -1;
const TWO_32 = 2 ** 32;
/** Elements of Int32Array between the start of `rd_kafka_message_t` and its fields. */
const FIELD = { error: 0, topic: 2, partition: 4, value: 6, valueLength: 8, key: 10, keyLength: 12, offset: 14 };
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
  readonly #messages: Messages;
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
    this.#messages = new Messages(this.#rd);
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

/** One batch of `rd_kafka_message_t`, read through windows; owns the messages until `release`. */
class Messages implements ConsumedRecords {
  readonly capacity = RECORDS_PER_POLL;
  readonly topic: string[] = new Array<string>(RECORDS_PER_POLL).fill('');
  readonly partition = new Int32Array(RECORDS_PER_POLL);
  readonly offset = new Float64Array(RECORDS_PER_POLL);
  readonly keyLength = new Int32Array(RECORDS_PER_POLL);
  readonly valueLength = new Int32Array(RECORDS_PER_POLL);
  readonly #rd: Librdkafka;
  readonly #windows = new NativeWindows();
  readonly #pointers: NativeBuffer = nativeBuffer(RECORDS_PER_POLL * 8);
  readonly #words = new Uint32Array(this.#pointers.bytes.buffer);
  readonly #addresses = new BigUint64Array(this.#pointers.bytes.buffer);
  /** The window that was read last: neighbours mostly share it. */
  #window: Int32Array = new Int32Array(0);
  #number = -1;
  /** Places of `#pointers` that are records, in order; the others were errors. */
  readonly #place = new Int32Array(RECORDS_PER_POLL);
  #taken = 0;

  constructor(rd: Librdkafka) {
    this.#rd = rd;
  }

  /** Fills the arrays with what the queue has now and returns how many records that are. */
  take(queue: Pointer, recordsMax: number, onError: (code: number, text: string) => void): number {
    this.#taken = Math.max(0, Number(this.#rd.consumeBatch(queue, 0, this.#pointers.address, recordsMax)));
    // A topic's address stands for it only as long as its messages are held.
    const topics = new Map<number, string>();
    let count = 0;
    for (let place = 0; place < this.#taken; place++) {
      const code = this.#word(place, FIELD.error) | 0;
      if (code !== 0) {
        onError(code, this.#errorText(place, code));
        continue;
      }
      this.#place[count] = place;
      this.topic[count] = this.#topicOf(place, topics);
      this.partition[count] = this.#word(place, FIELD.partition);
      this.offset[count] = this.#long(place, FIELD.offset);
      this.keyLength[count] = this.#length(place, FIELD.key, FIELD.keyLength);
      this.valueLength[count] = this.#length(place, FIELD.value, FIELD.valueLength);
      count++;
    }
    return count;
  }

  timestampMs(i: number): number {
    return Number(this.#rd.messageTimestamp(this.#message(this.#place[i]!), null));
  }

  key(i: number): Uint8Array | null {
    return this.#bytes(i, FIELD.key, this.keyLength[i]!);
  }

  value(i: number): Uint8Array | null {
    return this.#bytes(i, FIELD.value, this.valueLength[i]!);
  }

  headers(i: number): readonly RecordHeader[] {
    const headers: [Pointer | null] = [null];
    if (this.#rd.messageHeaders(this.#message(this.#place[i]!), headers) !== 0) return [];
    const found: RecordHeader[] = [];
    for (;;) {
      const name: [string | null] = [null];
      const value: [Pointer | null] = [null];
      const size: [number] = [0];
      if (this.#rd.headerAt(headers[0], found.length, name, value, size) !== 0) return found;
      const at = value[0];
      const bytes =
        at === null ? null : this.#windows.bytes(Number(at >> 32n), Number(at & 0xffffffffn), Number(size[0]));
      found.push([name[0] ?? '', bytes]);
    }
  }

  /** Where a partition was taken from this member meanwhile, whoever has it now reads these records again. */
  storeOffsets(count: number): void {
    const last = new Map<string, number>();
    for (let i = 0; i < count; i++) last.set(`${this.partition[i]} ${this.topic[i]}`, i);
    for (const i of last.values()) {
      const error = this.#rd.offsetStoreMessage(this.#message(this.#place[i]!));
      if (error !== null) this.#rd.errorDestroy(error);
    }
  }

  release(): void {
    for (let place = 0; place < this.#taken; place++) this.#rd.messageDestroy(this.#message(place));
    this.#taken = 0;
  }

  #message(place: number): Pointer {
    return this.#addresses[place]!;
  }

  #word(place: number, field: number): number {
    const lo = this.#words[2 * place]!;
    const number = NativeWindows.number(this.#words[2 * place + 1]!, lo);
    const element = NativeWindows.element(lo) + field;
    if (element >= WINDOW_ELEMENTS) return this.#windows.read(number, element);
    if (number !== this.#number) {
      this.#window = this.#windows.open(number);
      this.#number = number;
    }
    return this.#window[element]!;
  }

  #long(place: number, field: number): number {
    return this.#word(place, field + 1) * TWO_32 + (this.#word(place, field) >>> 0);
  }

  #length(place: number, pointer: number, length: number): number {
    const isNull = this.#word(place, pointer) === 0 && this.#word(place, pointer + 1) === 0;
    return isNull ? -1 : this.#word(place, length);
  }

  #bytes(i: number, field: number, length: number): Uint8Array | null {
    if (length < 0) return null;
    const place = this.#place[i]!;
    return this.#windows.bytes(this.#word(place, field + 1) >>> 0, this.#word(place, field) >>> 0, length);
  }

  #topicOf(place: number, topics: Map<number, string>): string {
    const address = this.#long(place, FIELD.topic);
    let name = topics.get(address);
    if (name === undefined) {
      name = this.#rd.topicName(BigInt(address));
      topics.set(address, name);
    }
    return name;
  }

  /** An error message carries its text as payload, where it has one. */
  #errorText(place: number, code: number): string {
    const length = this.#length(place, FIELD.value, FIELD.valueLength);
    if (length <= 0) return this.#rd.errorText(code);
    const bytes = this.#windows.bytes(
      this.#word(place, FIELD.value + 1) >>> 0,
      this.#word(place, FIELD.value) >>> 0,
      length,
    );
    return Buffer.from(bytes).toString('utf8');
  }
}
