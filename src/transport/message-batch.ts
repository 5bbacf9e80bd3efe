/**
 * One batch of messages in librdkafka's own `rd_kafka_message_t` layout (64-bit), so that `rd_kafka_produce_batch`
 * takes it as it is:
 *
 *   byte    0    8    16         24       32   40   48       56      64    (72 bytes a message)
 *   field   err  rkt  partition  payload  len  key  key_len  offset  _private
 *
 * `_private` is never dereferenced by librdkafka: it carries our in-flight slot and comes back with the report.
 */
const MESSAGE_BYTES = 72;
const WORDS = MESSAGE_BYTES / 4;
const PAYLOAD = 6;
const PAYLOAD_LENGTH = 8;
const KEY = 10;
const KEY_LENGTH = 12;
const OPAQUE = 16;
const TWO_32 = 2 ** 32;
const PER_TWO_32 = 2 ** -32;

export class MessageBatch {
  readonly capacity: number;
  /** Shared memory: not moved or freed while the batch is referenced, so its address may be given away. */
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    const memory = new SharedArrayBuffer(capacity * MESSAGE_BYTES);
    this.bytes = new Uint8Array(memory);
    this.#words = new Uint32Array(memory);
  }

  /** Fills place j. Addresses are plain numbers (below 2^48); a length of -1 is a null value or key. */
  set(j: number, payload: number, length: number, key: number, keyLength: number, slot: number): void {
    const words = this.#words;
    const at = j * WORDS;
    const payloadAt = length < 0 ? 0 : payload;
    const payloadHigh = Math.floor(payloadAt * PER_TWO_32);
    words[at + PAYLOAD] = payloadAt - payloadHigh * TWO_32;
    words[at + PAYLOAD + 1] = payloadHigh;
    words[at + PAYLOAD_LENGTH] = Math.max(length, 0);
    words[at + OPAQUE] = slot;
    const keyAt = keyLength < 0 ? 0 : key;
    const keyHigh = Math.floor(keyAt * PER_TWO_32);
    words[at + KEY] = keyAt - keyHigh * TWO_32;
    words[at + KEY + 1] = keyHigh;
    words[at + KEY_LENGTH] = Math.max(keyLength, 0);
  }

  /** Place `from` takes over what stands in place `to` wants: used to close gaps before a retry. */
  copy(from: number, to: number): void {
    this.#words.copyWithin(to * WORDS, from * WORDS, (from + 1) * WORDS);
  }

  /** librdkafka's error of place j after a produce call; 0 when the message was accepted. */
  error(j: number): number {
    return this.#words[j * WORDS]! | 0;
  }

  setError(j: number, code: number): void {
    this.#words[j * WORDS] = code;
  }

  slot(j: number): number {
    return this.#words[j * WORDS + OPAQUE]!;
  }

  /** Payload address, length, key address and key length of place j, for a message that is produced on its own. */
  payloadAddress(j: number): number {
    return this.#words[j * WORDS + PAYLOAD]! + this.#words[j * WORDS + PAYLOAD + 1]! * TWO_32;
  }

  payloadLength(j: number): number {
    return this.#words[j * WORDS + PAYLOAD_LENGTH]!;
  }

  keyAddress(j: number): number {
    return this.#words[j * WORDS + KEY]! + this.#words[j * WORDS + KEY + 1]! * TWO_32;
  }

  keyLength(j: number): number {
    return this.#words[j * WORDS + KEY_LENGTH]!;
  }

  /** Byte offset of place j, for `rd_kafka_produce_batch` on part of the batch. */
  byteOffset(j: number): number {
    return j * MESSAGE_BYTES;
  }
}
