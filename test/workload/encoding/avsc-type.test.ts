/** What a schema says beside its types must not decide whether its records can be read. */
import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { AvroValues } from '../../../src/workload/encoding/avro-values.ts';
import { avroType } from '../../../src/workload/encoding/avsc-type.ts';
import { readTypes } from '../../../src/workload/schema/reading/read-schema.ts';
import { readAvro } from '../../../src/workload/schema/values/avro-reader.ts';

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}

const record = (fields: readonly Field[], more: object = {}) => ({
  type: 'record',
  name: 'R',
  ...more,
  fields,
});
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('read as if it were not there', () => {
  const types = record([
    { name: 'n', type: 'int' },
    { name: 's', type: ['null', 'string'] },
    { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } },
  ]);
  const value = { n: 7, s: 'x', e: 'B' };
  const bytes = avsc.Type.forSchema(types as avsc.Schema).toBuffer(value);
  const enumOf = (more: object) => ({ name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'], ...more } });
  test.each<[string, object]>([
    ['a default of another type', record([{ name: 'n', type: 'int', default: '0' }, ...types.fields.slice(1)])],
    [
      'a default of a later branch',
      record([types.fields[0]!, { name: 's', type: ['null', 'string'], default: 'x' }, types.fields[2]!]),
    ],
    ['a default that is no symbol', record([types.fields[0]!, types.fields[1]!, enumOf({ default: 'C' })])],
    ['aliases, orders and docs of any kind', record(types.fields.map((each) => ({ ...each, aliases: 5, order: 'x' })))],
    ['a namespace with hyphens', record(types.fields, { namespace: 'com.my-company.2nd' })],
    [
      'logical types that do not fit',
      record([{ name: 'n', type: { type: 'int', logicalType: 'uuid' } }, ...types.fields.slice(1)]),
    ],
    ['braces around a type', record(types.fields.map((each) => ({ name: each.name, type: { type: each.type } })))],
  ])('%s', (_, schema) => {
    expect(plain(avroType(schema).fromBuffer(bytes))).toEqual(value);
    expect(readAvro(readTypes(schema), bytes)).toEqual(value);
  });
});

test('any type may be the whole', () => {
  expect(avroType('string').fromBuffer(Buffer.from([2, 65]))).toBe('A');
  expect(avroType(['null', 'int', 'long']).fromBuffer(Buffer.from([2, 4]))).toBe(2);
  expect(avroType({ type: 'array', items: 'int' }).fromBuffer(Buffer.from([2, 4, 0]))).toEqual([2]);
});

test('values may leave out fields whose default is one', () => {
  const schema = record([
    { name: 'a', type: 'int', default: 5 },
    { name: 'b', type: 'int', default: '0' },
    { name: 'c', type: ['null', 'int'], default: null },
  ]);
  const values = new AvroValues(schema);
  expect([...values.toBytes({ b: 1 })]).toEqual([10, 2, 0]);
  expect(values.problems({})).toEqual(['`b` is missing: an int']);
});
