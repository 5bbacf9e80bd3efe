import { expect, test } from 'vitest';
import type { FieldRule } from '../../../../src/workload/record-plan.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { cutDistributions } from '../../../../src/workload/schema/rules/cut-distributions.ts';
import { avroRecord } from '../../avro-record.ts';

const root = readSchema(
  avroRecord('Order', [
    { name: 'count', type: 'int' },
    { name: 'weight', type: 'double' },
    { name: 'either', type: ['null', 'string', { type: 'bytes', logicalType: 'decimal', precision: 2, scale: 0 }] },
    { name: 'prices', type: { type: 'array', items: { type: 'int', logicalType: 'time-millis' } } },
  ]),
  'order.avsc',
);
const wide = { normal: { mean: 0, stddev: 2 ** 31 } };

test.each<[string, Readonly<Record<string, FieldRule>>, string[]]>([
  // A third of a normal distribution is more than one standard deviation away.
  [
    'both tails',
    { count: { distribution: wide } },
    ['31.7 % of the normal distribution of `count` is beyond what an int holds, and does not occur'],
  ],
  ['a type that holds it', { weight: { distribution: wide } }, []],
  ['hardly anything', { count: { distribution: { normal: { mean: 0, stddev: 5e8 } } } }, []],
  // Of what is left between 0 and twice the standard deviation (0.477), 0.136 is beyond once.
  [
    'of what its own bounds leave',
    { count: { distribution: { normal: { ...wide.normal, min: 0, max: 2 ** 32 } } } },
    ['28.5 % of the normal distribution of `count` is beyond what an int holds, and does not occur'],
  ],
  [
    'in a list, in one of several cases',
    {
      'prices[]': {
        switch: {
          field: 'count',
          cases: { 1: { constant: 1 }, 2: { distribution: { exponential: { mean: 864e5 } } } },
          default: { distribution: { exponential: { mean: 864e5 / Math.LN2 } } },
        },
      },
    },
    [
      '36.8 % of the exponential distribution of `prices[]` is beyond what time-millis holds, and does not occur',
      '50 % of the exponential distribution of `prices[]` is beyond what time-millis holds, and does not occur',
    ],
  ],
  ['a union: the type that takes the rule', { either: { distribution: wide, nulls: 0.5 } }, []],
])('%s', (_, rules, warnings) => {
  expect(cutDistributions(root, rules)).toEqual(warnings);
});
