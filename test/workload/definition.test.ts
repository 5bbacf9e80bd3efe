import { expect, test } from 'vitest';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { isMetByWorkload, isWeightedByWorkload } from '../../src/workload/definition.ts';
import type { FieldRule } from '../../src/workload/record-plan.ts';

const atm = workloads.atm!;

test('a workload weights the fields that it names, and no name that every object has', () => {
  for (const field of atm.fieldNames) expect(isWeightedByWorkload(atm, field)).toBe(field in atm.weightedFields);
  expect(isWeightedByWorkload(atm, 'status_code')).toBe(true);
  for (const name of ['constructor', '__proto__', 'toString']) expect(isWeightedByWorkload(atm, name)).toBe(false);
});

test('it meets weights of them by itself, and no other rule', () => {
  const weights: FieldRule = { weighted: { SUCCESS: 1 } };
  const rules: Record<string, FieldRule> = {
    status_code: weights,
    currency: { constant: 'CHF' },
    transaction_type: { weighted: { DEPOSIT: 1 }, nulls: 0.5 },
    atm_id: { weighted: { 'ATM-1': 1 } },
  };
  for (const [field, rule] of Object.entries(rules)) {
    expect(isMetByWorkload(atm, field, rule), field).toBe(field === 'status_code');
  }
});
