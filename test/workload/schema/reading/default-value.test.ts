/** Defaults against avsc, which refuses a wrong one without its place. */

import avsc from 'avsc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDefaultOf } from '../../../../src/workload/schema/reading/default-value.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { avroRecord } from '../../avro-record.ts';

const recordOf = (type: unknown, more: object = {}) => avroRecord('R', [{ name: 'f', type, ...more }]);

function avscTakes(type: unknown, value: unknown): boolean {
  try {
    avsc.Type.forSchema(recordOf(type, { default: value }) as avsc.Schema);
    return true;
  } catch {
    return false;
  }
}

/** Of these the whole value is looked at. */
const single = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'string',
  'bytes',
  { type: 'fixed', name: 'F', size: 2 },
  { type: 'enum', name: 'E', symbols: ['A', 'B'] },
  ['null', 'string'],
  ['string', 'null'],
];
const compound = [
  { type: 'array', items: 'int' },
  { type: 'map', values: 'int' },
  avroRecord('Inner', [{ name: 'a', type: 'int' }]),
  [{ type: 'array', items: 'int' }, 'null'],
];
const values = fc.oneof(
  fc.constantFrom<unknown>(
    'A',
    'B',
    'C',
    'xy',
    '',
    null,
    true,
    0,
    -1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53,
    1e300,
    0.5,
    [],
    [1],
    ['x'],
    {},
    { a: 1 },
    { b: 'x' },
  ),
  fc.jsonValue({ maxDepth: 1 }),
);
const isOurs = (type: unknown, value: unknown) =>
  isDefaultOf(readSchema(recordOf(type), 'r').fields[0]!.node, value, 'exact');

test('what avsc takes, and nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom<unknown>(...single, ...compound), values, (type, value) => {
      expect(isOurs(type, value)).toBe(avscTakes(type, value));
    }),
    { numRuns: 1000, seed: 42 },
  );
});

test.each([
  ['of a later branch', ['null', 'string'], 'x'],
  ['the greatest long', 'long', 2 ** 63],
  ['of a later branch inside', { type: 'array', items: ['null', 'int'] }, [null, 1]],
])('%s is a default, though not for avsc', (_, type, value) => {
  const { node } = readSchema(recordOf(type), 'r').fields[0]!;
  expect([isDefaultOf(node, value, 'exact'), isDefaultOf(node, value, 'any')]).toEqual([false, true]);
});
