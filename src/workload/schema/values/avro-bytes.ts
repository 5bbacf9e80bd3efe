/** Parts of values as Avro bytes; they allocate. */
import { type NumberWriter, writeAvroLong } from './numbers.ts';

/** Items with their count, and the end of the list. */
export function avroBlock(items: readonly Uint8Array[]): Uint8Array {
  const count = items.length === 0 ? [] : [avroLong(items.length)];
  return Buffer.concat([...count, ...items, Uint8Array.of(0)]);
}

/** A zigzag varint. */
export function avroLong(value: number | bigint): Uint8Array {
  const bytes = Buffer.alloc(10);
  const number = Number(value);
  if (Number.isSafeInteger(number)) return bytes.subarray(0, writeAvroLong(bytes, 0, number));
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  let at = 0;
  for (; rest >= 128n; rest >>= 7n) bytes[at++] = Number(rest & 127n) | 128;
  bytes[at++] = Number(rest);
  return bytes.subarray(0, at);
}

/** Big-endian, in as few bytes as it takes, or in `size` of them. */
export function twosComplement(value: bigint, size: number | undefined): Uint8Array {
  let length = size ?? 1;
  if (size === undefined) while (BigInt.asIntN(length * 8, value) !== value) length++;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex');
}

export function written({ bytesMax, write }: NumberWriter, value: number): Uint8Array {
  const bytes = new Uint8Array(bytesMax);
  return bytes.subarray(0, write(bytes, 0, value));
}

export function uuidBytes(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}
