/** Values of single types without a rule, and keys of other scenarios as values. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ForeignKeys } from '../../../../src/workload/definition.ts';
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../../../src/workload/encoding/stamp.ts';
import type { FieldRule, RecordPlan } from '../../../../src/workload/record-plan.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { schemaWorkload } from '../../../../src/workload/schema/schema-workload.ts';
import { writeUtf8 } from '../../../../src/workload/schema/values/texts.ts';
import { avroRecord } from '../../avro-record.ts';
import { NOW_MS, recordContext, recordPlan } from '../../fixture.ts';
import { chiSquareZ } from '../../statistics.ts';
import { decoded } from '../reading/avro-schema.ts';

const FORMATS = ['avro', 'json'] as const;

interface Opened {
  /** Record i as a reader of its bytes gets it. */
  read(i: number, timestampMs?: number): Record<string, unknown>;
}

/** The records of a schema with these fields; what is read of them is what `generate` says. */
function open(
  types: Readonly<Record<string, unknown>>,
  {
    rules = {},
    format = 'avro',
    keysOf,
  }: { rules?: Readonly<Record<string, FieldRule>>; format?: RecordPlan['format']; keysOf?: ForeignKeys } = {},
): Opened {
  const schema = avroRecord(
    'R',
    Object.entries(types).map(([name, type]) => ({ name, type })),
  );
  const root = readSchema(schema, 'test.avsc');
  const plan = recordPlan({ key: { kind: 'none' }, fields: rules, format });
  const generator = schemaWorkload({ schema, name: 'test', where: 'test.avsc' }).open(plan, recordContext(), keysOf);
  const bytes = Buffer.alloc(generator.bytesMax);
  return {
    read(i, timestampMs = NOW_MS) {
      const end = generator.write(bytes, 0, i, i, timestampMs);
      expect(end).toBeLessThanOrEqual(generator.bytesMax);
      const value =
        format === 'json' ? JSON.parse(bytes.toString('utf8', 0, end)) : decoded(schema, root, bytes.subarray(5, end));
      expect(value).toEqual(generator.generate(i, i, timestampMs));
      return value;
    },
  };
}

const valuesOf = <T>({ read }: Opened, count: number): T[] => Array.from({ length: count }, (_, i) => read(i).x as T);

describe('without a rule', () => {
  test.each(FORMATS)('a time is that of the record, in its type’s units, rounded down (%s)', (format) => {
    const long = (logicalType: string) => ({ type: 'long', logicalType });
    const times = open(
      {
        ms: long('timestamp-millis'),
        localMs: long('local-timestamp-millis'),
        us: long('timestamp-micros'),
        localUs: long('local-timestamp-micros'),
        day: { type: 'int', logicalType: 'date' },
      },
      { format },
    );
    const time = fc.double({ min: TIMESTAMP_MIN_MS, max: TIMESTAMP_MAX_MS, noNaN: true });
    fc.assert(
      fc.property(time, (timestampMs) => {
        const ms = Math.floor(timestampMs);
        const day = Math.floor(timestampMs / 86_400_000);
        expect(times.read(0, timestampMs)).toEqual({ ms, localMs: ms, us: ms * 1000, localUs: ms * 1000, day });
      }),
      { examples: [[TIMESTAMP_MIN_MS], [TIMESTAMP_MAX_MS], [NOW_MS + 0.9], [1_700_000_099_999], [1_700_006_400_000]] },
    );
  });

  test.each(FORMATS)('a duration is up to a year, a month and a day (%s)', (format) => {
    const type = { type: 'fixed', name: 'D', size: 12, logicalType: 'duration' };
    type Duration = { months: number; days: number; milliseconds: number };
    const found = valuesOf<Duration>(open({ x: type }, { format }), 2000);
    const even = (numbers: number[], n: number) => {
      const counts = Array.from({ length: n }, (_, i) => numbers.filter((each) => each === i).length);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(numbers.length);
      expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4);
    };
    even(
      found.map(({ months }) => months),
      12,
    );
    even(
      found.map(({ days }) => days),
      30,
    );
    even(
      found.map(({ milliseconds }) => Math.floor(milliseconds / 3_600_000)),
      24,
    );
  });

  test.each(FORMATS)('booleans and symbols are equally likely (%s)', (format) => {
    const shares = (type: unknown, values: readonly unknown[]) => {
      const found = valuesOf(open({ x: type }, { format }), 2000);
      const counts = values.map((value) => found.filter((each) => each === value).length);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(found.length);
      if (counts.length > 1) expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4);
    };
    shares('boolean', [false, true]);
    shares({ type: 'enum', name: 'One', symbols: ['ONLY'] }, ['ONLY']);
    const symbols = Array.from({ length: 70 }, (_, i) => `S${i}`);
    shares({ type: 'enum', name: 'Many', symbols }, symbols);
  });

  test.each(FORMATS)('texts and bytes have their lengths, a UUID its form (%s)', (format) => {
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const records = open(
      {
        text: 'string',
        bytes: 'bytes',
        hash: { type: 'fixed', name: 'Hash', size: 20 },
        textUuid: { type: 'string', logicalType: 'uuid' },
        fixedUuid: { type: 'fixed', name: 'Uuid', size: 16, logicalType: 'uuid' },
      },
      { format },
    );
    const lengths = { text: new Set<number>(), bytes: new Set<number>(), hash: new Set<number>() };
    const size = (base64: unknown) => Buffer.from(String(base64), 'base64').length;
    for (let i = 0; i < 500; i++) {
      const { text, bytes, hash, textUuid, fixedUuid } = records.read(i);
      expect(text).toMatch(/^[a-z]+$/);
      lengths.text.add(String(text).length);
      lengths.bytes.add(size(bytes));
      lengths.hash.add(size(hash));
      for (const each of [textUuid, fixedUuid]) expect(each).toMatch(uuid);
    }
    const sorted = (found: Set<number>) => [...found].sort((a, b) => a - b);
    const fromTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(sorted(lengths.text)).toEqual(fromTo(8, 16));
    expect(sorted(lengths.bytes)).toEqual(fromTo(0, 16));
    expect(sorted(lengths.hash)).toEqual([20]);
  });

  test('a text is the id of what its own name says, unless a rule says its length', () => {
    const inner = avroRecord('Inner', [{ name: 'shop_id', type: 'string' }]);
    const { read } = open(
      { customerId: 'string', other_id: 'string', inner },
      { rules: { other_id: { length: [3, 3] } } },
    );
    for (let i = 0; i < 50; i++) {
      expect(read(i)).toEqual({
        customerId: expect.stringMatching(/^customer-\d{4}$/),
        other_id: expect.stringMatching(/^[a-z]{3}$/),
        inner: { shop_id: expect.stringMatching(/^shop-\d{4}$/) },
      });
    }
  });
});

