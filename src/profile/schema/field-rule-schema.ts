/** The rules of `fields:` as they are written. What fits which field is checked against its type, in field-check.ts. */
import { z } from 'zod';
import { integer, number, positive, real } from '../../value-schema.ts';

const weight = real(0).describe('Share of this value, on any scale.');

/** Both bounds included. */
const range = z.tuple([z.union([number(), z.string()]), z.union([number(), z.string()])]);

const LENGTH_MAX = 10_000;
const length = z.tuple([integer(0, LENGTH_MAX), integer(0, LENGTH_MAX)]);

const truncation = {
  min: number().optional().describe('No smaller values; the others keep their proportions.'),
  max: number().optional().describe('No greater values; the others keep their proportions.'),
};

const distribution = z
  .strictObject({
    normal: z.strictObject({ mean: number(), stddev: positive(), ...truncation }).optional(),
    lognormal: z
      .strictObject({
        mu: number().describe('Mean of the logarithm: the median is e^mu.'),
        sigma: positive().describe('Standard deviation of the logarithm.'),
        ...truncation,
      })
      .optional(),
    exponential: z.strictObject({ mean: positive(), ...truncation }).optional(),
    zipf: z
      .strictObject({
        cardinality: integer(1, 2 ** 31 - 1).describe('Numbers from 1 to this.'),
        exponent: real(0, 100).prefault(1).describe('Number k is drawn in proportion to 1 / k^exponent.'),
      })
      .optional(),
  })
  .refine((kinds) => Object.keys(kinds).length === 1, {
    error: 'expected one of normal, lognormal, exponential, zipf',
    when: ({ issues }) => issues.length === 0,
  })
  .describe('One of `normal`, `lognormal`, `exponential` and `zipf`, with its parameters.');

const plainRule = z.strictObject({
  weighted: z.record(z.string(), weight).optional().describe('Value → weight; values left out do not occur.'),
  constant: z.unknown().optional().describe('Always this value.'),
  range: range.optional().describe('Numbers between two bounds, both included; ISO 8601 for dates and times.'),
  ranges: z
    .array(z.strictObject({ range, weight: real(0).prefault(1).describe('Share of this range, on any scale.') }))
    .min(1)
    .optional()
    .describe('Ranges, each with its weight.'),
  distribution: distribution.optional(),
  pattern: z.string().optional().describe('A regular expression that the text matches.'),
  sequence: z
    .strictObject({
      start: number().prefault(0).describe('The first number.'),
      step: number().prefault(1).describe('Added from record to record, in a list from item to item.'),
    })
    .optional()
    .describe('Numbers counted up.'),
  foreignKey: z
    .strictObject({
      scenario: z.string().describe('Whose keys.'),
      records: integer(1).describe('The keys of its records 0 to this, equally likely.'),
    })
    .optional()
    .describe("A key of another scenario's records."),
  length: length.optional().describe('Items of a list, characters of a text, bytes: from, to.'),
  decimals: integer(0, 15).optional().describe('Digits after the decimal point.'),
  nulls: real(0, 1).optional().describe('Share of nulls, from 0 to 1, in a union with null.'),
});

// Their ids make the JSON Schema say them once.
z.globalRegistry.add(plainRule, { id: 'PlainFieldRule' });

export const fieldRuleSchema = plainRule.extend({
  switch: z
    .strictObject({
      field: z.string().describe('The field that selects.'),
      cases: z.record(z.string(), plainRule).describe('Its value → the rule.'),
      default: plainRule.optional().describe('The rule for all other values.'),
    })
    .optional()
    .describe('The rule that the value of another field selects.'),
});

z.globalRegistry.add(fieldRuleSchema, { id: 'FieldRule' });
