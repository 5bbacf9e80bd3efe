/**
 * Avro object container files (Avro specification 1.11, "Object Container Files") of pre-encoded records:
 *
 *   Obj 1 | map of metadata | sync marker | block*      block = count | bytes | records | sync marker
 */
import { avroString, avroStringLength } from './avro.ts';

const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 1);
const END_OF_MAP = Uint8Array.of(0);

/** @param schema JSON text. @param marker the 16-byte sync marker. */
export function containerHeader(schema: string, marker: Uint8Array): Uint8Array {
  const metadata = { 'avro.schema': schema, 'avro.codec': 'null' };
  // Avro writes bytes (the map's values) like strings.
  const entries = Object.entries(metadata).flatMap(([name, value]) => [avroString(name), avroString(value)]);
  return Buffer.concat([MAGIC, count(entries.length / 2), ...entries, END_OF_MAP, marker]);
}

/** @param records Avro binary without the wire format header. */
export function containerBlock(records: readonly Uint8Array[], marker: Uint8Array): Uint8Array {
  const bytes = records.reduce((sum, record) => sum + record.length, 0);
  return Buffer.concat([count(records.length), count(bytes), ...records, marker]);
}

/** A non-negative long is encoded like a string length. */
const count = avroStringLength;
