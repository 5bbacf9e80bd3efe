import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import type { AvroNode } from '../../../../src/workload/schema/reading/avro-node.ts';
import { avroBytes } from '../../../../src/workload/schema/values/json-reader.ts';
import { fits, literal } from '../../../../src/workload/schema/values/plain-value.ts';

const INT: AvroNode = { kind: 'int', logical: null };
const BYTES: AvroNode = { kind: 'bytes', logical: null };
const decimal: AvroNode = { kind: 'bytes', logical: { type: 'decimal', precision: 4, scale: 2 } };
const record: AvroNode = { kind: 'record', name: 'R', fields: [{ name: 'a', doc: '', node: INT }] };
const uuid: AvroNode = { kind: 'string', logical: { type: 'uuid' } };
const fixedUuid: AvroNode = { kind: 'fixed', name: 'U', size: 16, logical: { type: 'uuid' } };
const duration: AvroNode = { kind: 'fixed', name: 'D', size: 12, logical: { type: 'duration' } };
const fixed: AvroNode = { kind: 'fixed', name: 'F', size: 2, logical: null };

test.each<[string, AvroNode, unknown[], unknown[]]>([
  ['an int', INT, [0, 2 ** 31 - 1, -(2 ** 31)], [2 ** 31, -(2 ** 31) - 1, 0.5, '1']],
  ['a long', { kind: 'long', logical: null }, [2 ** 53 - 1, 1 - 2 ** 53], [2 ** 53, -(2 ** 53), 0.5]],
  ['a UUID', uuid, ['123e4567-e89b-12d3-a456-42661417400A'], ['123e4567', '', 5]],
  ['a UUID of 16 bytes', fixedUuid, ['123e4567-e89b-12d3-a456-426614174000'], ['AQIDBAUGBwgJCgsMDQ4PEA==', 5]],
  [
    'a duration',
    duration,
    [{ months: 0, days: 1, milliseconds: 2 ** 32 - 1 }],
    [
      { months: -1, days: 0, milliseconds: 0 },
      { months: 0, days: 0, milliseconds: 2 ** 32 },
      { months: 1, days: 1 },
      5,
    ],
  ],
  ['a record', record, [{ a: 1 }], [{ a: 1, b: 2 }, {}, { b: 1 }, null, [1]]],
  ['a decimal', decimal, [0, 99.99, -99.99, 0.29], [100, 0.001, '1']],
  ['bytes', BYTES, ['', 'AQI=', 'AQID'], ['AQI', 'A', '*', 1]],
  ['a fixed', fixed, ['AQI='], ['AQID', 'AQ==', '']],
])('%s is what its type holds, and nothing else', (_, node, values, others) => {
  for (const value of values) expect([value, fits(node, value)]).toEqual([value, true]);
  for (const other of others) expect([other, fits(node, other)]).toEqual([other, false]);
});

describe('what somebody wrote, as a value of a type', () => {
  const NULL: AvroNode = { kind: 'null', logical: null };
  const STRING: AvroNode = { kind: 'string', logical: null };
  const BOOLEAN: AvroNode = { kind: 'boolean', logical: null };
  const union = (...branches: AvroNode[]): AvroNode => ({ kind: 'union', branches });

  test.each<[string, AvroNode, unknown, unknown]>([
    ['null is no text', STRING, null, undefined],
    ['null in a union with null, wherever that stands', union(STRING, NULL), null, null],
    ['the word null there', union(STRING, NULL), 'null', null],
    ['the word null elsewhere', union(STRING, INT), 'null', 'null'],
    ['a number is one before it is a text', union(STRING, INT), 5, 5],
    ['true is so too', union(STRING, BOOLEAN), true, true],
    ['digits in quotes are a text where that stands in front', union(STRING, INT), '5', '5'],
    ['digits in quotes are a number where that stands in front', union(INT, STRING), '5', 5],
    ['a number is a text where there is nothing else', union(NULL, STRING), 5, '5'],
    [
      'text for bytes, in a record too',
      union(NULL, { ...record, fields: [{ name: 'a', doc: '', node: BYTES }] }),
      { a: 'AAAA' },
      { a: 'QUFBQQ==' },
    ],
    ['a list is no text', STRING, ['a'], undefined],
    ['a record is no text', STRING, {}, undefined],
  ])('%s', (_, node, input, value) => {
    expect(literal(node, input)).toEqual(value);
  });
});

test('lists without items are what avsc writes', () => {
  const lists: AvroNode = { kind: 'array', items: { kind: 'map', values: INT } };
  const type = avsc.Type.forSchema({ type: 'array', items: { type: 'map', values: 'int' } });
  for (const value of [[], [{}], [{ a: 1 }, {}, { b: -70, c: 64 }]]) {
    expect([...avroBytes(lists, value)]).toEqual([...type.toBuffer(value)]);
  }
});
