/** One rule for JSON lines, whatever is left out of them; keys are of the record, not of its text. */

import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/errors.ts';
import { containerBlock, containerHeader } from '../../../src/workload/encoding/avro-container.ts';
import type { RecordPlan } from '../../../src/workload/record-plan.ts';
import { openRecords } from '../../../src/workload/workload.ts';
import { avroRecord } from '../avro-record.ts';
import { messagesOf, recordContext, recordPlan } from '../fixture.ts';
import { definitionFrom, problemsIn } from '../own-files.ts';

const CONTEXT = recordContext({ scenario: 'replayed' });
const fixed = (name: string, size: number, more = {}) => ({ type: 'fixed', name, size, ...more });
const decimal = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale });
const duration = fixed('Span', 12, { logicalType: 'duration' });
const schemaOf = (fields: Readonly<Record<string, unknown>>) =>
  avroRecord('R', [
    ...Object.entries(fields).map(([name, type]) => ({ name, type })),
    { name: 'note', type: 'string', default: 'none' },
  ]);

function load(lines: readonly string[], schema?: object) {
  const written = { file: 'x.jsonl', ...(schema && { schema: 'x.avsc' }) };
  const files = { 'x.jsonl': lines.join('\n'), 'x.avsc': JSON.stringify(schema ?? {}) };
  const { definition, reference } = definitionFrom(written, files);
  const format = definition.onlyFormat ?? 'avro';
  const open = (more: Partial<RecordPlan> = {}) => {
    const plan = recordPlan({ workload: reference, format, key: { kind: 'none' }, ...more });
    return { sent: messagesOf(plan, CONTEXT, 1, lines.length), read: openRecords(plan, CONTEXT) };
  };
  return Object.assign(open, { definition });
}

/** What avsc, which knows nothing of logical types, finds in the field `v` of each line. */
function valuesOf(type: unknown, texts: readonly string[]) {
  const schema = schemaOf({ v: type });
  const lines = texts.flatMap((text) => [`{"v":${text}}`, `{"v":${text},"note":"none"}`]);
  const reader = avsc.Type.forSchema(schema as avsc.Schema, {
    registry: { long: avsc.types.LongType.__with(BIG_LONG) },
  });
  const values = load(lines, schema)().sent.map(({ payload }) => {
    const { v, note } = reader.fromBuffer(payload.subarray(5)) as { v: unknown; note: string };
    expect(note).toBe('none');
    return Buffer.isBuffer(v) ? `0x${v.toString('hex')}` : v;
  });
  for (let i = 0; i < values.length; i += 2) expect(values[i]).toEqual(values[i + 1]);
  return values.filter((_, i) => i % 2 === 0);
}

const BIG_LONG = {
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: () => Buffer.alloc(8),
  fromJSON: Number,
  toJSON: Number,
  isValid: () => true,
  compare: () => 0 as const,
};

function refusedOf(type: unknown, ...texts: readonly string[]) {
  const lines = texts.map((text) => `{"v":${text}}`);
  return problemsIn(() => load(lines, schemaOf({ v: type }))).map((problem) =>
    formatProblem(problem).replace(/^.*x\.jsonl:(\d+): (scenarios.*?: )?/, '$1: '),
  );
}

describe('a line reads the same with and without its defaulted fields', () => {
  test.each<[what: string, type: unknown, texts: string[], values: unknown[]]>([
    ['bytes', 'bytes', ['"aGVsbG8="', '"test"', '""'], ['0x68656c6c6f', '0xb5eb2d', '0x']],
    ['a fixed', fixed('F', 2), ['"AQI="'], ['0x0102']],
    ['a union of bytes', ['null', 'bytes'], ['"AQI="', 'null'], ['0x0102', null]],
    [
      'a decimal',
      decimal(20, 10),
      ['10.67', '"10.67"', '1e9'],
      ['0x18d7d0cb00', '0x18d7d0cb00', '0x008ac7230489e80000'],
    ],
    ['a decimal of 20 digits', decimal(20, 10), ['1234567890.1234567891'], ['0x00ab54a98ceb1f0ad3']],
    ['a negative decimal', decimal(4, 2), ['-0.05', '-1', '0'], ['0xfb', '0x9c', '0x00']],
    ['a duration', duration, ['{"months":1,"days":2,"milliseconds":3}'], ['0x010000000200000003000000']],
    [
      'longs',
      'long',
      ['9007199254740991', '1152921504606846977', '"1152921504606846977"', '-9223372036854775808', '1e3', '5.0'],
      [9007199254740991n, 1152921504606846977n, 1152921504606846977n, -(2n ** 63n), 1000n, 5n],
    ],
    ['doubles', 'double', ['"NaN"', '"-Infinity"', '1e308', '5'], [Number.NaN, -Infinity, 1e308, 5]],
    ['floats', 'float', ['"Infinity"', '0.5', '3.4e38'], [Infinity, 0.5, Math.fround(3.4e38)]],
    ['text or long', ['string', 'long'], ['"1152921504606846977"', '5'], ['1152921504606846977', { long: 5n }]],
  ])('%s', (_, type, texts, values) => {
    const found = valuesOf(type, texts).map((v) => (isUnion(type) && isNamed(v) ? named(v) : v));
    expect(found).toEqual(values);
  });

  const isUnion = Array.isArray;
  const isNamed = (value: unknown) => typeof value === 'bigint';
  const named = (value: unknown) => ({ long: value });
});

