/** Reading what we write is the identity: Avro to plain JSON and back, for any schema and value. */

import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson, plainJson } from '../../../../src/workload/encoding/exact-json.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { readAvro } from '../../../../src/workload/schema/values/avro-reader.ts';
import { avroOfJson } from '../../../../src/workload/schema/values/json-reader.ts';
import { avroRecord } from '../../avro-record.ts';

/** A schema of a value, and values for avsc, which leaves logical types alone: decimals and durations are bytes. */
interface Typed {
  readonly schema: unknown;
  readonly values: fc.Arbitrary<unknown>;
}

let names = 0;
const named = (type: string, more: object) => ({ type, name: `T${names++}`, ...more });

const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((each) => Buffer.from(each));
const longs = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt));
const doubles = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, 1e21, 1e-7));
const floats = fc.oneof(fc.float(), fc.constantFrom(Math.fround(0.1), Math.fround(12.34), Math.fround(3.4e38)));

/** Big-endian two's complement in as few bytes as it takes. */
function unscaled(value: bigint): Buffer {
  let size = 1;
  while (BigInt.asIntN(size * 8, value) !== value) size++;
  return Buffer.from(
    BigInt.asUintN(size * 8, value)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  );
}

const decimals = fc
  .integer({ min: 1, max: 30 })
  .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale) => ({ precision, scale })))
  .map(({ precision, scale }): Typed => {
    const max = 10n ** BigInt(precision) - 1n;
    return {
      schema: { type: 'bytes', logicalType: 'decimal', precision, scale },
      values: fc.bigInt({ min: -max, max: max }).map(unscaled),
    };
  });

const texts = fc.string({ unit: 'grapheme' });
const one = (schema: () => unknown, values: fc.Arbitrary<unknown>) =>
  fc.constant(null).map((): Typed => ({ schema: schema(), values }));

const leaves = fc.oneof(
  one(() => 'boolean', fc.boolean()),
  one(() => 'int', fc.integer()),
  one(() => 'long', longs),
  one(() => ({ type: 'long', logicalType: 'timestamp-micros' }), longs),
  one(() => 'float', floats),
  one(() => 'double', doubles),
  one(() => 'string', texts),
  one(() => 'bytes', bytes(0, 20)),
  one(() => named('fixed', { size: 5 }), bytes(5, 5)),
  one(() => named('fixed', { size: 12, logicalType: 'duration' }), bytes(12, 12)),
  one(() => named('fixed', { size: 16, logicalType: 'uuid' }), bytes(16, 16)),
  one(() => named('enum', { symbols: ['A', 'B'] }), fc.constantFrom('A', 'B')),
  decimals,
);

function typed(depth: number): fc.Arbitrary<Typed> {
  if (depth === 0) return leaves;
  const inner = typed(depth - 1);
  return fc.oneof(
    leaves,
    inner.map(
      ({ schema, values }): Typed => ({
        schema: { type: 'array', items: schema },
        values: fc.array(values, { maxLength: 4 }),
      }),
    ),
    inner.map(
      ({ schema, values }): Typed => ({
        schema: { type: 'map', values: schema },
        values: fc.dictionary(texts, values, { maxKeys: 4, noNullPrototype: true }),
      }),
    ),
    leaves.map(
      ({ schema, values }): Typed => ({ schema: ['null', schema], values: fc.option(wrapped(schema, values)) }),
    ),
    record(inner),
  );
}

/** As avsc has it where all unions are wrapped. */
function wrapped(schema: unknown, values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { name, type } = (typeof schema === 'string' ? { type: schema } : schema) as { name?: string; type: string };
  return values.map((value) => ({ [name ?? type]: value }));
}

function record(inner: fc.Arbitrary<Typed>): fc.Arbitrary<Typed> {
  return fc.array(inner, { minLength: 1, maxLength: 4 }).map(
    (fields): Typed => ({
      schema: named('record', { fields: fields.map(({ schema }, i) => ({ name: `f${i}`, type: schema })) }),
      values: fc
        .tuple(...fields.map(({ values }) => values))
        .map((all) => Object.fromEntries(all.map((v, i) => [`f${i}`, v]))),
    }),
  );
}

