/** Checks records against their schema before the first one is sent, with an independent Avro implementation (avsc). */

import { LoadError } from '../errors.ts';
import type { AvroRecordSchema, RecordIdentity } from './definition.ts';
import { WIRE_HEADER_BYTES } from './encoding/avro.ts';
import { avroType } from './encoding/avsc-type.ts';
import { definitionOf } from './loaded-definition.ts';
import type { RecordPlan } from './record-plan.ts';
import { openEncoder } from './workload.ts';

const RECORDS = 100;
/** Last index checked if only time ends the run. */
const COUNT_MAX = 1e9;

/**
 * Checks a hundred clean records spread over the run, including the first and the last; the same code writes the
 * others.
 *
 * @param count messages of the scenario: 0 if its share rounds to none, Infinity if only time bounds it.
 * @throws LoadError RECORD_INVALID, exit code 1, for the first record that does not match its schema.
 */
export function checkRecords(record: RecordPlan, identity: RecordIdentity, count: number): void {
  const { avroSchema: schema } = definitionOf(record.workload);
  if (schema === null || count === 0) return;
  const check = record.format === 'avro' ? avroCheck(schema) : jsonCheck(schema);
  const { anomalies: _, ...clean } = record;
  const encode = openEncoder(clean, identity);
  const last = Math.min(count, COUNT_MAX) - 1;
  const indexes = new Set(Array.from({ length: RECORDS }, (_, k) => Math.floor((last * k) / (RECORDS - 1))));
  const nowMs = Date.now();
  for (const index of indexes) {
    const { payload } = encode(index, nowMs);
    try {
      check(payload!);
    } catch (cause) {
      const message = `record ${index} of ${identity.scenario} does not match its schema: ${(cause as Error).message}`;
      const hint = `nothing was sent; seed ${identity.seed} and this index make it again`;
      throw new LoadError('RECORD_INVALID', message, { hint, cause });
    }
  }
}

/** Throws for a payload that is not exactly one record of the schema. */
export function avroCheck(schema: AvroRecordSchema): (payload: Uint8Array) => void {
  const type = avroType(schema);
  return (payload) => {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    if (bytes[0] !== 0) throw new Error(`it begins with byte ${bytes[0]}, not with 0`);
    type.fromBuffer(bytes.subarray(WIRE_HEADER_BYTES));
  };
}

/** Throws for a payload that is not JSON, or has fields missing from the schema. */
export function jsonCheck({ fields }: Partial<AvroRecordSchema>): (payload: Uint8Array) => void {
  const known = new Set(fields?.map(({ name }) => name));
  return (payload) => {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    if (fields === undefined) return;
    if (typeof value !== 'object' || value === null) throw new Error('it is not an object');
    for (const name of Object.keys(value)) if (!known.has(name)) throw new Error(`unknown field ${name}`);
  };
}
