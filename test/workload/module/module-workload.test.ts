import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/errors.ts';
import { paramsOf } from '../../../src/workload/parameters.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { measureRecord, openRecords } from '../../../src/workload/workload.ts';
import { messagesOf, recordContext, recordPlan, timeOf } from '../fixture.ts';
import { definitionFrom, problemsIn } from '../own-files.ts';

const IDENTITY = recordContext({ scenario: 'orders' });

const SCHEMA = `{
  type: 'record', name: 'Order', namespace: 'shop',
  fields: [
    { name: 'order_id', type: 'string' },
    { name: 'customer', type: { type: 'record', name: 'Customer', fields: [{ name: 'id', type: 'int', doc: 'its number' }] } },
    { name: 'item', type: { type: 'enum', name: 'Item', symbols: ['book', 'lamp'] } },
    { name: 'note', type: ['null', 'string'], default: null },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
}`;

const VALUE = `({ random, params, timestampMs }) => ({
  customer: { id: random.below('customer', params.customers) },
  item: random.weighted('item', { book: 3, lamp: 1 }),
  note: random.unit('note') < 0.5 ? 'a gift, \u00e9' : null,
  at: timestampMs,
})`;

function moduleOf(spec: Readonly<Record<string, string>>): string {
  const keys = Object.entries(spec).map(([key, text]) => `  ${key}: ${text},`);
  return [
    "import { defineWorkload } from 'kafka-load-engine';",
    'const typed: number = 1;',
    'export default defineWorkload({',
    ...keys,
    '});',
  ].join('\n');
}

const ORDERS = {
  schema: SCHEMA,
  id: "'order_id'",
  params: "{ customers: { default: 100, description: 'how many' }, city: 'Bern', gift: false }",
  key: "({ random, params }) => 'c' + random.below('customer', params.customers)",
  value: VALUE,
};

const load = (spec: Readonly<Record<string, string>>, file = 'orders.ts') =>
  definitionFrom(`./${file}`, { [file]: moduleOf(spec) });

const PARAMS = { customers: 100, city: 'Bern', gift: false };

describe('what a module says becomes a workload', () => {
  const { definition } = load(ORDERS);

  test('name, topic, key, fields', () => {
    expect(definition).toMatchObject({
      name: 'orders.ts',
      defaultTopic: 'orders',
      defaultKey: { kind: 'field', field: 'key()' },
      fieldNames: ['order_id', 'customer', 'item', 'note', 'at'],
      keyFields: ['order_id', 'customer.id', 'item', 'note', 'at', 'key()'],
    });
  });

  test('parameters with the type of their defaults', () => {
    expect(paramsOf(definition).parse({})).toEqual(PARAMS);
    expect(paramsOf(definition).safeParse({ customers: 'many' }).success).toBe(false);
    expect(paramsOf(definition).safeParse({ gift: 1 }).success).toBe(false);
    expect(paramsOf(definition).safeParse({ other: 1 }).success).toBe(false);
  });

  test('without a schema: JSON, and the fields of its records', () => {
    const { definition } = load({ value: "({ index }) => ({ id: index, who: { name: 'x', tags: ['a'] } })" });
    expect(definition).toMatchObject({
      onlyFormat: 'json',
      avroSchema: null,
      fieldNames: ['id', 'who'],
      keyFields: ['id', 'who.name'],
      defaultKey: { kind: 'none' },
    });
  });

  test('a topic of its own, and an id that only the engine knows', () => {
    const { definition, reference } = load({ topic: "'shop.orders'", id: "'id'", value: '() => ({ a: 1 })' });
    expect(definition).toMatchObject({ defaultTopic: 'shop.orders', fieldNames: ['a', 'id'], keyFields: ['a', 'id'] });
    const [first] = messagesOf(recordPlan({ workload: reference, format: 'json' }), IDENTITY, 1, 1);
    expect(first!.payload.toString()).toMatch(/^\{"id":"[0-9a-f]{16}-[0-9a-f]{4}-000000000000","a":1\}$/);
  });

  test.each(['orders.js', 'orders.mjs', 'orders.mts', 'orders.cts'])('%s', (file) => {
    const text = moduleOf({ value: '() => ({ a: 1 })' }).replace(': number', file.endsWith('ts') ? ': number' : '');
    expect(definitionFrom(`./${file}`, { [file]: text }).definition.name).toBe(file);
  });

  test('module.exports, as CommonJS has it', () => {
    const text = "module.exports = require('kafka-load-engine').defineWorkload({ value: () => ({ a: 1 }) });";
    expect(definitionFrom('./orders.cjs', { 'orders.cjs': text }).definition.fieldNames).toEqual(['a']);
  });

  test('it may import files beside it', () => {
    const text = moduleOf({ value: '() => ({ a: CITIES[0] })' });
    const { definition, reference } = definitionFrom('./orders.ts', {
      'orders.ts': `import { CITIES } from './cities.ts';\n${text}`,
      'cities.ts': "export const CITIES: string[] = ['Bern'];",
    });
    const records = openRecords(recordPlan({ workload: reference, format: 'json' }), IDENTITY);
    expect(definition.fieldNames).toEqual(['a']);
    expect(records(0, 0).value).toEqual({ a: 'Bern' });
  });
});