test('values of no place in their type are refused with their line, the limits named', () => {
  expect(refusedOf('double', '1', '1e999', '-1e999')).toEqual([
    '2: is not of the schema: `v` is 1e999, beyond a double: ±1.7976931348623157e308',
    '3: is not of the schema: `v` is -1e999, beyond a double: ±1.7976931348623157e308',
  ]);
  expect(refusedOf('float', '1e39')).toEqual(['1: is not of the schema: `v` is 1e39, beyond a float: ±3.4028235e38']);
  expect(refusedOf(['null', 'float'], '1e39')).toEqual([
    '1: is not of the schema: `v` is 1e39, beyond a float: ±3.4028235e38',
  ]);
  expect(refusedOf('long', '9223372036854775808', '1e999999999')).toEqual([
    '1: is not of the schema: `v` is 9223372036854775808, beyond a long: -2^63 to 2^63 - 1',
    '2: is not of the schema: `v` is 1e999999999, not a long',
  ]);
  expect(refusedOf('int', '2147483648')).toEqual([
    '1: is not of the schema: `v` is 2147483648, beyond an int: -2^31 to 2^31 - 1',
  ]);
  expect(refusedOf(decimal(4, 2), '10.123', '"100"', '"AQI="')).toEqual([
    '1: is not of the schema: `v` is 10.123, not a decimal(4,2)',
    '2: is not of the schema: `v` is "100", not a decimal(4,2)',
    '3: is not of the schema: `v` is "AQI=", not a decimal(4,2)',
  ]);
  expect(refusedOf('bytes', '"test"', '"hello"')).toEqual([
    '2: is not of the schema: `v` is "hello", not bytes in base64',
  ]);
  expect(refusedOf(fixed('F', 2), '"AQID"')).toEqual([
    '1: is not of the schema: `v` is "AQID", not a F of 2 bytes in base64',
  ]);
});

describe("Avro's JSON encoding", () => {
  const schema = schemaOf({ a: ['null', 'string'], photo: 'bytes', price: decimal(4, 2) });
  const type = avsc.Type.forSchema(schema as avsc.Schema);
  const values = (...lines: string[]) =>
    load(lines, schema)().sent.map(({ payload }) => type.fromBuffer(payload.subarray(5)));

  test('is read where a line names the branch of a union, defaulted fields left out or not', () => {
    const line = '{"a":{"string":"x"},"photo":"test","price":"\\u0004\\u00d2"}';
    const value = { a: 'x', photo: Buffer.from('test'), price: Buffer.of(4, 210), note: 'none' };
    expect(values(line, `${line.slice(0, -1)},"note":"none"}`)).toEqual([value, value]);
  });

  test('a line that is neither is refused, with what is wrong in the encoding that it names', () => {
    const lines = ['{"a":{"string":"x"},"photo":"€","price":"\\u0000"}', '{"a":{"text":"x"},"photo":"","price":1}'];
    expect(problemsIn(() => load(lines, schema)).map(({ message }) => message)).toEqual([
      'is not of the schema in Avro\'s JSON encoding, whose branch names it has: `photo` is "€", not bytes',
      'is not of the schema: `a` is {"text":"x"}, not null or string',
    ]);
  });
});

