/** Records of a log that is only memory, as a consumer gives them. */
import type { ConsumedRecords, HeaderName, RecordHeader } from '../../src/transport/consumer.ts';

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestampMs: number;
  readonly headers?: readonly RecordHeader[];
}

export class MemoryRecords implements ConsumedRecords {
  readonly capacity: number;
  readonly topic: string[] = [];
  readonly partition: Int32Array;
  readonly offset: Float64Array;
  readonly keyLength: Int32Array;
  readonly valueLength: Int32Array;
  located: Uint8Array = new Uint8Array(0);
  readonly #records: readonly LogRecord[];

  constructor(records: readonly LogRecord[]) {
    this.#records = records;
    this.capacity = records.length;
    this.topic = records.map(({ topic }) => topic);
    this.partition = Int32Array.from(records, ({ partition }) => partition);
    this.offset = Float64Array.from(records, ({ offset }) => offset);
    this.keyLength = Int32Array.from(records, ({ key }) => key?.length ?? -1);
    this.valueLength = Int32Array.from(records, ({ value }) => value?.length ?? -1);
  }

  timestampMs(i: number): number {
    return this.#records[i]!.timestampMs;
  }

  key(i: number): Uint8Array | null {
    return this.#records[i]!.key;
  }

  value(i: number): Uint8Array | null {
    return this.#records[i]!.value;
  }

  /** Not at the start of `located`, as in a window of native memory. */
  locateValue(i: number): number {
    return this.#locate(this.#records[i]!.value);
  }

  locateKey(i: number): number {
    return this.#locate(this.#records[i]!.key);
  }

  locateHeader(i: number, { text }: HeaderName, length: number): number {
    const value = this.headers(i).findLast(([name]) => name === text)?.[1] ?? null;
    return value?.length === length ? this.#locate(value) : -1;
  }

  #locate(bytes: Uint8Array | null): number {
    if (bytes === null) return -1;
    this.located = new Uint8Array(bytes.length + 7);
    this.located.set(bytes, 3);
    return 3;
  }

  headers(i: number): readonly RecordHeader[] {
    return this.#records[i]!.headers ?? [];
  }
}
