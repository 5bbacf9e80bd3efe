/** Which keys a scenario's records have: a field of theirs, or one drawn from a set. */

import { z } from 'zod';
import { integer, real } from '../../value-schema.ts';
import type { KeySpec } from '../../workload/record-plan.ts';

const cardinality = integer(1, 2 ** 31 - 1);

const zipf = z.strictObject({
  cardinality: cardinality.describe('Number of keys.'),
  exponent: real(0, 100).prefault(1).describe('Key k is drawn in proportion to 1 / k^exponent.'),
});

const hotspot = z
  .strictObject({
    cardinality: cardinality.describe('Number of keys.'),
    hotKeys: cardinality.describe('How many of them are hot: the first ones.'),
    hotShare: real(0, 1).describe('Share of the records that have a hot key; the others have one of the rest.'),
  })
  .refine(({ cardinality, hotKeys }) => hotKeys <= cardinality, {
    path: ['hotKeys'],
    error: ({ input }) => {
      const { cardinality, hotKeys } = input as { readonly cardinality: number; readonly hotKeys: number };
      return `must be at most the cardinality, ${cardinality}, not \`${hotKeys}\``;
    },
  });

export const keySchema = z
  .union(
    [
      z
        .string()
        .min(1)
        .transform((field): KeySpec => (field === 'none' ? { kind: 'none' } : { kind: 'field', field })),
      z
        .strictObject({ uniform: cardinality.describe('Number of keys, equally likely.') })
        .transform(({ uniform }): KeySpec => ({ kind: 'uniform', cardinality: uniform })),
      z
        .strictObject({ sequential: cardinality.describe('Number of keys, in turn: record i has key i mod N.') })
        .transform(({ sequential }): KeySpec => ({ kind: 'sequential', cardinality: sequential })),
      z.strictObject({ hotspot }).transform(({ hotspot }): KeySpec => ({ kind: 'hotspot', ...hotspot })),
      z.strictObject({ zipf }).transform(({ zipf }): KeySpec => ({ kind: 'zipf', ...zipf })),
    ],
    { error: 'expected the name of a field, `none`, { uniform: N }, { sequential: N }, { zipf: … } or { hotspot: … }' },
  )
  .optional()
  .describe(
    'A field of the record, `none`, or a distribution over keys written `key-<n>`: `{ uniform: N }`, `{ zipf: { cardinality, exponent } }`, `{ hotspot: { cardinality, hotKeys, hotShare } }`, `{ sequential: N }`. The workload names its default. Where a record has none: [null keys](#null-keys).',
  );

/** As `keySchema` reads it. */
export function encodeKey(key: KeySpec): unknown {
  switch (key.kind) {
    case 'none':
      return 'none';
    case 'field':
      return key.field;
    case 'uniform':
      return { uniform: key.cardinality };
    case 'zipf':
      return { zipf: { cardinality: key.cardinality, exponent: key.exponent } };
    case 'hotspot':
      return { hotspot: { cardinality: key.cardinality, hotKeys: key.hotKeys, hotShare: key.hotShare } };
    case 'sequential':
      return { sequential: key.cardinality };
  }
}
