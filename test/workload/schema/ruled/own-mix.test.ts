import { expect, it } from 'vitest';
import type { FieldRule } from '../../../../src/profile/profile.ts';
import { workloads } from '../../../../src/workload/built-in/built-in.ts';
import { isOwnMix, meetsItself, rulesForOthers } from '../../../../src/workload/schema/ruled/own-mix.ts';

const atm = workloads.atm!;

it('a workload weights the fields that it names, and no name that every object has', () => {
  for (const field of atm.fieldNames) expect(isOwnMix(atm, field)).toBe(field in atm.weightedFields);
  expect(isOwnMix(atm, 'status_code')).toBe(true);
  for (const name of ['constructor', '__proto__', 'toString']) expect(isOwnMix(atm, name)).toBe(false);
});

it('it meets weights of them, and leaves everything else to others', () => {
  const weights: FieldRule = { weighted: { SUCCESS: 1 } };
  const rules = {
    status_code: weights,
    currency: { constant: 'CHF' },
    transaction_type: { weighted: { DEPOSIT: 1 }, nulls: 0.5 },
    atm_id: { weighted: { 'ATM-1': 1 } },
  };
  expect(meetsItself(atm, 'status_code', weights)).toBe(true);
  const { status_code: _, ...others } = rules;
  expect(rulesForOthers(atm, rules)).toEqual(others);
});
