/** Data made once per process: by the main thread, for the workers it starts later. */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** @param make returns plain data; a SharedArrayBuffer in it exists once for all threads. */
export function sharedData<T>(key: string, make: () => T): T {
  const known = getEnvironmentData(key);
  if (known !== undefined) return known as unknown as T;
  const made = make();
  setEnvironmentData(key, made as never);
  return made;
}

/** Many byte strings in one shared buffer; a `start` of -1 marks a missing one. */
export interface PackedBytes {
  readonly bytes: Uint8Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** The same memory as a Buffer: structured clone turns a Buffer into a Uint8Array. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Collects byte strings; null marks a missing one. */
export class BytesPacker {
  #bytes: Buffer;
  #used = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(room = 65_536) {
    this.#bytes = Buffer.allocUnsafeSlow(room);
  }

  /** Bytes collected so far. */
  get used(): number {
    return this.#used;
  }

  add(bytes: Uint8Array | null): void {
    if (bytes === null) {
      this.#starts.push(-1);
      this.#ends.push(-1);
      return;
    }
    while (this.#used + bytes.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#used);
    this.#starts.push(this.#used);
    this.#used += bytes.length;
    this.#ends.push(this.#used);
  }

  pack(): PackedBytes {
    const bytes = sharedBuffer(this.#used);
    this.#bytes.copy(bytes, 0, 0, this.#used);
    return { bytes, start: sharedInts(this.#starts), end: sharedInts(this.#ends) };
  }
}

export function sharedBuffer(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes));
}

export function sharedInts(values: readonly number[]): Int32Array {
  const ints = new Int32Array(new SharedArrayBuffer(values.length * 4));
  ints.set(values);
  return ints;
}
