import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/errors.ts';
import { avroStringLength } from '../../../src/workload/encoding/avro.ts';
import { containerBlock, containerHeader } from '../../../src/workload/encoding/avro-container.ts';
import { definitionOf } from '../../../src/workload/loaded-definition.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { referenceOf, type WrittenWorkload } from '../../../src/workload/reference.ts';
import { measureRecord, openRecords } from '../../../src/workload/workload.ts';
import { avroRecord } from '../avro-record.ts';
import { messagesOf, recordContext, recordPlan, timeOf } from '../fixture.ts';
import { definitionFrom, directoryOf, problemsIn } from '../own-files.ts';

const CONTEXT = recordContext({ scenario: 'replayed' });
const SCHEMA = avroRecord('Order', [
  { name: 'id', type: 'string' },
  {
    name: 'customer',
    type: avroRecord('Customer', [{ name: 'city', type: ['null', 'string'] }]),
  },
  { name: 'photo', type: 'bytes', default: '' },
  { name: 'total', type: 'long' },
]);
const type = avsc.Type.forSchema(SCHEMA as unknown as avsc.Schema);

const LINES = [
  '{"id":"a","customer":{"city":"Zürich"},"total":1}',
  ' { "id" : "b", "customer": {"city": null}, "total":2 }\t',
];
const JSONL = `\ufeff${LINES[0]}\n\n${LINES[1]}\r\n{"id":"c","customer":{"city":"x"},"total":3}`;

function load(written: WrittenWorkload, files: Readonly<Record<string, string | Uint8Array>>) {
  const { definition, reference } = definitionFrom(written, { 'order.avsc': JSON.stringify(SCHEMA), ...files });
  const format = definition.onlyFormat ?? 'avro';
  const plan = (more: Partial<RecordPlan> = {}) =>
    recordPlan({ workload: reference, format, key: { kind: 'none' }, ...more });
  return {
    definition,
    plan,
    messages: (more: Partial<RecordPlan>, count: number) => messagesOf(plan(more), CONTEXT, 1, count),
  };
}

describe('JSON lines', () => {
  const { definition, plan, messages } = load({ file: './orders.jsonl' }, { 'orders.jsonl': JSONL });

  test('a workload of JSON only, with the fields of its lines', () => {
    expect(definition).toMatchObject({
      name: 'orders.jsonl',
      defaultTopic: 'orders',
      onlyFormat: 'json',
      avroSchema: null,
      fieldNames: ['id', 'customer', 'total'],
      keyFields: ['id', 'customer.city', 'total'],
    });
  });

  test('record i is line i mod count, byte by byte but for the spaces around it', () => {
    const sent = messages({}, 8).map(({ payload }) => payload.toString());
    expect(sent.slice(0, 2)).toEqual([LINES[0], LINES[1]!.trim()]);
    for (const [i, text] of sent.entries()) expect(text).toBe(sent[i % 3]);
  });

  test('the same by any number of workers', () => {
    for (const workers of [2, 7]) {
      expect(messagesOf(plan(), CONTEXT, workers, 100)).toEqual(messagesOf(plan(), CONTEXT, 1, 100));
    }
  });

  test('a field is the key, one inside too, and null where it is missing or null', () => {
    const keys = (field: string) =>
      messages({ key: { kind: 'field', field } }, 4).map(({ key }) => key?.toString() ?? null);
    expect(keys('id')).toEqual(['a', 'b', 'c', 'a']);
    expect(keys('customer.city')).toEqual(['Zürich', null, 'x', 'Zürich']);
    expect(keys('total')).toEqual(['1', '2', '3', '1']);
    const read = openRecords(plan({ key: { kind: 'field', field: 'customer.city' } }), CONTEXT);
    expect([0, 1].map((i) => read(i, timeOf(i)).key?.toString() ?? null)).toEqual(['Zürich', null]);
  });

  test('never pooled: they are in memory already', () => {
    expect(measureRecord(plan(), 1, 'replayed').freshOnly).toMatch(/orders\.jsonl are in memory/);
  });
});

describe('JSON lines with a schema', () => {
  test('as Avro, from plain JSON, with base64 bytes and defaults, and from Avro JSON', () => {
    const lines = [
      '{"id":"a","customer":{"city":null},"photo":"AQI=","total":1}',
      '{"id":"b","customer":{"city":"x"},"total":2}',
      '{"id":"c","customer":{"city":{"string":"y"}},"photo":"\\u0001\\u0002","total":3}',
    ];
    const { definition, messages } = load(
      { file: 'orders.ndjson', schema: 'order.avsc' },
      { 'orders.ndjson': lines.join('\n') },
    );
    expect(definition.avroSchema).toEqual(SCHEMA);
    expect(definition.onlyFormat).toBeUndefined();
    const values = messages({ schemaId: 9 }, 3).map(({ payload }) => {
      expect([...payload.subarray(0, 5)]).toEqual([0, 0, 0, 0, 9]);
      return JSON.parse(JSON.stringify(type.fromBuffer(payload.subarray(5))));
    });
    const bytes = (...data: number[]) => ({ type: 'Buffer', data });
    expect(values).toEqual([
      { id: 'a', customer: { city: null }, photo: bytes(1, 2), total: 1 },
      { id: 'b', customer: { city: 'x' }, photo: bytes(), total: 2 },
      { id: 'c', customer: { city: 'y' }, photo: bytes(1, 2), total: 3 },
    ]);
    expect(messages({ format: 'json' }, 3).map(({ payload }) => payload.toString())).toEqual(lines);
  });
});

