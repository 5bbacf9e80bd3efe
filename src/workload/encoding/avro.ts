/** Avro binary encoding in the Confluent wire format, for generators that write their records directly. */

/** Confluent wire format: magic byte 0 and the 4-byte big-endian schema id, before the Avro body. */
export const WIRE_HEADER_BYTES = 5;

export function wireHeader(schemaId: number): Uint8Array {
  const header = Buffer.alloc(WIRE_HEADER_BYTES);
  header.writeInt32BE(schemaId, 1);
  return Uint8Array.from(header);
}

/** A string: its length in bytes, then UTF-8. */
export function avroString(text: string): Uint8Array {
  const length = avroStringLength(Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(length.length + Buffer.byteLength(text));
  bytes.set(length);
  bytes.write(text, length.length);
  return bytes;
}

/** The length prefix of a string or of bytes. */
export function avroStringLength(bytes: number): Uint8Array {
  return avroInt(bytes);
}

/** An int or long from 0 to 2^30 - 1, as in a length or the number of a union's branch: a zigzag varint. */
export function avroInt(value: number): Uint8Array {
  const varint = new Uint8Array(AVRO_INT_BYTES_MAX);
  return varint.slice(0, writeAvroInt(varint, 0, value));
}

export const AVRO_INT_BYTES_MAX = 5;

/** `avroInt` straight into memory; returns its end. */
export function writeAvroInt(into: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value * 2;
  for (; rest >= 128; rest >>>= 7) into[at++] = (rest & 127) | 128;
  into[at++] = rest;
  return at;
}

/** A double, 8 bytes. */
export function avroDouble(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeAvroDouble(bytes, 0, value);
  return bytes;
}

const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);

/** A double, 8 bytes little-endian (the byte order of every platform librdkafka's addon is built for). */
export function writeAvroDouble(into: Uint8Array, at: number, value: number): number {
  double[0] = value;
  for (let i = 0; i < 8; i++) into[at + i] = doubleBytes[i]!;
  return at + 8;
}
