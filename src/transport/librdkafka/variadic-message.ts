/**
 * One message for `rd_kafka_produceva`, the call that takes headers and timestamps: an array of `rd_kafka_vu_t`
 * (72 bytes each: type at 0, value at 8), prepared once and refilled for each message.
 */
import type { MessageBatch } from '../message-batch.ts';
import { type NativeBuffer, nativeBuffer, type Pointer } from './library.ts';

const VU_BYTES = 72;
const VTYPE = { topic: 2, partition: 3, value: 4, key: 5, opaque: 6, flags: 7, timestamp: 8, header: 9 } as const;
const FLAG_COPY = 0x2;
/** Places of the elements that change from message to message. */
const PARTITION = 2;
const VALUE = 3;
const KEY = 4;
const OPAQUE = 5;
const TIMESTAMP = 6;
const FIXED = 7;
const TWO_32 = 2 ** 32;
/** Big-endian, at the end of a mark. */
const INDEX_BYTES = 6;

/** A header of one value for each message: `head`, then the message's index as 6 bytes, big-endian. */
export interface MarkHeader {
  readonly name: string;
  readonly head: Uint8Array;
}

export class VariadicMessage {
  readonly count: number;
  readonly #elements: NativeBuffer;
  readonly #view: DataView;
  /** Header names and values that the elements point at. */
  readonly #texts: NativeBuffer[] = [];
  /** The index in the value of the mark's header. */
  readonly #markIndex: DataView | undefined;

  constructor(topic: Pointer, headers: Readonly<Record<string, string>>, mark?: MarkHeader) {
    const entries = Object.entries(headers);
    this.count = FIXED + entries.length + (mark === undefined ? 0 : 1);
    this.#elements = nativeBuffer(this.count * VU_BYTES);
    this.#view = new DataView(this.#elements.bytes.buffer);
    this.#type(0, VTYPE.topic);
    this.#view.setBigUint64(8, topic, true);
    this.#type(1, VTYPE.flags);
    this.#view.setInt32(VU_BYTES + 8, FLAG_COPY, true);
    this.#type(PARTITION, VTYPE.partition);
    this.#type(VALUE, VTYPE.value);
    this.#type(KEY, VTYPE.key);
    this.#type(OPAQUE, VTYPE.opaque);
    this.#type(TIMESTAMP, VTYPE.timestamp);
    entries.forEach(([name, value], index) => {
      this.#header(FIXED + index, name, Buffer.from(value, 'utf8'));
    });
    if (mark !== undefined) {
      const value = this.#header(
        FIXED + entries.length,
        mark.name,
        Buffer.concat([mark.head, Buffer.alloc(INDEX_BYTES)]),
      );
      this.#markIndex = new DataView(value.bytes.buffer, mark.head.length);
    }
  }

  get address(): Pointer {
    return this.#elements.address;
  }

  #type(element: number, type: number): void {
    this.#view.setInt32(element * VU_BYTES, type, true);
  }

  /** Returns the memory of its value. */
  #header(element: number, name: string, value: Uint8Array): NativeBuffer {
    this.#type(element, VTYPE.header);
    const at = element * VU_BYTES + 8;
    const memory = this.#terminated(value);
    this.#view.setBigUint64(at, this.#terminated(Buffer.from(name, 'utf8')).address, true);
    this.#view.setBigUint64(at + 8, memory.address, true);
    this.#view.setBigInt64(at + 16, BigInt(value.length), true);
    return memory;
  }

  #terminated(bytes: Uint8Array): NativeBuffer {
    const memory = nativeBuffer(bytes.length + 1);
    memory.bytes.set(bytes);
    this.#texts.push(memory);
    return memory;
  }

  /**
   * Takes payload, key and slot from place j of the batch; a timestamp of 0 leaves it to the client.
   * @param index of the message in its lane; only with a mark.
   */
  fill(partition: number, batch: MessageBatch, j: number, timestampMs: number, index = 0): void {
    const view = this.#view;
    view.setInt32(PARTITION * VU_BYTES + 8, partition, true);
    this.#memory(VALUE, batch.payloadAddress(j), batch.payloadLength(j));
    this.#memory(KEY, batch.keyAddress(j), batch.keyLength(j));
    view.setUint32(OPAQUE * VU_BYTES + 8, batch.slot(j), true);
    this.#number(TIMESTAMP * VU_BYTES + 8, timestampMs);
    if (this.#markIndex !== undefined) {
      this.#markIndex.setUint16(0, Math.floor(index / TWO_32));
      this.#markIndex.setUint32(2, index >>> 0);
    }
  }

  #memory(element: number, address: number, length: number): void {
    const at = element * VU_BYTES + 8;
    this.#number(at, address);
    this.#number(at + 8, length);
  }

  /** A whole number up to 2^53 as 64 bits. */
  #number(at: number, value: number): void {
    const whole = Math.floor(value);
    this.#view.setUint32(at, whole >>> 0, true);
    this.#view.setUint32(at + 4, Math.floor(whole / TWO_32), true);
  }
}
