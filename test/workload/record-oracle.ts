/** Any place of any record, and what its bytes say, for the property tests of each workload. */

import avsc from 'avsc';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RecordIdentity, WorkloadDefinition } from '../../src/workload/definition.ts';
import { WIRE_HEADER_BYTES } from '../../src/workload/encoding/avro.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../src/workload/encoding/stamp.ts';
import type { RecordPlan } from '../../src/workload/record-plan.ts';

export const bodies = fc.oneof(fc.nat(1000), fc.maxSafeNat());
export const indexes = fc.integer({ min: 0, max: 1e12 - 1 });
export const times = fc.integer({ min: TIMESTAMP_MIN_MS, max: TIMESTAMP_MAX_MS });
export const formats = fc.constantFrom('avro' as const, 'json' as const);

const AT = 10;
const UNTOUCHED = 0xee;

export type Decode = (record: RecordPlan, body: number, index: number, timestampMs: number) => Record<string, unknown>;

/** Encodes one record, with room before and after it that must stay as it is, and decodes it again without our code. */
export function decoderOf(definition: WorkloadDefinition, identity: RecordIdentity): Decode {
  const type = avsc.Type.forSchema(definition.avroSchema as unknown as avsc.Schema);
  return (record, body, index, timestampMs) => {
    const generator = definition.open(record, identity);
    const into = Buffer.alloc(AT + generator.bytesMax + 10, UNTOUCHED);
    const end = generator.write(into, AT, body, index, timestampMs);
    expect(end - AT).toBeLessThanOrEqual(generator.bytesMax);
    const around = Buffer.concat([into.subarray(0, AT), into.subarray(end)]);
    expect(around.every((byte) => byte === UNTOUCHED)).toBe(true);
    const payload = into.subarray(AT, end);
    if (record.format === 'json') return JSON.parse(payload.toString());
    expect(payload[0]).toBe(0);
    expect(payload.readInt32BE(1)).toBe(record.schemaId);
    return { ...type.fromBuffer(payload.subarray(WIRE_HEADER_BYTES)) };
  };
}
