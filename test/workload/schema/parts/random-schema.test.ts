import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson, plainJson } from '../../../../src/workload/encoding/exact-json.ts';
import type { RecordPlan } from '../../../../src/workload/record-plan.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { schemaWorkload } from '../../../../src/workload/schema/schema-workload.ts';
import { readAvro } from '../../../../src/workload/schema/values/avro-reader.ts';
import { avroOfJson } from '../../../../src/workload/schema/values/json-reader.ts';
import { NOW_MS, recordContext, recordPlan } from '../../fixture.ts';
import { avroSchemas, decoded } from '../reading/avro-schema.ts';

const plan = (overrides: Partial<RecordPlan> = {}) => recordPlan({ key: { kind: 'none' }, ...overrides });
const open = (schema: unknown, overrides: Partial<RecordPlan> = {}) =>
  schemaWorkload({ schema, name: 'random', where: 'random.avsc' }).open(plan(overrides), recordContext());

describe('records of any schema', () => {
  test('are what avsc reads from their bytes', () => {
    fc.assert(
      fc.property(avroSchemas, fc.nat(1e12), (schema, first) => {
        const root = readSchema(schema, 'random.avsc');
        const generator = open(schema);
        const bytes = Buffer.alloc(generator.bytesMax);
        for (let body = first; body < first + 5; body++) {
          const end = generator.write(bytes, 0, body, body, NOW_MS);
          expect(end).toBeLessThanOrEqual(generator.bytesMax);
          expect(decoded(schema, root, bytes.subarray(5, end))).toEqual(generator.generate(body, body, NOW_MS));
          expect(generator.json!(body, body, NOW_MS)).toBe(plainJson(readAvro(root, bytes.subarray(5, end))));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('are the plain JSON of their values, as a reader of it writes it', () => {
    fc.assert(
      fc.property(avroSchemas, fc.nat(1e12), (schema, first) => {
        const root = readSchema(schema, 'random.avsc');
        const generator = open(schema, { format: 'json' });
        const bytes = Buffer.alloc(generator.bytesMax);
        for (let body = first; body < first + 5; body++) {
          const end = generator.write(bytes, 0, body, body, NOW_MS);
          const text = bytes.toString('utf8', 0, end);
          expect(generator.json!(body, body, NOW_MS)).toBe(text);
          expect(JSON.parse(text)).toEqual(generator.generate(body, body, NOW_MS));
          expect(plainJson(readAvro(root, Buffer.from(avroOfJson(root, parseJson(text)))))).toBe(text);
        }
      }),
      { numRuns: 200 },
    );
  });
});