const MARKER = Buffer.alloc(16, 7);
const values = Array.from({ length: 10 }, (_, i) => ({
  id: `i${i}`,
  customer: { city: i % 2 === 0 ? null : 'ü' },
  photo: Buffer.from([i]),
  total: i * 2 ** 40,
}));
const encoded = values.map((value) => type.toBuffer(value));

function containerOf(codec: string, pack: (block: Uint8Array) => Uint8Array): Buffer {
  const header = Buffer.from(containerHeader(JSON.stringify(SCHEMA), MARKER));
  const named = Buffer.from(
    header.toString('latin1').replace('\x08null', `${String.fromCharCode(codec.length * 2)}${codec}`),
    'latin1',
  );
  const block = (records: readonly Uint8Array[]) => {
    const packed = pack(Buffer.concat(records));
    return Buffer.concat([avroStringLength(records.length), avroStringLength(packed.length), packed, MARKER]);
  };
  return Buffer.concat([named, block(encoded.slice(0, 4)), block(encoded.slice(4))]);
}

const headerType = avsc.Type.forSchema(
  avroRecord('Header', [
    { name: 'magic', type: { type: 'fixed', name: 'Magic', size: 4 } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', name: 'Sync', size: 16 } },
  ]),
);

/** A container whose first block begins with these bytes, whole ones behind it. */
const broken = (counts: Uint8Array) =>
  Buffer.concat([containerHeader(JSON.stringify(SCHEMA), MARKER), counts, MARKER, containerBlock(encoded, MARKER)]);

describe('Avro containers', () => {
  const plain = Buffer.concat([
    containerHeader(JSON.stringify(SCHEMA), MARKER),
    containerBlock(encoded.slice(0, 4), MARKER),
    containerBlock(encoded.slice(4), MARKER),
  ]);

  test.each([
    ['null', plain],
    ['deflate', containerOf('deflate', (block) => deflateRawSync(block))],
  ])('codec %s: records as they are encoded there', (_, file) => {
    const { definition, plan, messages } = load({ file: 'orders.avro' }, { 'orders.avro': file });
    expect(definition).toMatchObject({
      avroSchema: SCHEMA,
      fieldNames: ['id', 'customer', 'photo', 'total'],
      keyFields: ['id', 'customer.city', 'photo', 'total'],
    });
    for (const [i, { payload, key }] of messages({ key: { kind: 'field', field: 'id' } }, 25).entries()) {
      expect(payload.subarray(5)).toEqual(encoded[i % 10]);
      expect(key?.toString()).toBe(`i${i % 10}`);
    }
    const read = openRecords(plan(), CONTEXT);
    expect(read(11, 0).value).toEqual({ id: 'i1', customer: { city: 'ü' }, photo: 'AQ==', total: 2 ** 40 });
  });

  test('a header that names no codec means none, and endings have no case', () => {
    const meta = { 'avro.schema': Buffer.from(JSON.stringify(SCHEMA)) };
    const header = headerType.toBuffer({ magic: Buffer.from('Obj\u0001'), meta, sync: MARKER });
    const file = Buffer.concat([header, containerBlock(encoded, MARKER)]);
    const { messages } = load({ file: 'ORDERS.AVRO' }, { 'ORDERS.AVRO': file });
    expect(messages({}, 10).map(({ payload }) => payload.subarray(5))).toEqual(encoded);
    expect(load({ file: 'X.JsonL' }, { 'X.JsonL': JSONL }).definition.onlyFormat).toBe('json');
  });

  test('as JSON: bytes in base64', () => {
    const { messages } = load({ file: 'orders.avro' }, { 'orders.avro': plain });
    const [first] = messages({ format: 'json' }, 1);
    expect(JSON.parse(first!.payload.toString())).toEqual({
      id: 'i0',
      customer: { city: null },
      photo: 'AA==',
      total: 0,
    });
  });

  test.each<[name: string, written: WrittenWorkload, file: Uint8Array, message: RegExp]>([
    ['no container', { file: 'x.avro' }, Buffer.from('{}'), /x\.avro: is not an Avro container file/],
    ['cut off', { file: 'x.avro' }, plain.subarray(0, plain.length - 3), /x\.avro: block 2 is cut off/],
    ['another end', { file: 'x.avro' }, Buffer.concat([plain.subarray(0, -1), Buffer.of(9)]), /block 2 is incomplete/],
    [
      'fewer records than it says',
      { file: 'x.avro' },
      Buffer.concat([
        containerHeader(JSON.stringify(SCHEMA), MARKER),
        avroStringLength(2),
        avroStringLength(encoded[0]!.length),
        encoded[0]!,
        MARKER,
      ]),
      /block 1 is broken/,
    ],
    [
      'more records than it says',
      { file: 'x.avro' },
      broken(Buffer.concat([avroStringLength(1), avroStringLength(encoded[0]!.length * 2), encoded[0]!, encoded[0]!])),
      /block 1 is broken/,
    ],
    ['less than no records', { file: 'x.avro' }, broken(Buffer.of(1, 0)), /block 1 is cut off, or broken/],
    ['less than no bytes', { file: 'x.avro' }, broken(Buffer.of(2, 1)), /block 1 is cut off, or broken/],
    [
      'nothing in it',
      { file: 'x.avro' },
      Buffer.from(containerHeader(JSON.stringify(SCHEMA), MARKER)),
      /contains no records/,
    ],
    [
      'another codec',
      { file: 'x.avro' },
      containerOf('snappy', (block) => block),
      /its codec snappy is not read \(write it with null or deflate\)/,
    ],
    [
      'what every object has for a codec',
      { file: 'x.avro' },
      containerOf('toString', (block) => block),
      /its codec toString is not read/,
    ],
    ['a second schema', { file: 'x.avro', schema: 'order.avsc' }, plain, /has a schema of its own/],
    [
      'no record',
      { file: 'x.avro' },
      Buffer.from(containerHeader('"string"', MARKER)),
      /the schema of a message is a record/,
    ],
  ])('refused: %s', (_, written, file, message) => {
    const problems = problemsIn(() => load(written, { 'x.avro': file }));
    expect(problems.map(formatProblem)).toEqual([expect.stringMatching(message)]);
  });
});

describe('bad lines: every one with its number', () => {
  const problemsOf = (text: string, schema = true) =>
    problemsIn(() => load({ file: 'x.jsonl', schema: schema ? 'order.avsc' : undefined }, { 'x.jsonl': text })).map(
      (problem) => formatProblem(problem).replace(/^.*[/\\](?=x\.jsonl)/, ''),
    );

  test('not JSON, no object, not of the schema', () => {
    expect(problemsOf(`${LINES[0]}\n{"id": \n[1]\n\n{"id":1,"customer":{"city":5},"total":1.5}\n{"id":"a"}`)).toEqual([
      'x.jsonl:2: is not JSON: Unexpected end of JSON input',
      'x.jsonl:3: is not a JSON object',
      'x.jsonl:5: is not of the schema: `id` is 1, not a string; `customer.city` is 5, not null or string; `total` is 1.5, not a long',
      'x.jsonl:6: is not of the schema: `customer` is missing: a Customer; `total` is missing: a long',
    ]);
  });

  test('ten of them, and how many more there are', () => {
    const problems = problemsOf('x\n'.repeat(15), false);
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe('x.jsonl: and 5 more such lines');
    expect(problemsOf('x\n'.repeat(11), false).at(-1)).toBe('x.jsonl: and 1 more such line');
    expect(problemsOf('x\n'.repeat(10), false).at(-1)).toMatch(/^x\.jsonl:10: is not JSON/);
  });

  test('no text, nothing at all, another ending', () => {
    expect(
      problemsIn(() => load({ file: 'x.jsonl' }, { 'x.jsonl': Buffer.from([123, 0xff, 125]) }))[0]?.message,
    ).toMatch(/UTF-8/);
    expect(problemsOf('\n\n', false)).toEqual(['x.jsonl: it contains no records']);
    expect(problemsIn(() => load({ file: 'x.csv' }, { 'x.csv': 'a' }))[0]?.hint).toMatch(/\.jsonl, \.ndjson/);
  });
});

test('a file of more than 256 MiB is refused before it is read', () => {
  const directory = directoryOf({ 'large.jsonl': '' });
  truncateSync(join(directory, 'large.jsonl'), 2 ** 28 + 1);
  const problems = problemsIn(() => definitionOf(referenceOf({ file: 'large.jsonl' }, directory)));
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/large\.jsonl` has more than 256 MiB of records$/),
  ]);
});

test('fields of the key that change with the file are not mixed up', () => {
  const first = load({ file: 'a.jsonl' }, { 'a.jsonl': '{"id":"1"}' });
  const second = load({ file: 'a.jsonl' }, { 'a.jsonl': '{"id":"2"}' });
  const key = { kind: 'field', field: 'id' } as const;
  const keyOf = (each: typeof first) => each.messages({ key }, 1)[0]!.key!.toString();
  expect([keyOf(first), keyOf(second)]).toEqual(['1', '2']);
});