describe('keys are the record’s', () => {
  const keysOf = (field: string, lines: readonly string[]) =>
    load(lines)({ key: { kind: 'field', field } }).sent.map(({ key }) => key?.toString() ?? null);

  test('of JSON without a schema: the digits as they are written', () => {
    const digits = ['1795292668348461057', '1.0', '1e3', '-0', '"1.0"', 'true', 'null'];
    const keys = ['1795292668348461057', '1.0', '1e3', '-0', '1.0', 'true', null];
    expect(
      keysOf(
        'k',
        digits.map((text) => `{"k":${text}}`),
      ),
    ).toEqual(keys);
    expect(
      keysOf(
        'k.x',
        digits.map((text) => `{"k":{"x":${text}}}`),
      ),
    ).toEqual(keys);
  });

  test('a path leads through maps alone: not into lists, numbers, or what every object has', () => {
    const lines = [
      '{"a":{"length":5,"text":"t","0":"z"},"constructor":"c"}',
      '{"a":[1,2]}',
      '{"a":1.5}',
      '{"a":"text"}',
    ];
    for (const [field, key] of [
      ['a.length', '5'],
      ['a.text', 't'],
      ['a.0', 'z'],
      ['constructor', 'c'],
    ] as const) {
      expect(keysOf(field, lines)).toEqual([key, null, null, null]);
    }
  });

  test.each(['avro', 'json'] as const)('of the schema’s type, sent as %s', (format) => {
    const schema = avroRecord('R', [
      { name: 'customer_id', type: ['null', 'string'], default: null },
      { name: 'n', type: 'long', default: 7 },
      { name: 'raw', type: 'bytes', default: '\u00ff' },
      { name: 'price', type: decimal(6, 2), default: '\u0064' },
      { name: 'score', type: ['long', 'double'], default: 0 },
    ]);
    const lines = [
      '{"customer_id":{"string":"c-1"}}',
      '{"customer_id":"c-2","n":1795292668348461057,"raw":"AQI=","price":10.50}',
      '{"n":1e3,"score":5.0}',
    ];
    const of = (field: string) =>
      load(
        lines,
        schema,
      )({ key: { kind: 'field', field }, format }).sent.map(({ key }) => key?.toString('latin1') ?? null);
    expect(of('customer_id')).toEqual(['c-1', 'c-2', null]);
    expect(of('n')).toEqual(['7', '1795292668348461057', '1000']);
    expect(of('raw')).toEqual(['\xff', '\x01\x02', '\xff']);
    expect(of('price')).toEqual(['1', '10.5', '1']);
    expect(of('score')).toEqual(['0', '0', '5']);
  });

  test('of an .avro file: bytes are the bytes', () => {
    const schema = schemaOf({ k: 'bytes' });
    const record = avsc.Type.forSchema(schema as avsc.Schema).toBuffer({ k: Buffer.of(255, 1), note: '' });
    const marker = Buffer.alloc(16);
    const file = Buffer.concat([containerHeader(JSON.stringify(schema), marker), containerBlock([record], marker)]);
    const { reference } = definitionFrom({ file: 'x.avro' }, { 'x.avro': file });
    const plan = recordPlan({ workload: reference, key: { kind: 'field', field: 'k' } });
    expect(messagesOf(plan, CONTEXT, 1, 1)[0]!.key).toEqual(Buffer.of(255, 1));
  });

  test('a list or a map is none, said with its line', () => {
    const problemsOf = (line: string) =>
      problemsIn(() => keysOf('k', ['{"k":1}', '', line])).map((problem) =>
        formatProblem(problem).replace(/^.*\//, ''),
      );
    expect(problemsOf('{"k":[1]}')).toEqual(['x.jsonl:3: `k` is a list, but a key is a single value']);
    expect(load(['{"v":{"k":[1]}}', '{"k":{"a":1}}']).definition.noKeys).toEqual({
      v: expect.stringMatching(/x\.jsonl:1: `v` is a map, but a key is a single value$/),
      'v.k': expect.stringMatching(/x\.jsonl:1: `v\.k` is a list, but a key is a single value$/),
      k: expect.stringMatching(/x\.jsonl:2: `k` is a map/),
    });
    expect(problemsOf('{"k":{"a":1}}')).toEqual(['x.jsonl:3: `k` is a map, but a key is a single value']);
  });
});

test('what is printed is the record that goes out', () => {
  const texts = ['{"k":1.0,"n":1795292668348461057,"x":1e999}', '{"k" : 1e3}'];
  const { read, sent } = load(texts)();
  for (const [i, text] of texts.entries()) {
    expect(read(i, 0).json).toBe(text);
    expect(sent[i]!.payload.toString()).toBe(text);
  }
  const lines = ['{"v":"1152921504606846977"}', '{"v":12e2,"note":"x"}'];
  const ofSchema = load(lines, schemaOf({ v: 'long' }));
  const printed = (format: 'avro' | 'json') => lines.map((_, i) => ofSchema({ format }).read(i, 0).json);
  expect(printed('avro')).toEqual(['{"v":"1152921504606846977","note":"none"}', '{"v":1200,"note":"x"}']);
  expect(printed('json')).toEqual(lines);
});