describe('its records', () => {
  const { reference, definition } = load(ORDERS);
  const plan = (more: Partial<RecordPlan> = {}) =>
    recordPlan({ workload: reference, params: PARAMS, key: definition.defaultKey, ...more });
  const messages = (record: RecordPlan, count: number, workers = 1) => messagesOf(record, IDENTITY, workers, count);

  test('avsc reads back what generate says, and the mark is there', () => {
    const type = avsc.Type.forSchema(definition.avroSchema as unknown as avsc.Schema);
    const read = openRecords(plan(), IDENTITY);
    for (const [index, { payload, key }] of messages(plan(), 200).entries()) {
      const expected = read(index, timeOf(index));
      expect([...payload.subarray(0, 5)]).toEqual([0, 0, 0, 0, 7]);
      expect(JSON.parse(JSON.stringify(type.fromBuffer(payload.subarray(5))))).toEqual(expected.value);
      expect(key).toEqual(expected.key);
      expect(definition.readMark(payload, 'avro')).toMatchObject({ runTag: IDENTITY.runTag, index });
    }
  });

  test('JSON is what JSON.stringify writes', () => {
    const record = plan({ format: 'json' });
    const read = openRecords(record, IDENTITY);
    for (const [index, { payload }] of messages(record, 50).entries()) {
      expect(payload.toString()).toBe(JSON.stringify(read(index, timeOf(index)).value));
      expect(definition.readMark(payload, 'json')?.index).toBe(index);
    }
  });

  test.each([2, 7])('the same by %i workers as by one', (workers) => {
    expect(messages(plan(), 100, workers)).toEqual(messages(plan(), 100));
  });

  test('a field as key, also one inside; null where the record has none', () => {
    const keysOf = (field: string) => {
      const record = plan({ key: { kind: 'field', field } });
      const read = openRecords(record, IDENTITY);
      return messages(record, 50).map(({ key }, index) => {
        const value = read(index, timeOf(index)).value as { customer: { id: number }; note: string | null };
        return { key: key === null ? null : key.toString(), value };
      });
    };
    for (const { key, value } of keysOf('customer.id')) expect(key).toBe(String(value.customer.id));
    const notes = keysOf('note');
    for (const { key, value } of notes) expect(key).toBe(value.note);
    expect(new Set(notes.map(({ key }) => key))).toEqual(new Set([null, 'a gift, \u00e9']));
  });

  test('the id is the engine’s, whatever the module says of it, and no mark of the run where there is to be none', () => {
    const { reference, definition } = load({ id: "'id'", value: "() => ({ a: 1, id: 'mine' })" });
    const marksOf = (mark: RecordPlan['mark']) =>
      messages(recordPlan({ workload: reference, format: 'json', mark }), 3).map(({ payload }) =>
        definition.readMark(payload, 'json'),
      );
    expect(marksOf('auto')).toMatchObject([0, 1, 2].map((index) => ({ runTag: IDENTITY.runTag, index })));
    expect(marksOf('none').map((mark) => mark?.runTag === IDENTITY.runTag)).toEqual([false, false, false]);
  });

  test('as long as they and their keys may be, and no byte longer', () => {
    const writes = (letters: string, keyLength: number) => {
      const value = `() => ({ a: ${letters} })`;
      const { reference, definition } = load({ value, maxBytes: '50', key: `() => 'k'.repeat(${keyLength})` });
      const record = recordPlan({ workload: reference, format: 'json', key: definition.defaultKey });
      return () => messages(record, 1)[0]!.payload.length;
    };
    expect(writes("'x'.repeat(42)", 1024)()).toBe(50);
    // Of two bytes each.
    expect(writes("'\u00fc'.repeat(21)", 1)()).toBe(50);
    expect(writes("'x'.repeat(43)", 1)).toThrow('it has 51 bytes, more than the 50');
    expect(writes("'\u00fc'.repeat(40)", 1)).toThrow('it has 88 bytes, more than the 50');
    expect(writes("'x'", 1025)).toThrow('its key has 1025 bytes');
  });

  test('are made twice, to compare, only at first', () => {
    const value = '() => { globalThis.recordsMade = (globalThis.recordsMade ?? 0) + 1; return { a: 1 }; }';
    const { definition, reference } = load({ value });
    const record = recordPlan({ workload: reference, format: 'json', key: { kind: 'none' } });
    const generator = definition.open(record, IDENTITY);
    const into = new Uint8Array(generator.bytesMax);
    const global = globalThis as { recordsMade?: number };
    global.recordsMade = 0;
    for (let i = 0; i < 3000; i++) generator.write(into, 0, i, i, 0);
    expect(global.recordsMade).toBe(1000 + 3000);
    delete global.recordsMade;
  });

  test('a weight of 0 is a value that never comes', () => {
    const { reference } = load({ value: "({ random }) => ({ a: random.weighted('a', { x: 0, y: 1, z: 0 }) })" });
    const sent = messages(recordPlan({ workload: reference, format: 'json', key: { kind: 'none' } }), 50);
    expect(new Set(sent.map(({ payload }) => payload.toString()))).toEqual(new Set(['{"a":"y"}']));
  });

  test('other seeds, other records', () => {
    const first = openRecords(plan(), IDENTITY);
    const second = openRecords(plan(), { ...IDENTITY, seed: 43 });
    const texts = (read: typeof first) =>
      Array.from({ length: 50 }, (_, i) => JSON.stringify(read(i, timeOf(i)).value));
    expect(texts(first)).not.toEqual(texts(second));
  });

  test('records that read their time or index are not pooled, others are, with ids of their own', () => {
    const freshOnly = (spec: Readonly<Record<string, string>>) => {
      const { reference, definition } = load(spec);
      const format = definition.onlyFormat ?? 'avro';
      const key = { kind: 'none' } as const;
      return measureRecord(recordPlan({ workload: reference, params: PARAMS, format, key }), 1, 'orders').freshOnly;
    };
    expect(freshOnly(ORDERS)).toMatch(/orders\.ts reads timestampMs/);
    expect(freshOnly({ value: '({ index, timestampMs }) => ({ a: index + timestampMs })' })).toMatch(/ reads index,/);
    const timeless = { ...ORDERS, value: VALUE.replace(', timestampMs', '').replace('at: timestampMs', 'at: 1e12') };
    expect(freshOnly(timeless)).toBeUndefined();
    const { reference } = load(timeless);
    const pooled = plan({ workload: reference, mode: 'pooled', poolSize: 10 });
    const values = messages(pooled, 30).map(({ payload }) => payload);
    const type = avsc.Type.forSchema(definition.avroSchema as unknown as avsc.Schema);
    for (const [i, payload] of values.entries()) {
      const { order_id, ...rest } = type.fromBuffer(payload.subarray(5)) as Record<string, unknown>;
      const { order_id: _, ...before } = type.fromBuffer(values[i % 10]!.subarray(5)) as Record<string, unknown>;
      expect(rest).toEqual(before);
      expect(Number(String(order_id).slice(-12))).toBe(i);
    }
    const late = plan({ mode: 'pooled', poolSize: 10 });
    expect(problemsIn(() => messages(late, 30))[0]?.message).toMatch(/reads timestampMs, which pooled records/);
  });
});

