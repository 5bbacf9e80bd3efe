/** Any rules over the records of built-in workloads: bytes, values, keys and what no rule is about. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workloads } from '../../../../src/workload/built-in/built-in.ts';
import type { FieldRule, PlainFieldRule, RecordPlan } from '../../../../src/workload/record-plan.ts';
import type { AvroNode } from '../../../../src/workload/schema/reading/avro-node.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { renewedFields } from '../../../../src/workload/schema/rules/renewed-fields.ts';
import { checkRules } from '../../../../src/workload/schema/rules/rule-check.ts';
import { placesOf } from '../../../../src/workload/schema/rules/rule-fit.ts';
import { measureRecord, openRecords } from '../../../../src/workload/workload.ts';
import { messagesOf, recordContext, recordPlan, timeOf } from '../../fixture.ts';
import { decoded } from '../reading/avro-schema.ts';

type Rules = Readonly<Record<string, FieldRule>>;

const context = recordContext();
const RECORDS = 8;
const OUTER = ['metadata', 'user_location', 'device_info', 'marketing_attribution'];

function valueAt(record: unknown, path: string): unknown {
  return path.split('.').reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], record);
}

// Made once: fast-check takes long to make these.
const textRule: fc.Arbitrary<PlainFieldRule> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((constant) => ({ constant })),
  fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 9 }), { minLength: 1, maxLength: 3 }).map((values) => ({
    weighted: Object.fromEntries(values.map((value) => [value, 1])),
  })),
  fc.constantFrom<PlainFieldRule>({ pattern: '"[a-z]*\\\\' }, { length: [0, 300] }, { range: [-5, 5] }),
);

/** A rule for single values; what a type does not take is left out by `checkRules`. */
function plainRule(node: AvroNode): fc.Arbitrary<PlainFieldRule> {
  if (node.kind === 'string') return textRule;
  return fc.constantFrom<PlainFieldRule>(
    { range: [-3, 2_000_000] },
    { constant: 0 },
    { sequence: { start: 5, step: 7 } },
    { distribution: { normal: { mean: 0, stddev: 100 } } },
    { weighted: { 1: 1, '-20000': 2 } },
  );
}

/** A few fields with rules, some by what another one is. */
function rulesFor(name: string, samples: readonly unknown[]): fc.Arbitrary<Rules> {
  const places = [...placesOf(readSchema(workloads[name]!.avroSchema, name))].filter(([path]) => !path.includes('[]'));
  const single = places.filter(([path]) => !OUTER.includes(path));
  const values = (path: string) => samples.map((sample) => String(valueAt(sample, path))).slice(0, 3);
  const ruleOf = (path: string, node: AvroNode): fc.Arbitrary<FieldRule> => {
    if (OUTER.includes(path)) return fc.constantFrom(...samples.map((each) => ({ constant: valueAt(each, path) })));
    const bySwitch = fc
      .tuple(fc.constantFrom(...single.map(([other]) => other)), plainRule(node), fc.option(plainRule(node)))
      .map(([field, rule, other]) => ({
        switch: {
          field,
          cases: Object.fromEntries([...values(field), '5'].map((value) => [value, rule])),
          ...(other !== null && { default: other }),
        },
      }));
    return fc.oneof({ weight: 3, arbitrary: plainRule(node) }, { weight: 2, arbitrary: bySwitch });
  };
  return fc
    .uniqueArray(fc.constantFrom(...places), { minLength: 1, maxLength: 4 })
    .chain((chosen) =>
      fc.tuple(...chosen.map(([path, [node]]) => ruleOf(path, node!).map((rule) => [path, rule] as const))),
    )
    .map((entries) => Object.fromEntries(entries) as Rules);
}

/** What the workload cannot take is left out: `checkRules` has tests of its own. */
function possible(name: string, rules: Rules): Rules {
  const definition = workloads[name]!;
  const root = readSchema(definition.avroSchema, name);
  const renewed = renewedFields(definition, Object.keys(rules));
  const kept = Object.entries(rules).filter(([field]) => !Object.hasOwn(definition.weightedFields, field));
  for (let entries = kept; ; ) {
    const wrong = new Set(
      checkRules(root, Object.fromEntries(entries), { name, renewed: () => renewed }).map(({ at }) => at[0]),
    );
    if (wrong.size === 0) return Object.fromEntries(entries);
    entries = entries.filter(([field]) => !wrong.has(field));
  }
}

const variants = ['atm', 'ecommerce', 'web-events', 'sms-alerts'].flatMap((name) =>
  (['avro', 'json'] as const).map((format) => [name, format] as const),
);

describe.each(variants)('%s, %s', (name, format) => {
  const { avroSchema, defaultKey } = workloads[name]!;
  const root = readSchema(avroSchema, name);
  const plan = (fields: Rules, overrides: Partial<RecordPlan> = {}) =>
    recordPlan({ workload: name, format, key: defaultKey, fields, ...overrides });
  const own = openRecords(plan({}), context);
  const samples = Array.from({ length: RECORDS }, (_, i) => own(i, timeOf(i)).value);
  const read = (payload: Buffer) =>
    format === 'avro' ? decoded(avroSchema, root, payload.subarray(5)) : JSON.parse(payload.toString());

  test('bytes, values and keys agree, and other fields are the workload’s own', () => {
    fc.assert(
      fc.property(rulesFor(name, samples), (drawn) => {
        const rules = possible(name, drawn);
        const isRuled = (path: string) =>
          Object.keys(rules).some(
            (field) => path === field || path.startsWith(`${field}.`) || field.startsWith(`${path}.`),
          );
        const kept = [...placesOf(root).keys()].filter((path) => !isRuled(path));
        const keptOf = (value: unknown) => kept.map((path) => [path, valueAt(value, path)]);
        const records = openRecords(plan(rules), context);
        for (const [i, { payload, key }] of messagesOf(plan(rules), context, 1, RECORDS).entries()) {
          const { value } = records(i, timeOf(i));
          expect(read(payload)).toEqual(value);
          if (defaultKey.kind === 'field') expect(String(key)).toBe(String(value[defaultKey.field]));
          expect(keptOf(value)).toEqual(keptOf(samples[i]));
        }
      }),
      { numRuns: 25, seed: 42 },
    );
  });

  test('pooled ones are the same again but for marks and times', () => {
    fc.assert(
      fc.property(rulesFor(name, samples), (drawn) => {
        const pooled = plan(possible(name, drawn), { mode: 'pooled', poolSize: 5 });
        if (measureRecord(pooled, 42, name).freshOnly !== undefined) return;
        const records = openRecords(pooled, context);
        for (const [i, { payload, key }] of messagesOf(pooled, context, 2, RECORDS).entries()) {
          const sample = records(i, timeOf(i));
          expect(read(payload)).toEqual(sample.value);
          expect(key).toEqual(sample.key);
        }
      }),
      { numRuns: 8, seed: 42 },
    );
  });
});
