/** Which keys a scenario's records have: a field of theirs, or one drawn from a set. */
import { z } from 'zod';
import { integer, real } from '../../value-schema.ts';

const cardinality = integer(1, 2 ** 31 - 1);
export const keySchema = z
  .union(
    [
      z.string().min(1),
      z.strictObject({ uniform: cardinality.describe('Number of keys, equally likely.') }),
      z.strictObject({ sequential: cardinality.describe('Number of keys, in turn: record i has key i mod N.') }),
      z.strictObject({
        hotspot: z.strictObject({
          cardinality: cardinality.describe('Number of keys.'),
          hotKeys: cardinality.describe('How many of them are hot: the first ones.'),
          hotShare: real(0, 1).describe('Share of the records that have a hot key; the others have one of the rest.'),
        }),
      }),
      z.strictObject({
        zipf: z.strictObject({
          cardinality: cardinality.describe('Number of keys.'),
          exponent: real(0, 100).prefault(1).describe('Key k is drawn in proportion to 1 / k^exponent.'),
        }),
      }),
    ],
    { error: 'expected the name of a field, `none`, { uniform: N }, { sequential: N }, { zipf: … } or { hotspot: … }' },
  )
  .optional()
  .describe(
    'A field of the record, `none`, or a distribution over keys written `key-<n>`: `{ uniform: N }`, `{ zipf: { cardinality, exponent } }`, `{ hotspot: { cardinality, hotKeys, hotShare } }`, `{ sequential: N }`. The workload names its default. Where a record has none: [null keys](#null-keys).',
  );
