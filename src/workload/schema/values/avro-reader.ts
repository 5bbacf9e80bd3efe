/**
 * Decodes Avro bytes to exact plain data: longs beyond 2^53 are bigints, decimals JsonNumbers, bytes and fixed
 * Buffers, UUIDs text, durations objects; union values without the branch name.
 */
import { decimalNumber, JsonNumber } from '../../encoding/exact-json.ts';
import type { AvroNode, FixedNode, PrimitiveNode, UnionNode } from '../reading/avro-node.ts';
import type { Duration } from './plain-value.ts';

/** Limits zero-byte items such as nulls: a corrupt count could exhaust memory. */
const ITEMS_MAX = 2 ** 24;

/** @throws Error if the bytes are not exactly one value of the type. */
export function readAvro(node: AvroNode, bytes: Buffer): unknown {
  const reader = new AvroReader(bytes);
  const value = reader.read(node);
  if (reader.at !== bytes.length) throw new Error(`${bytes.length - reader.at} bytes are left over`);
  return value;
}

class AvroReader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(node: AvroNode): unknown {
    switch (node.kind) {
      case 'null':
        return null;
      case 'boolean':
        return this.#byte() !== 0;
      case 'int':
      case 'long':
        return this.#long();
      case 'float':
        return shortest(this.#bytes.readFloatLE(this.#pass(4)));
      case 'double':
        return this.#bytes.readDoubleLE(this.#pass(8));
      case 'string':
        return this.#text();
      case 'bytes':
        return binaryValue(node, this.#take(this.#count()));
      case 'fixed':
        return binaryValue(node, this.#take(node.size));
      case 'enum':
        return this.#one(node.symbols, 'symbol');
      case 'union':
        return this.#union(node);
      case 'array': {
        const items: unknown[] = [];
        this.#blocks(() => items.push(this.read(node.items)));
        return items;
      }
      case 'map': {
        const map: Record<string, unknown> = {};
        this.#blocks(() => setOwn(map, this.#text(), this.read(node.values)));
        return map;
      }
      case 'record': {
        const record: Record<string, unknown> = {};
        for (const field of node.fields) setOwn(record, field.name, this.read(field.node));
        return record;
      }
    }
  }

  /** If plain JSON would be read as another branch, uses an unambiguous form if there is one. */
  #union(node: UnionNode): unknown {
    const branch = this.#one(node.branches, 'branch');
    const value = this.read(branch);
    const has = (...kinds: readonly AvroNode['kind'][]) => node.branches.some(({ kind }) => kinds.includes(kind));
    if (typeof value === 'bigint' && has('string', 'enum', 'bytes', 'fixed')) return new JsonNumber(String(value));
    const isWhole = branch.kind === 'int' || branch.kind === 'long';
    const digits = Object.is(value, -0) ? '-0' : String(value);
    const isNumber = typeof value === 'number' || value instanceof JsonNumber;
    return isNumber && !isWhole && has('int', 'long') && /^-?\d+$/.test(digits) ? new PointedNumber(digits) : value;
  }

  #one<T>(list: readonly T[], what: string): T {
    const index = this.#long();
    const one = list[Number(index)];
    if (one === undefined) throw new Error(`there is no ${what} ${index}`);
    return one;
  }

  #blocks(item: () => void): void {
    for (let total = 0; ; ) {
      const count = Number(this.#long());
      if (count === 0) return;
      if (count < 0) this.#long();
      total += Math.abs(count);
      if (total > ITEMS_MAX) throw new Error(`a list of more than ${ITEMS_MAX} items`);
      for (let i = Math.abs(count); i > 0; i--) item();
    }
  }

  #count(): number {
    const count = Number(this.#long());
    if (count < 0) throw new Error(`a length of ${count}`);
    return count;
  }

  /** Consumes bytes and returns where they start. */
  #pass(length: number): number {
    const from = this.at;
    this.at += length;
    if (this.at > this.#bytes.length) throw new Error('they end too soon');
    return from;
  }

  #byte(): number {
    return this.#bytes[this.#pass(1)]!;
  }

  #take(length: number): Buffer {
    const from = this.#pass(length);
    return this.#bytes.subarray(from, this.at);
  }

  #text(): string {
    const from = this.#pass(this.#count());
    return this.#bytes.toString('utf8', from, this.at);
  }

  /** A zigzag varint. */
  #long(): number | bigint {
    let [zigzag, factor] = [0, 1];
    // Seven bytes are exact in a double.
    for (let i = 0; i < 7; i++, factor *= 128) {
      const byte = this.#byte();
      zigzag += (byte & 127) * factor;
      if (byte < 128) return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
    }
    let [large, shift] = [BigInt(zigzag), 49n];
    for (let byte = 128; byte >= 128; shift += 7n) {
      if (shift > 63n) throw new Error('a number of more than 64 bits');
      byte = this.#byte();
      large |= BigInt(byte & 127) << shift;
    }
    const value = BigInt.asIntN(64, (large >> 1n) ^ -(large & 1n));
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
}

/** Digits with a decimal point in JSON, where they would otherwise read as int or long; a key has only the digits. */
class PointedNumber extends JsonNumber {
  constructor(digits: string) {
    super(`${digits}.0`);
  }

  override toString(): string {
    return this.text.slice(0, -'.0'.length);
  }
}

/** `__proto__` is a valid field name. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

function binaryValue({ logical }: FixedNode | PrimitiveNode, bytes: Buffer): unknown {
  if (logical?.type === 'decimal') {
    const unscaled = bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
    return decimalNumber(unscaled, logical.scale);
  }
  if (logical?.type === 'uuid') {
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  if (logical?.type !== 'duration') return bytes;
  const [months, days, milliseconds] = [0, 4, 8].map((at) => bytes.readUInt32LE(at));
  return { months, days, milliseconds } as Duration;
}

/** The double with the fewest digits that is this float: 0.1, not 0.10000000149011612. */
export function shortest(float: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(float.toPrecision(digits));
    if (Object.is(Math.fround(rounded), float)) return rounded;
  }
  return float;
}
