/** Defaults against avsc, which refuses a wrong one without its place. */
import avsc from 'avsc';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlainDefault } from '../../../../src/workload/schema/reading/default-value.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';

const recordOf = (type: unknown, more: object = {}) => ({
  type: 'record',
  name: 'R',
  fields: [{ name: 'f', type, ...more }],
});

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
/** Of these only of what kind it is: avsc may find something further inside, as a wrong item. */
const compound = [
  { type: 'array', items: 'int' },
  { type: 'map', values: 'int' },
  { type: 'record', name: 'Inner', fields: [{ name: 'a', type: 'int' }] },
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
  isPlainDefault(readSchema(recordOf(type), 'r').fields[0]!.node, value);

it('of single values: what avsc takes, and nothing else', () => {
  fc.assert(
    fc.property(fc.constantFrom<unknown>(...single), values, (type, value) => {
      expect(isOurs(type, value)).toBe(avscTakes(type, value));
    }),
    { numRuns: 500, seed: 42 },
  );
});

it('of others: everything that avsc takes, and nothing of another kind', () => {
  fc.assert(
    fc.property(fc.constantFrom<unknown>(...compound), values, (type, value) => {
      if (avscTakes(type, value)) expect(isOurs(type, value)).toBe(true);
    }),
    { numRuns: 500, seed: 42 },
  );
  const kinds = [null, true, 0.5, 1, 'xy', [], {}];
  const taken = compound.map((type) => kinds.filter((value) => isOurs(type, value)));
  expect(taken).toEqual([[[]], [{}], [{}], [[]]]);
});
