/** One batch of `rd_kafka_message_t`, read where they lie through windows; owns the messages until `release`. */
import koffi from 'koffi';
import type { ConsumedRecords, HeaderName, RecordHeader } from '../consumer.ts';
import { type Librdkafka, type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';
import { NativeWindows, WINDOW_ELEMENTS } from './native-windows.ts';

/** Above this a poll gains nothing, and as many records are held in librdkafka's memory. */
export const RECORDS_PER_POLL = 4_096;
const TWO_32 = 2 ** 32;
/** Elements of Int32Array between the start of `rd_kafka_message_t` and its fields. */
const FIELD = { error: 0, topic: 2, partition: 4, value: 6, valueLength: 8, key: 10, keyLength: 12, offset: 14 };
/**
 * The timestamp in librdkafka's own struct around it, `rd_kafka_msg_t` (rdkafka_msg.h), which is not public: every batch
 * compares it once with what `rd_kafka_message_timestamp` gives, which costs a call a record.
 */
const TIMESTAMP_ELEMENT = 24;
/** Elements of a message that are read. */
const ELEMENTS = TIMESTAMP_ELEMENT + 2;
/** _PARTITION_EOF: not an error, there is nothing more for now. */
const PARTITION_EOF = -191;

/** What comes among the records of a queue. */
export interface QueueListener {
  onError(code: number, text: string): void;
  /** Everything below `offset` was read; only with `enable.partition.eof`. */
  onEnd?(topic: string, partition: number, offset: number): void;
}

export class ConsumedMessages implements ConsumedRecords {
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
  /** Addresses of values and keys, by record: two words each, the low one first. */
  readonly #values = new Uint32Array(2 * RECORDS_PER_POLL);
  readonly #keys = new Uint32Array(2 * RECORDS_PER_POLL);
  #taken = 0;
  /** Whether TIMESTAMP_ELEMENT holds for these records; undefined: not looked at yet. */
  #readsTimestamps: boolean | undefined;
  /** Out parameters of `locateHeader`: the headers' address, the value's, its size. */
  readonly #header: NativeBuffer = nativeBuffer(24);
  readonly #headerWords = new Uint32Array(this.#header.bytes.buffer);
  readonly #valueOut = this.#header.address + 8n;
  readonly #sizeOut = this.#header.address + 16n;
  #headerName: HeaderName | undefined;
  #headerNameAt: Pointer = 0n;
  /** Records before this one are stored, or cannot be. */
  #stored = 0;

  constructor(rd: Librdkafka) {
    this.#rd = rd;
  }

  /** Fills the arrays with what the queue has now and returns how many records that are. */
  take(queue: Pointer, recordsMax: number, listener: QueueListener): number {
    this.#taken = Math.max(0, Number(this.#rd.consumeBatch(queue, 0, this.#pointers.address, recordsMax)));
    // A topic's address stands for it only as long as its messages are held.
    const topics = new Map<number, string>();
    const { topic, partition, offset, keyLength, valueLength } = this;
    const words = this.#words;
    const places = this.#place;
    const values = this.#values;
    const keys = this.#keys;
    let topicLo = 0;
    let topicHi = 0;
    let topicName = '';
    let number = -1;
    let window = this.#window;
    let count = 0;
    for (let place = 0; place < this.#taken; place++) {
      const lo = words[2 * place]!;
      const hi = words[2 * place + 1]!;
      const own = NativeWindows.number(hi, lo);
      if (own !== number) {
        window = this.#windows.open(own);
        number = own;
      }
      let at = NativeWindows.element(lo);
      if (at + ELEMENTS > WINDOW_ELEMENTS) {
        // It lies across the window's end: rare, and then a copy of it does.
        window = this.#copy(place);
        number = -1;
        at = 0;
      }
      if (window[at + FIELD.topic] !== topicLo || window[at + FIELD.topic + 1] !== topicHi) {
        topicLo = window[at + FIELD.topic]!;
        topicHi = window[at + FIELD.topic + 1]!;
        topicName =
          topicLo === 0 && topicHi === 0 ? '' : this.#topicAt((topicHi >>> 0) * TWO_32 + (topicLo >>> 0), topics);
      }
      const offsetOf = window[at + FIELD.offset + 1]! * TWO_32 + (window[at + FIELD.offset]! >>> 0);
      const code = window[at + FIELD.error]!;
      if (code !== 0) {
        if (code === PARTITION_EOF) listener.onEnd?.(topicName, window[at + FIELD.partition]!, offsetOf);
        else listener.onError(code, this.#errorText(place, code));
        continue;
      }
      places[count] = place;
      topic[count] = topicName;
      partition[count] = window[at + FIELD.partition]!;
      offset[count] = offsetOf;
      const keyLo = window[at + FIELD.key]!;
      const keyHi = window[at + FIELD.key + 1]!;
      keys[2 * count] = keyLo;
      keys[2 * count + 1] = keyHi;
      keyLength[count] = keyLo !== 0 || keyHi !== 0 ? window[at + FIELD.keyLength]! : -1;
      const valueLo = window[at + FIELD.value]!;
      const valueHi = window[at + FIELD.value + 1]!;
      values[2 * count] = valueLo;
      values[2 * count + 1] = valueHi;
      valueLength[count] = valueLo !== 0 || valueHi !== 0 ? window[at + FIELD.valueLength]! : -1;
      count++;
    }
    this.#readsTimestamps = undefined;
    return count;
  }

  timestampMs(i: number): number {
    const place = this.#place[i]!;
    if (this.#readsTimestamps === undefined) {
      this.#readsTimestamps = this.#long(place, TIMESTAMP_ELEMENT) === this.#askTimestamp(place);
    }
    return Math.max(0, this.#readsTimestamps ? this.#long(place, TIMESTAMP_ELEMENT) : this.#askTimestamp(place));
  }

  #askTimestamp(place: number): number {
    return Number(this.#rd.messageTimestamp(this.#message(place), null));
  }

  locateValue(i: number): number {
    const length = this.valueLength[i]!;
    return length < 0 ? -1 : this.#windows.locate(this.#values[2 * i + 1]!, this.#values[2 * i]!, length);
  }

  locateKey(i: number): number {
    const length = this.keyLength[i]!;
    return length < 0 ? -1 : this.#windows.locate(this.#keys[2 * i + 1]!, this.#keys[2 * i]!, length);
  }

  locateHeader(i: number, name: HeaderName, length: number): number {
    if (name !== this.#headerName) {
      this.#headerName = name;
      this.#headerNameAt = koffi.address(name.bytes);
    }
    const words = this.#headerWords;
    if (this.#rd.headersOf(this.#address(this.#place[i]!), this.#header.address) !== 0) return -1;
    const headers = words[1]! * TWO_32 + words[0]!;
    if (this.#rd.lastHeader(headers, this.#headerNameAt, this.#valueOut, this.#sizeOut) !== 0) return -1;
    if (words[4] !== length || words[5] !== 0 || (words[2] === 0 && words[3] === 0)) return -1;
    return this.#windows.locate(words[3]!, words[2]!, length);
  }

  get located(): Uint8Array {
    return this.#windows.located;
  }

  key(i: number): Uint8Array | null {
    return this.#bytes(this.#keys, i, this.keyLength[i]!);
  }

  value(i: number): Uint8Array | null {
    return this.#bytes(this.#values, i, this.valueLength[i]!);
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

  /**
   * Returns how many of the first `count` that were not stored cannot be: where a partition was taken from this member
   * meanwhile, whoever has it now reads these records again.
   */
  storeOffsets(count: number): number {
    const byPartition = new Map<string, { last: number; records: number }>();
    for (let i = this.#stored; i < count; i++) {
      const partition = `${this.partition[i]} ${this.topic[i]}`;
      byPartition.set(partition, { last: i, records: (byPartition.get(partition)?.records ?? 0) + 1 });
    }
    this.#stored = count;
    let lost = 0;
    for (const { last, records } of byPartition.values()) {
      const error = this.#rd.offsetStoreMessage(this.#message(this.#place[last]!));
      if (error === null) continue;
      this.#rd.errorDestroy(error);
      lost += records;
    }
    return lost;
  }

  release(): void {
    const { messageDestroy } = this.#rd;
    for (let place = 0; place < this.#taken; place++) messageDestroy(this.#address(place));
    this.#taken = 0;
    this.#stored = 0;
  }

  /** As a number: a BigInt each would be garbage each. Addresses are below 2^53. */
  #address(place: number): number {
    return this.#words[2 * place + 1]! * TWO_32 + this.#words[2 * place]!;
  }

  #message(place: number): Pointer {
    return this.#addresses[place]!;
  }

  /** The elements of a message that lies across the end of its window. */
  #copy(place: number): Int32Array {
    return Int32Array.from({ length: ELEMENTS }, (_, field) => this.#word(place, field));
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

  #bytes(addresses: Uint32Array, i: number, length: number): Uint8Array | null {
    return length < 0 ? null : this.#windows.bytes(addresses[2 * i + 1]!, addresses[2 * i]!, length);
  }

  #topicAt(address: number, topics: Map<number, string>): string {
    let name = topics.get(address);
    if (name === undefined) {
      name = this.#rd.topicName(BigInt(address));
      topics.set(address, name);
    }
    return name;
  }

  /** An error message carries its text as payload, where it has one. */
  #errorText(place: number, code: number): string {
    const length = this.#word(place, FIELD.valueLength);
    const lo = this.#word(place, FIELD.value) >>> 0;
    const hi = this.#word(place, FIELD.value + 1) >>> 0;
    if (length <= 0 || (lo === 0 && hi === 0)) return this.#rd.errorText(code);
    return Buffer.from(this.#windows.bytes(hi, lo, length)).toString('utf8');
  }
}
