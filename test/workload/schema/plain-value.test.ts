import { expect, test } from 'vitest';
import type { AvroNode } from '../../../src/workload/schema/avro-node.ts';
import { fits } from '../../../src/workload/schema/plain-value.ts';

const INT: AvroNode = { kind: 'int', logical: null };
const BYTES: AvroNode = { kind: 'bytes', logical: null };
const decimal: AvroNode = { kind: 'bytes', logical: { type: 'decimal', precision: 4, scale: 2 } };
const record: AvroNode = { kind: 'record', name: 'R', fields: [{ name: 'a', doc: '', node: INT }] };
const fixed: AvroNode = { kind: 'fixed', name: 'F', size: 2, logical: null };

test.each<[string, AvroNode, unknown[], unknown[]]>([
  ['an int', INT, [0, 2 ** 31 - 1, -(2 ** 31)], [2 ** 31, -(2 ** 31) - 1, 0.5, '1']],
  ['a record', record, [{ a: 1 }], [{ a: 1, b: 2 }, {}, { b: 1 }, null, [1]]],
  ['a decimal', decimal, [0, 99.99, -99.99, 0.29], [100, 0.001, '1']],
  ['bytes', BYTES, ['', 'AQI=', 'AQID'], ['AQI', 'A', '*', 1]],
  ['a fixed', fixed, ['AQI='], ['AQID', 'AQ==', '']],
])('%s is what its type holds, and nothing else', (_, node, values, others) => {
  for (const value of values) expect([value, fits(node, value)]).toEqual([value, true]);
  for (const other of others) expect([other, fits(node, other)]).toEqual([other, false]);
});
