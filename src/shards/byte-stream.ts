/** Bytes that grow, and how they are read again: LEB128 varints of counts up to 2^53, float64, texts. */

export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A whole number, 0 to 2^53. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    // Shifts work on 32 bits: what is longer is divided until it fits.
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** For numbers of eight bytes: a view of each message would take longer to make than its numbers to read. */
const eight = new Uint8Array(8);
const float = new Float64Array(eight.buffer);

export class ByteReader {
  source!: Uint8Array;
  #end!: number;
  /** Of the next byte, for who reads bytes of `source` itself. */
  at = 0;

  constructor(source: Uint8Array = new Uint8Array()) {
    this.open(source);
  }

  open(source: Uint8Array, end = source.length): void {
    this.source = source;
    this.#end = end;
    this.at = 0;
  }

  /** @throws RangeError where the bytes end before it does. */
  varint(): number {
    const { source } = this;
    const first = source[this.at]!;
    if (first < 128) {
      this.at++;
      return first;
    }
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = source[this.at++];
      if (byte === undefined) throw new RangeError('a message of a shard is cut off');
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  }

  float(): number {
    const { source, at } = this;
    for (let i = 0; i < 8; i++) eight[i] = source[at + i]!;
    this.at = at + 8;
    return float[0]!;
  }

  bytes(length: number): Uint8Array {
    if (this.at + length > this.#end) throw new RangeError('a message of a shard is cut off');
    const part = this.source.subarray(this.at, this.at + length);
    this.at += length;
    return part;
  }

  rest(): Uint8Array {
    return this.bytes(this.#end - this.at);
  }
}
