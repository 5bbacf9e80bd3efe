/** Workloads from a schema as planner and engine meet them: keys, marks, pools, workers, bounds, other scenarios' keys. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INDEX_MAX, TIMESTAMP_MAX_MS } from '../../../src/workload/encoding/stamp.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { referenceOf } from '../../../src/workload/reference.ts';
import { readSchema } from '../../../src/workload/schema/reading/read-schema.ts';
import { schemaWorkload } from '../../../src/workload/schema/schema-workload.ts';
import { measureRecord, openRecords } from '../../../src/workload/workload.ts';
import { avroRecord } from '../avro-record.ts';
import { messagesOf, NOW_MS, RUN_TAG, recordContext, recordPlan, timeOf } from '../fixture.ts';
import { decoded } from './reading/avro-schema.ts';

const schema = {
  type: 'record',
  name: 'CardPayment',
  namespace: 'shop',
  fields: [
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'payment_id', type: 'string' },
    { name: 'customerId', type: 'string' },
    { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
    { name: 'method', type: { type: 'enum', name: 'Method', symbols: ['CARD', 'CASH'] } },
    { name: 'settled', type: ['null', { type: 'long', logicalType: 'timestamp-micros' }] },
    {
      name: 'place',
      type: avroRecord('Place', [
        { name: 'city', type: 'string' },
        { name: 'zip', type: 'int' },
      ]),
    },
    {
      name: 'steps',
      type: {
        type: 'array',
        items: avroRecord('Step', [
          { name: 'on', type: { type: 'int', logicalType: 'date' } },
          { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
        ]),
      },
    },
  ],
};
const root = readSchema(schema, 'payment.avsc');
const directory = mkdtempSync(join(tmpdir(), 'schema-'));
writeFileSync(join(directory, 'payment.avsc'), JSON.stringify(schema));
const workload = referenceOf({ schema: 'payment.avsc' }, directory);
const definition = schemaWorkload({ schema, name: 'payment.avsc', where: 'payment.avsc' });
const plan = (overrides: Partial<RecordPlan> = {}) =>
  recordPlan({ workload, key: { kind: 'field', field: 'payment_id' }, ...overrides });
const context = recordContext({ scenario: 'payments' });
const valueIn = (payload: Buffer, format: RecordPlan['format'] = 'avro') =>
  (format === 'avro' ? decoded(schema, root, payload.subarray(5)) : JSON.parse(payload.toString())) as Record<
    string,
    unknown
  >;

describe('a definition', () => {
  test('has the mark in its own id, which is the default key, and a topic of its name', () => {
    expect(definition).toMatchObject({
      name: 'payment.avsc',
      defaultKey: { kind: 'field', field: 'payment_id' },
      defaultTopic: 'card-payment',
      keyFields: ['payment_id', 'customerId', 'method', 'place.city', 'place.zip'],
    });
    expect(Object.keys(definition.explain!)).toEqual(definition.fieldNames);
  });

  test('has the mark as a UUID where the id is one, renewed in a pool', () => {
    const fields = [{ name: 'id', type: { type: 'string', logicalType: 'uuid' } }];
    const event = schemaWorkload({ schema: { type: 'record', name: 'Event', fields }, name: 'event', where: 'event' });
    const generator = event.open(plan({ key: { kind: 'field', field: 'id' } }), context);
    expect(generator).toMatchObject({ marked: true, keyOf: 'index', freshOnly: undefined });
    const bytes = Buffer.alloc(generator.bytesMax);
    for (const index of [0, 77, INDEX_MAX]) {
      const payload = bytes.subarray(0, generator.write(bytes, 0, 5, index, NOW_MS));
      expect(event.readMark(payload, 'avro')).toMatchObject({ runTag: context.runTag, index });
      expect(generator.generate(5, index, NOW_MS).id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  test('has no key and no mark where there is no id', () => {
    const nameless = avroRecord('Point', [{ name: 'x', type: 'int' }]);
    const point = schemaWorkload({ schema: nameless, name: 'point', where: 'point' });
    expect(point.defaultKey).toEqual({ kind: 'none' });
    expect(point.open(plan({ key: { kind: 'none' } }), context).marked).toBe(false);
  });
});

describe.each(['avro', 'json'] as const)('%s', (format) => {
  const fields = { amount: { range: [1, 5] }, method: { weighted: { CARD: 3, CASH: 1 } } } as const;
  const fresh = messagesOf(plan({ format, fields }), context, 1, 150);

  test('is the same at any number of workers', () => {
    for (const workers of [2, 7]) expect(messagesOf(plan({ format, fields }), context, workers, 150)).toEqual(fresh);
  });

  test('carries mark, key and time of the index', () => {
    for (const [i, { payload, key }] of fresh.entries()) {
      const value = valueIn(payload, format);
      expect(value).toMatchObject({ payment_id: key!.toString(), at: timeOf(i) });
      for (const step of value.steps as { on: number; at: number }[]) {
        expect(step).toEqual({ on: Math.floor(timeOf(i) / 86_400_000), at: timeOf(i) });
      }
      if (value.settled !== null) expect(value.settled).toBe(timeOf(i) * 1000);
      expect(definition.readMark(payload, format)).toMatchObject({ runTag: RUN_TAG, index: i });
    }
    expect(definition.readMark(Buffer.from('foreign'), format)).toBeUndefined();
  });

  test('takes the run out of its bytes without a mark', () => {
    const bytesOf = (runTag: string) => messagesOf(plan({ format, mark: 'none' }), { ...context, runTag }, 1, 20);
    expect(bytesOf('f'.repeat(16))).toEqual(bytesOf('0'.repeat(16)));
  });

  test('renews id and times of pooled records, and nothing else', () => {
    const pooled = plan({ format, fields, mode: 'pooled', poolSize: 40 });
    const messages = messagesOf(pooled, context, 2, 150);
    const records = openRecords(pooled, context);
    for (const [i, { payload, key }] of messages.entries()) {
      const sample = records(i, timeOf(i));
      expect(valueIn(payload, format)).toEqual(sample.value);
      expect(sample.value).toMatchObject({ payment_id: key!.toString(), at: timeOf(i) });
      const { customerId, amount, method, place } = records(i % 40, timeOf(i)).value;
      expect(sample.value).toMatchObject({ customerId, amount, method, place });
    }
  });

  test('keeps within bytesMax', () => {
    const generator = definition.open(plan({ format, fields }), context);
    const longest = Math.max(...fresh.map(({ payload }) => payload.length));
    expect(longest).toBeLessThanOrEqual(generator.bytesMax);
    expect(generator.bytesMax).toBeLessThan(longest * 2);
    expect(generator.write(Buffer.alloc(generator.bytesMax), 0, 5, INDEX_MAX, TIMESTAMP_MAX_MS)).toBeLessThanOrEqual(
      generator.bytesMax,
    );
  });
});

test('has golden bytes', () => {
  const [first] = messagesOf(plan({ fields: { steps: { length: [1, 1] } } }), context, 1, 1);
  expect(first!.payload.toString('hex')).toMatchInlineSnapshot(
    `"00000000078080e682b96644303132333435363738396162636465662d626662622d3030303030303030303030301a637573746f6d65722d32373631040f4f00028080f0ecbdada00612756f6e69736f61677a9ae60102a4be028080e682b96600"`,
  );
});

test('a key that is ruled is that of the record', () => {
  const key = { kind: 'field', field: 'place.city' } as const;
  const fields = { 'place.city': { weighted: { Bern: 1, Zürich: 1 } }, payment_id: { pattern: 'P[0-9]{6}' } };
  for (const record of [plan({ key, fields }), plan({ key, fields, mode: 'pooled', poolSize: 10 })]) {
    for (const { payload, key: bytes } of messagesOf(record, context, 1, 30)) {
      expect(valueIn(payload)).toMatchObject({
        place: { city: bytes!.toString() },
        payment_id: expect.stringMatching(/^P\d{6}$/),
      });
      expect(definition.readMark(payload, 'avro')).toBeUndefined();
    }
  }
  expect(measureRecord(plan({ key, fields }), 42, 'payments').marked).toBe(false);
});

describe('records that cannot be pooled', () => {
  test.each<[string, Partial<RecordPlan>, RegExp | undefined]>([
    ['nothing to count', {}, undefined],
    ['counting records', { fields: { 'place.zip': { sequence: { start: 0, step: 1 } } } }, /`place.zip` is a sequence/],
    ['counting items', { fields: { 'steps[].on': { sequence: { start: 0, step: 1 } } } }, undefined],
    ['many times', { fields: { steps: { length: [20, 20] } } }, /more than 32 times/],
  ])('%s', (_, overrides, reason) => {
    const { freshOnly } = measureRecord(plan(overrides), 42, 'payments');
    if (reason === undefined) expect(freshOnly).toBeUndefined();
    else expect(freshOnly).toMatch(reason);
  });
});

describe('keys of another scenario', () => {
  const customers = recordPlan({ workload: 'atm', key: { kind: 'field', field: 'user_id' } });
  const foreign = (other: RecordPlan, records: number, mode: Partial<RecordPlan> = {}) =>
    plan({
      fields: { customerId: { foreignKey: { scenario: 'customers', records } } },
      foreign: { customers: other },
      ...mode,
    });

  test.each([
    ['fresh', customers],
    ['pooled', { ...customers, mode: 'pooled', poolSize: 20 } as const],
    ['drawn', recordPlan({ key: { kind: 'uniform', cardinality: 1000 } })],
    ['of a schema', plan()],
  ])('are those of its first records (%s)', (_, other) => {
    const theirs = messagesOf(other, { ...context, scenario: 'customers' }, 1, 30).map(({ key }) => key!.toString());
    const ours = messagesOf(foreign(other, 30), context, 2, 400).map(({ payload }) => valueIn(payload).customerId);
    expect(new Set(ours)).toEqual(new Set(theirs));
  });

  test('may be the scenario’s own', () => {
    const own = plan({
      fields: { customerId: { foreignKey: { scenario: 'payments', records: 5 } } },
      foreign: { payments: plan() },
    });
    const ids = messagesOf(own, context, 1, 100);
    const firstKeys = new Set(ids.slice(0, 5).map(({ key }) => key!.toString()));
    expect(new Set(ids.map(({ payload }) => valueIn(payload).customerId))).toEqual(firstKeys);
  });
});

describe('recursion', () => {
  const tree = (children: unknown) =>
    avroRecord('Node', [
      { name: 'label', type: 'string' },
      { name: 'children', type: children },
    ]);
  const depthOf = (node: Record<string, unknown> | null): number => {
    if (node === null) return 0;
    const inner = Array.isArray(node.children) ? node.children : [node.children];
    return 1 + Math.max(0, ...inner.map((each) => depthOf(each)));
  };

  test.each([
    ['a list', tree({ type: 'array', items: 'Node' })],
    ['a union', tree(['null', 'Node'])],
  ])('of %s ends three records deep', (_, recursive) => {
    const generator = schemaWorkload({ schema: recursive, name: 'tree', where: 'tree' }).open(
      plan({ key: { kind: 'none' } }),
      context,
    );
    const depths = Array.from({ length: 300 }, (_, i) => depthOf(generator.generate(i, i, NOW_MS)));
    expect(Math.max(...depths)).toBe(4);
  });

  test.each([
    ['a text', 'string', /^[a-z]{8,16}$/],
    [
      'a UUID',
      { type: 'string', logicalType: 'uuid' },
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ],
  ])('gives each inner record an id of its own, and the mark to the outermost: %s', (_, type, own) => {
    const fields = [
      { name: 'id', type },
      { name: 'parts', type: { type: 'array', items: 'Part' } },
    ];
    const part = { type: 'record', name: 'Part', fields };
    const workload = schemaWorkload({ schema: part, name: 'part', where: 'part' });
    interface Part {
      readonly id: string;
      readonly parts: readonly Part[];
    }
    const inner = ({ parts }: Part): string[] => parts.flatMap((each) => [each.id, ...inner(each)]);
    const overrides = { key: { kind: 'field', field: 'id' }, mode: 'pooled', poolSize: 50 } as const;
    const generator = workload.open(plan(overrides), context);
    expect(generator).toMatchObject({ marked: true, freshOnly: undefined, keyOf: 'index' });
    // The mark alone is renewed.
    expect(generator.stamps.filter(({ of }) => of === 'index')).toHaveLength(1);
    const bytes = Buffer.alloc(generator.bytesMax);
    const ids = Array.from({ length: 50 }, (_, body) => {
      const payload = bytes.subarray(0, generator.write(bytes, 0, body, 7000 + body, NOW_MS));
      expect(workload.readMark(payload, 'avro')).toMatchObject({ index: 7000 + body });
      const value = generator.generate(body, 7000 + body, NOW_MS) as unknown as Part;
      expect(decoded(part, readSchema(part, 'part'), payload.subarray(5))).toEqual(value);
      const key = Buffer.alloc(generator.keyBytesMax);
      expect(key.toString('utf8', 0, generator.writeKey(key, 0, 7000 + body))).toBe(value.id);
      expect(inner(generator.generate(body, 0, NOW_MS) as unknown as Part)).toEqual(inner(value));
      return inner(value);
    }).flat();
    expect(ids.length).toBeGreaterThan(100);
    for (const id of ids) expect(id).toMatch(own);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is less deep where records would become large', () => {
    const fields = Array.from({ length: 60 }, (_, i) => ({ name: `child${i}`, type: ['null', 'Wide'] }));
    const wide = avroRecord('Wide', [{ name: 'text', type: 'string' }, ...fields]);
    const generator = schemaWorkload({ schema: wide, name: 'wide', where: 'wide' }).open(
      plan({ key: { kind: 'none' } }),
      context,
    );
    expect(generator.bytesMax).toBeLessThan(64 * 1024);
  });

  test('that never ends is refused', () => {
    const endless = avroRecord('Endless', [{ name: 'inner', type: 'Endless' }]);
    expect(() => readSchema(endless, 'x.avsc')).toThrow(/`Endless` contains itself without an end/);
  });
});

test('a record that could be huge is refused', () => {
  const fields = { steps: { length: [0, 10_000] } } as const;
  const deep = avroRecord('Deep', [{ name: 'a', type: { type: 'array', items: { type: 'array', items: 'string' } } }]);
  const huge = { a: { length: [0, 10_000] }, 'a[]': { length: [0, 10_000] } } as const;
  expect(() =>
    schemaWorkload({ schema: deep, name: 'deep', where: 'deep' }).open(
      plan({ key: { kind: 'none' }, fields: huge }),
      context,
    ),
  ).toThrow(/a record can take/);
  expect(definition.open(plan({ fields }), context).bytesMax).toBeLessThan(16 * 2 ** 20);
});

test('fields may be called what every object has', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  const fields = names.map((name) => ({ name, type: 'int' }));
  const odd = schemaWorkload({ schema: { type: 'record', name: 'Odd', fields }, name: 'odd', where: 'odd' });
  const generator = odd.open(plan({ key: { kind: 'none' }, fields: { toString: { constant: 5 } } }), context);
  expect(generator.generate(0, 0, NOW_MS)).toEqual(Object.fromEntries(names.map((name) => [name, expect.any(Number)])));
  expect(generator.generate(0, 0, NOW_MS).toString).toBe(5);
});