test.each<[string, FieldRule, number[]]>([
  ['a range', { range: [1, 3] }, [1, 2, 3]],
  ['ranges', { ranges: [1, 5].map((each) => ({ range: [each, each], weight: 1 })) }, [1, 5]],
  ['a distribution', { distribution: { normal: { mean: 0, stddev: 1, min: -1, max: 1 } } }, [-1, 0, 1]],
  ['a sequence', { sequence: { start: 40, step: 0 } }, [40]],
])('times and texts by %s', (_, rule, numbers) => {
  for (const format of FORMATS) {
    const rules = { x: rule };
    for (const logicalType of ['timestamp-millis', 'timestamp-micros']) {
      const times = valuesOf<number>(open({ x: { type: 'long', logicalType } }, { rules, format }), 100);
      expect([...new Set(times)].sort((a, b) => a - b)).toEqual(numbers);
    }
    const texts = valuesOf<string>(open({ x: 'string' }, { rules, format }), 100);
    expect(new Set(texts)).toEqual(new Set(numbers.map(String)));
  }
});

test.each(FORMATS)('a sequence of numbers with digits after the point (%s)', (format) => {
  const rules = { x: { sequence: { start: 0.5, step: -0.25 } } };
  expect(valuesOf<number>(open({ x: 'double' }, { rules, format }), 4)).toEqual([0.5, 0.25, 0, -0.25]);
});

test.each(FORMATS)('keys of another scenario may be any text, and none (%s)', (format) => {
  // The last record has none: another one is taken in its place.
  const keys = ['"quoted"', 'Zürich', '\n\t\u0001', '', undefined];
  const asked = new Set<number>();
  const keysOf: ForeignKeys = () => ({
    of: 'index',
    bytesMax: 12,
    write(into, at, index) {
      asked.add(index);
      const key = keys[index];
      return key === undefined ? -1 : writeUtf8(into, at, key);
    },
  });
  const rules = { x: { foreignKey: { scenario: 'other', records: keys.length } } };
  const found = valuesOf<string>(open({ x: 'string' }, { rules, format, keysOf }), 200);
  expect(asked).toEqual(new Set([0, 1, 2, 3, 4]));
  const counts = keys.slice(0, 4).map((key) => found.filter((each) => each === key).length);
  expect(counts.reduce((sum, count) => sum + count)).toBe(200);
  // Each of the four 50 times, give or take five standard deviations.
  for (const count of counts) expect(Math.abs(count - 50)).toBeLessThan(31);
});

test.each([
  [[null, null], 'none of the records 0 … 1 of other has a key'],
  [['7', '9007199254740993'], 'the foreign key 9007199254740993 is beyond 2^53'],
])('keys of another scenario that a field cannot hold: %j', (keys, message) => {
  const keysOf: ForeignKeys = () => ({
    of: 'index',
    bytesMax: 20,
    write: (into, at, index) => (keys[index] === null ? -1 : writeUtf8(into, at, keys[index]!)),
  });
  const rules = { x: { foreignKey: { scenario: 'other', records: 2 } } };
  expect(() => valuesOf<number>(open({ x: 'long' }, { rules, format: 'avro', keysOf }), 50)).toThrow(message);
});

test('keys of another scenario that are numbers', () => {
  const keysOf: ForeignKeys = () => ({
    of: 'index',
    bytesMax: 7,
    write: (into, at, index) => writeUtf8(into, at, `${index - 100_000}`),
  });
  const rules = { x: { foreignKey: { scenario: 'other', records: 3 } } };
  for (const type of ['int', 'long']) {
    for (const format of FORMATS) {
      const found = valuesOf<number>(open({ x: type }, { rules, format, keysOf }), 50);
      expect(new Set(found)).toEqual(new Set([-100_000, -99_999, -99_998]));
    }
  }
});
