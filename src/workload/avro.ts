/** Avro binary encoding in the Confluent wire format: what generators with writers of their own are made of. */

/** Confluent wire format: magic byte 0 and the 4-byte big-endian schema id, before the Avro body. */
export const WIRE_HEADER_BYTES = 5;

export function wireHeader(schemaId: number): Uint8Array {
  const header = Buffer.alloc(WIRE_HEADER_BYTES);
  header.writeInt32BE(schemaId, 1);
  return Uint8Array.from(header);
}

/** A string: its length in bytes, then UTF-8. */
export function avroString(text: string): Uint8Array {
  const utf8 = Buffer.from(text);
  return Buffer.concat([avroStringLength(utf8.length), utf8]);
}

/** The length prefix of a string or of bytes: a zigzag varint. */
export function avroStringLength(bytes: number): Uint8Array {
  const prefix: number[] = [];
  let rest = bytes * 2;
  for (; rest >= 128; rest >>>= 7) prefix.push((rest & 127) | 128);
  return Uint8Array.from([...prefix, rest]);
}

const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);

/** A double, 8 bytes little-endian (the byte order of every platform librdkafka's addon is built for). */
export function writeAvroDouble(into: Uint8Array, at: number, value: number): number {
  double[0] = value;
  for (let i = 0; i < 8; i++) into[at + i] = doubleBytes[i]!;
  return at + 8;
}
