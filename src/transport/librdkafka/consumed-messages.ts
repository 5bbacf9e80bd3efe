/** One batch of `rd_kafka_message_t`, read where they lie through windows; owns the messages until `release`. */
import type { ConsumedRecords, RecordHeader } from '../consumer.ts';
import { type Librdkafka, type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';
import { NativeWindows, WINDOW_ELEMENTS } from './native-windows.ts';

export const RECORDS_PER_POLL = 2_000;
const TWO_32 = 2 ** 32;
/** Elements of Int32Array between the start of `rd_kafka_message_t` and its fields. */
const FIELD = { error: 0, topic: 2, partition: 4, value: 6, valueLength: 8, key: 10, keyLength: 12, offset: 14 };

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
  #taken = 0;
  /** Records before this one are stored, or cannot be. */
  #stored = 0;

  constructor(rd: Librdkafka) {
    this.#rd = rd;
  }

  /** A poll that leaves all that is in the queue, and the records that are held. */
  takeNone(queue: Pointer): void {
    this.#rd.consumeBatch(queue, 0, this.#pointers.address, 0);
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

  get located(): Uint8Array {
    return this.#windows.located;
  }

  locateValue(i: number): number {
    return this.#locate(i, FIELD.value, this.valueLength[i]!);
  }

  locateKey(i: number): number {
    return this.#locate(i, FIELD.key, this.keyLength[i]!);
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
    for (let place = 0; place < this.#taken; place++) this.#rd.messageDestroy(this.#message(place));
    this.#taken = 0;
    this.#stored = 0;
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

  #locate(i: number, field: number, length: number): number {
    if (length < 0) return -1;
    const place = this.#place[i]!;
    return this.#windows.locate(this.#word(place, field + 1) >>> 0, this.#word(place, field) >>> 0, length);
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
