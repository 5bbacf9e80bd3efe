import { expect, test } from 'vitest';
import { withForeign } from '../../src/plan/foreign-records.ts';
import type { RecordPlan } from '../../src/workload/record-plan.ts';
import { recordPlan } from '../workload/fixture.ts';

const keyOf = (scenario: string) => ({ foreignKey: { scenario, records: 10 } });

const records: Readonly<Record<string, RecordPlan>> = {
  customers: recordPlan({ fields: {} }),
  orders: recordPlan({
    key: { kind: 'field', field: 'customer' },
    fields: { customer: keyOf('customers'), gift: keyOf('gifts') },
  }),
  lines: recordPlan({ fields: { order: keyOf('orders'), previous: keyOf('lines') }, key: { kind: 'none' } }),
};

function planOf(scenario: string): RecordPlan {
  const record = records[scenario];
  if (record === undefined) throw new Error(`${scenario} was asked for`);
  return record;
}

test('a record has the plans of those whose keys it holds, they what their keys are made of, and no more', () => {
  const { customers, orders, lines } = records;
  expect(withForeign(customers!, planOf)).toBe(customers);
  expect(withForeign(lines!, planOf)).toEqual({
    ...lines,
    foreign: { orders: { ...orders, foreign: { customers } }, lines },
  });
});