describe('bad modules: one message each, with its place', () => {
  const value = '() => ({ a: 1 })';
  test.each<[name: string, text: string, says: RegExp]>([
    ['syntax error', 'const a = 1;\nconst b = {;\n', /bad\.ts:2: syntax error: .*token/],
    ['throws at import', "\n\nthrow new Error('no luck');", /bad\.ts:3: fails while it is loaded: no luck/],
    ['a top-level await', 'await 5;\nexport default 5;', /bad\.ts:1: has a top-level await/],
    ['throws text', "throw 'no luck';", /bad\.ts: fails while it is loaded: no luck/],
    ['a missing package', "import x from 'not-there';\nexport default x;", /bad\.ts: Cannot find module 'not-there'/],
    ['no default export', 'export const a = 1;', /bad\.ts: the module has no default export \(export default/],
    ['another default export', 'export default { value: 1 };', /not made by defineWorkload \(import/],
    ['no value', moduleOf({}), /bad\.ts: value: is missing: \(context\) => object/],
    ['a value that is none', moduleOf({ value: '5' }), /bad\.ts: value: expected a function, \(context\) => object/],
    ['a key that is none', moduleOf({ value, key: "'id'" }), /bad\.ts: key: expected a function/],
    ['an unknown key', moduleOf({ value, shema: '{}' }), /`shema` of defineWorkload \(did you mean `schema`\?\)/],
    ['maxBytes', moduleOf({ value, maxBytes: '0' }), /maxBytes: at least 1 byte/],
    ['a parameter', moduleOf({ value, params: '{ a: [] }' }), /bad\.ts: params\.a: /],
    [
      'a schema that is none',
      moduleOf({ value, schema: "{ type: 'record', name: 'A', fields: [{ name: 'a', type: 'strin' }] }" }),
      /bad\.ts: schema: fields\[0\]\.type: unknown type `strin`/,
    ],
    [
      'no such id',
      moduleOf({ ...ORDERS, id: "'order_it'" }),
      /bad\.ts: id: .*`order_it` \(did you mean `order_id`\?\)/,
    ],
    ['an id of another type', moduleOf({ ...ORDERS, id: "'at'" }), /bad\.ts: id: `at` is not a string/],
  ])('%s', (_, text, says) => {
    const problems = problemsIn(() => definitionFrom('./bad.ts', { 'bad.ts': text }));
    expect(problems.map(formatProblem)).toEqual([expect.stringMatching(says)]);
  });
});

describe('records that fail say which, and how to see it again', () => {
  const measure = (spec: Readonly<Record<string, string>>, more: Partial<RecordPlan> = {}) => {
    const { reference, definition } = load(spec, 'bad.ts');
    const format = definition.onlyFormat ?? 'avro';
    const record = recordPlan({ workload: reference, format, key: definition.defaultKey, ...more });
    return problemsIn(() => measureRecord(record, 42, 'orders'));
  };
  const schema = "{ type: 'record', name: 'A', fields: [{ name: 'a', type: 'int' }, { name: 'b', type: 'string' }] }";

  test.each<[name: string, spec: Readonly<Record<string, string>>, says: RegExp]>([
    [
      'it throws',
      { value: "({ index }) => { if (index === 17) throw new Error('no seventeen'); return { a: 1 }; }" },
      /^.*bad\.ts:4: scenarios\.orders: record 17: value\(\) fails: no seventeen \(load sample PROFILE --scenario orders --from 17 -n 1 --seed 42\)$/,
    ],
    [
      'not of its schema, every field at once',
      { schema, value: "({ index }) => ({ a: index === 3 ? 1.5 : 1, b: index === 3 ? 2 : 'x' })" },
      /record 3: value\(\) is not of its schema: `a` is 1\.5, not an int; `b` is 2, not a string/,
    ],
    [
      'a branch of a union without its name',
      {
        schema: "{ type: 'record', name: 'A', fields: [{ name: 'a', type: ['null', 'int', 'double'] }] }",
        value: '() => ({ a: 5 })',
      },
      /`a` is 5, not null or int or double under its name, as \{ 'int': … \}/,
    ],
    ['a field too few', { schema, value: '() => ({ a: 1 })' }, /record 0: .*`b` is missing: a string/],
    [
      'a field too many',
      { schema, value: "() => ({ a: 1, b: 'x', c: 1 })" },
      /record 0: .*has `c`, which is not in the schema/,
    ],
    ['no object', { value: '() => 5' }, /record 0: value\(\) gives 5, not an object/],
    ['nothing', { value: '() => undefined' }, /value\(\) gives nothing, not an object/],
    ['a list', { value: '() => []' }, /value\(\) gives a list/],
    ['a promise', { value: 'async () => ({ a: 1 })' }, /value\(\) gives a promise/],
    [
      'chance of its own',
      { value: '() => ({ a: Math.random() })' },
      /record 0: value\(\) gives two values for one record/,
    ],
    ['a counter of its own', { value: '() => ({ a: globalThis.x = (globalThis.x ?? 0) + 1 })' }, /two values for one/],
    ['too long', { value: "() => ({ a: 'x'.repeat(100) })", maxBytes: '50' }, /it has 108 bytes, more than the 50/],
    [
      'too long for Avro',
      { schema, value: "() => ({ a: 1, b: 'x'.repeat(100) })", maxBytes: '50' },
      /it has 103 bytes/,
    ],
    ['a key that is none', { value: '() => ({ a: 1 })', key: '() => 5' }, /key\(\) gives 5, not text, bytes or null/],
    [
      'a long key',
      { value: '() => ({ a: 1 })', key: "() => 'k'.repeat(2000)" },
      /its key has 2000 bytes; the longest has 1024/,
    ],
    [
      'a negative weight',
      { value: "({ random }) => ({ a: random.weighted('a', { x: -1, y: 2 }) })" },
      /weight of x is -1/,
    ],
    [
      'a bound of more than 32 bits',
      { value: "({ random }) => ({ a: random.below('a', 2 ** 32 + 1) })" },
      /below\('a', 4294967297\): the bound is 1 to 2\^32/,
    ],
    [
      'parameters that change',
      { params: '{ most: 5 }', value: '({ params }) => ({ a: (params.most = 6) })' },
      /value\(\) fails: Cannot/,
    ],
    ['a bigint in JSON', { value: '() => ({ a: 1n })' }, /record 0: value\(\) is not JSON: .*BigInt/],
  ])('%s', (_, spec, says) => {
    expect(measure(spec).map(formatProblem)).toEqual([expect.stringMatching(says)]);
  });
});

describe('values that JSON and JavaScript have no numbers for', () => {
  const union = "[{ type: 'record', name: 'A', fields: [] }, { type: 'record', name: 'B', fields: [] }]";
  const schema = `{ type: 'record', name: 'R', fields: [
    { name: 'x', type: 'double' }, { name: 'f', type: ['null', 'float'] }, { name: 'n', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'raw', type: 'bytes' }, { name: 'p', type: { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 } },
    { name: 'u', type: ${union} }, { name: 'k', type: 'string', default: 'none' },
  ] }`;
  const value = (f: string, n = '1795292668348461057n') =>
    `() => ({ x: Number.NaN, f: ${f}, n: ${n}, raw: Buffer.of(255), p: Buffer.of(5), u: { B: {} } })`;
  const json = (f: string) => `{"x":"NaN","f":${f},"n":"1795292668348461057","raw":"/w==","p":0.05,"u":{},"k":"none"}`;

  test.each(['avro', 'json'] as const)('are exact, as %s', (format) => {
    const { reference } = load({ schema, value: value('-Infinity') });
    const record = recordPlan({ workload: reference, format, key: { kind: 'none' } });
    expect(openRecords(record, IDENTITY)(0, 0).json).toBe(json('"-Infinity"'));
    const [message] = messagesOf(record, IDENTITY, 1, 1);
    if (format === 'json') expect(message!.payload.toString()).toBe(json('"-Infinity"'));
    const keyOf = (field: string) =>
      messagesOf({ ...record, key: { kind: 'field', field } }, IDENTITY, 1, 1)[0]!.key?.toString('latin1');
    expect(['n', 'raw', 'p', 'k', 'x'].map(keyOf)).toEqual(['1795292668348461057', '\xff', '0.05', 'none', 'NaN']);
  });

  test('without a schema too', () => {
    const { reference } = load({ value: '() => ({ x: [NaN, Infinity], raw: Buffer.of(255), d: new Date(0) })' });
    const [message] = messagesOf(recordPlan({ workload: reference, format: 'json' }), IDENTITY, 1, 1);
    expect(message!.payload.toString()).toBe('{"x":["NaN","Infinity"],"raw":"/w==","d":"1970-01-01T00:00:00.000Z"}');
  });

  test.each([
    [value('1e39'), /`f` is 1e\+39, not a float/],
    [value('1', '2n ** 63n'), /`n` is 9223372036854775808n, not a long/],
  ])('and refused beyond their type', (text, says) => {
    const { reference } = load({ schema, value: text });
    const record = recordPlan({ workload: reference, key: { kind: 'none' } });
    expect(problemsIn(() => messagesOf(record, IDENTITY, 1, 1))[0]!.message).toMatch(says);
  });

  test('a key that is a list is an error with its record', () => {
    const { reference } = load({ value: "({ index }) => ({ k: index < 2 ? 'a' : [1] })" });
    const record = recordPlan({ workload: reference, format: 'json', key: { kind: 'field', field: 'k' } });
    expect(problemsIn(() => messagesOf(record, IDENTITY, 1, 3))[0]!.message).toBe(
      'record 2: `k` is a list, but a key is a single value',
    );
  });
});

test('an unknown key is not what is missing, unless their names are near', () => {
  const problemsOf = (spec: Readonly<Record<string, string>>) =>
    problemsIn(() => load(spec, 'bad.ts')).map(({ path, message }) => `${path ?? ''} ${message}`);
  expect(problemsOf({ valu: '() => ({ a: 1 })' })).toEqual([' unknown property `valu` of defineWorkload']);
  expect(problemsOf({ shard: '5' })).toEqual([
    ' unknown property `shard` of defineWorkload',
    'value is missing: (context) => object',
  ]);
});