const long = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0 as const,
});

const typeHook = (schema: unknown) => {
  const type = typeof schema === 'string' ? schema : (schema as { type?: unknown }).type;
  return type === 'long' ? long : (undefined as never);
};

/** Types of which one from each line can be told apart, with whole numbers as their values. */
const APART: readonly (readonly Typed[])[] = [
  [
    { schema: 'int', values: fc.integer() },
    { schema: 'long', values: longs },
    { schema: { type: 'long', logicalType: 'timestamp-micros' }, values: longs },
  ],
  [
    { schema: 'float', values: fc.integer({ min: -9999, max: 9999 }) },
    { schema: 'double', values: fc.integer() },
    {
      schema: { type: 'bytes', logicalType: 'decimal', precision: 30, scale: 4 },
      values: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }).map(unscaled),
    },
  ],
  [{ schema: 'boolean', values: fc.boolean() }],
  [{ schema: 'null', values: fc.constant(null) }],
];

test('a value keeps its type in any union of types that do not look alike', () => {
  const cases = fc
    .tuple(...APART.map((types) => fc.constantFrom(...types)))
    .chain((types) => fc.shuffledSubarray(types, { minLength: 1 }))
    .chain((union) => fc.tuple(fc.constant(union), fc.nat({ max: union.length - 1 })))
    .chain(([union, branch]) => fc.tuple(fc.constant(union), fc.constant(branch), union[branch]!.values));
  fc.assert(
    fc.property(cases, ([union, branch, value]) => {
      const type = avsc.Type.forSchema(union[branch]!.schema as avsc.Schema, { typeHook });
      const bytes = Buffer.concat([Buffer.of(branch * 2), type.toBuffer(value)]);
      const fields = [{ name: 'v', type: union.map(({ schema }) => schema) }];
      const root = readSchema({ type: 'record', name: 'U', fields }, 'test');
      const text = plainJson(readAvro(root, bytes));
      expect(Buffer.from(avroOfJson(root, parseJson(text))).toString('hex'), text).toBe(bytes.toString('hex'));
    }),
    { numRuns: 300 },
  );
});

test('a text in a union of bytes and text is the text, whatever its letters', () => {
  const root = readSchema(avroRecord('U', [{ name: 'v', type: ['bytes', 'string'] }]), 'test');
  for (const text of ['test', 'hello', '']) expect(avroOfJson(root, { v: text })[0]).toBe(2);
});

test('any record, written as plain JSON and read again, has the bytes that avsc gives it', () => {
  const cases = record(typed(2)).chain(({ schema, values }) => values.map((value) => ({ schema, value })));
  fc.assert(
    fc.property(cases, ({ schema, value }) => {
      const type = avsc.Type.forSchema(schema as avsc.Schema, { typeHook, wrapUnions: true });
      const bytes = type.toBuffer(value);
      const root = readSchema(schema, 'test');
      const text = plainJson(readAvro(root, bytes));
      expect(() => JSON.parse(text)).not.toThrow();
      expect(Buffer.from(avroOfJson(root, parseJson(text))).toString('hex')).toBe(bytes.toString('hex'));
    }),
    { numRuns: 300 },
  );
});

test('a union’s value is of the first type that plain JSON looks like', () => {
  const union = ['null', 'long', 'double', 'string', 'bytes'];
  const root = readSchema(avroRecord('U', [{ name: 'v', type: union }]), 'test');
  const read = (text: string) => union[avroOfJson(root, parseJson(`{"v":${text}}`))[0]! / 2];
  expect(['null', '5', '5.0', '1e3', '"5"', '"AQI="'].map(read)).toEqual([
    'null',
    'long',
    'double',
    'double',
    'string',
    'string',
  ]);
  const written = (bytes: number[]) => plainJson(readAvro(root, Buffer.from(bytes)));
  // A long and a double with the same digits, and a long that would be a text.
  expect(written([2, 10])).toBe('{"v":5}');
  expect(written([4, 0, 0, 0, 0, 0, 0, 20, 64])).toBe('{"v":5.0}');
  expect(written([2, 254, 255, 255, 255, 255, 255, 255, 255, 255, 1])).toBe('{"v":9223372036854775807}');
});
