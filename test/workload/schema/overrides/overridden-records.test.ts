/** Rules over the records of built-in workloads. */

import { describe, expect, test } from 'vitest';
import { workloads } from '../../../../src/workload/built-in/built-in.ts';
import type { FieldRule, RecordPlan } from '../../../../src/workload/record-plan.ts';
import { readSchema } from '../../../../src/workload/schema/reading/read-schema.ts';
import { placeIn } from '../../../../src/workload/weighting.ts';
import { measureRecord, openRecords, openWeightings } from '../../../../src/workload/workload.ts';
import { messagesOf, recordContext, recordPlan, timeOf } from '../../fixture.ts';
import { decoded } from '../reading/avro-schema.ts';

const rules: Readonly<Record<string, Readonly<Record<string, FieldRule>>>> = {
  atm: {
    amount: {
      switch: {
        field: 'transaction_type',
        cases: { BALANCE_INQUIRY: { constant: 0 }, DEPOSIT: { range: [5, 6] } },
        default: { range: [1, 2], decimals: 1 },
      },
    },
    location: { pattern: '[A-Z]{3}' },
    status_code: { weighted: { SUCCESS: 1, FAILED: 1 } },
  },
  ecommerce: {
    'user_location.city': { weighted: { Bern: 1, Basel: 1 } },
    price: { distribution: { lognormal: { mu: 3, sigma: 1, max: 100 } }, decimals: 2 },
    quantity: { sequence: { start: 1, step: 1 } },
  },
  'web-events': { 'metadata.price': { constant: 9.5 }, user_id: { range: [7, 9] } },
  'sms-alerts': { phone_number: { pattern: '\\+41[0-9]{9}' } },
};

const keys: Readonly<Record<string, string>> = {
  atm: 'atm_id',
  ecommerce: 'user_id',
  'web-events': 'user_id',
  'sms-alerts': 'phone_number',
};
const context = recordContext();
const variants = Object.keys(rules).flatMap((workload) =>
  (['avro', 'json'] as const).map((format) => [workload, format] as const),
);
const planOf = (workload: string, overrides: Partial<RecordPlan> = {}) =>
  recordPlan({ workload, key: { kind: 'field', field: keys[workload]! }, fields: rules[workload]!, ...overrides });

describe.each(variants)('%s, %s', (workload, format) => {
  const plan = planOf(workload, { format });
  const schema = workloads[workload]!.avroSchema;
  const root = readSchema(schema, workload);
  const read = (payload: Buffer) =>
    format === 'avro' ? decoded(schema, root, payload.subarray(5)) : JSON.parse(payload.toString());
  const messages = messagesOf(plan, context, 1, 200);
  const isRuled = (field: string) => Object.keys(rules[workload]!).some((path) => path.split('.')[0] === field);

  test('its bytes are its values, and keys are fields of it', () => {
    const records = openRecords(plan, context);
    for (const [i, { payload, key }] of messages.entries()) {
      const sample = records(i, timeOf(i));
      expect({ key, value: read(payload) }).toEqual({ key: sample.key, value: sample.value });
      expect(String(key)).toBe(String(sample.value[keys[workload]!]));
    }
  });

  test('the fields without a rule are those of the workload', () => {
    const untouched = openRecords(
      { ...plan, fields: workload === 'atm' ? { status_code: rules.atm!.status_code! } : {} },
      context,
    );
    for (const [i, { payload }] of messages.entries()) {
      const before = untouched(i, timeOf(i)).value;
      for (const [field, value] of Object.entries(read(payload) as Record<string, unknown>)) {
        if (!isRuled(field)) expect(value).toEqual(before[field]);
      }
    }
  });

  test('is the same at any number of workers, fresh or pooled', () => {
    expect(messagesOf(plan, context, 3, 200)).toEqual(messages);
    if (workload === 'ecommerce') return;
    const pooled = messagesOf({ ...plan, mode: 'pooled', poolSize: 30 }, context, 2, 100);
    const records = openRecords({ ...plan, mode: 'pooled', poolSize: 30 }, context);
    for (const [i, { payload }] of pooled.entries()) expect(read(payload)).toEqual(records(i, timeOf(i)).value);
  });
});

interface Fields {
  readonly amount: number;
  readonly transaction_type: string;
  readonly location: string;
  readonly status_code: string;
  readonly user_location: { readonly city: string };
  readonly quantity: number;
  readonly metadata: { readonly price?: number };
}

/** By what is hard about them. */
const corners: Readonly<Record<string, { readonly workload: string; readonly fields: RecordPlan['fields'] }>> = {
  'values longer and shorter than those in their place': {
    workload: 'ecommerce',
    fields: { transaction_id: { length: [0, 3] }, 'marketing_attribution.referrer': { length: [1, 300] } },
  },
  'values that JSON escapes': {
    workload: 'sms-alerts',
    fields: { text: { switch: { field: 'alert_type', cases: { test: { constant: 'x"\\\n' } } } } },
  },
  'a whole record, whatever is said of what is in it': {
    workload: 'ecommerce',
    fields: {
      'user_location.city': { constant: 'Bern' },
      user_location: {
        constant: { country: 'CH', state: 'ZH', city: 'Zürich', zip_code: '8000', latitude: 47.37, longitude: 8.5 },
      },
    },
  },
  'fields of a union, in another order than its branches have them': {
    workload: 'web-events',
    fields: {
      'metadata.device': { weighted: { tv: 1, phone: 1 } },
      'metadata.category': { constant: 'c' },
      'metadata.page': { pattern: '/[a-z]{1,90}' },
    },
  },
  'a switch on a field that not every record has': {
    workload: 'web-events',
    fields: {
      user_id: { switch: { field: 'metadata.device', cases: { tv: { constant: 1 } }, default: { constant: 2 } } },
      'metadata.device': { weighted: { tv: 1, phone: 1 } },
    },
  },
  'switches on numbers and on fields in front and behind': {
    workload: 'atm',
    fields: {
      region_id: { switch: { field: 'amount', cases: { 0: { constant: 'zero' } }, default: { constant: 'more' } } },
      atm_id: { switch: { field: 'currency', cases: { USD: { pattern: 'US-[0-9]{1,30}' } } } },
      location: { switch: { field: 'transaction_id', cases: { x: { constant: 'x' } }, default: { pattern: 'y+' } } },
    },
  },
};

describe.each(Object.entries(corners))('%s', (_, { workload, fields }) => {
  test.each(['avro', 'json'] as const)('bytes, values and key agree, %s', (format) => {
    const plan = planOf(workload, { format, fields });
    const schema = workloads[workload]!.avroSchema;
    const records = openRecords(plan, context);
    for (const [i, { payload, key }] of messagesOf(plan, context, 1, 200).entries()) {
      const { value } = records(i, timeOf(i));
      const read = format === 'avro' ? decoded(schema, readSchema(schema, workload), payload.subarray(5)) : payload;
      expect(format === 'avro' ? read : JSON.parse(String(read))).toEqual(value);
      expect(String(key)).toBe(String(value[keys[workload]!]));
    }
  });
});

test('a switch looks at what the record says in the end', () => {
  const valuesOf = (name: string) => {
    const read = openRecords(planOf(corners[name]!.workload, { fields: corners[name]!.fields }), context);
    return Array.from({ length: 200 }, (_, i) => read(i, timeOf(i)).value);
  };
  for (const { user_id, metadata } of valuesOf('a switch on a field that not every record has')) {
    expect(user_id).toBe((metadata as { device?: string }).device === 'tv' ? 1 : 2);
  }
  for (const each of valuesOf('switches on numbers and on fields in front and behind')) {
    expect(each.region_id).toBe(each.amount === 0 ? 'zero' : 'more');
    expect(/^US-\d+$/.test(String(each.atm_id))).toBe(each.currency === 'USD');
    expect(each.location).toMatch(/^y+$/);
  }
});

test('a key of many digits is whole, though Avro has the number in fewer bytes', () => {
  const plan = planOf('web-events', { fields: { user_id: { range: [100_000, 999_999] } } });
  for (const { key } of messagesOf(plan, context, 1, 50)) expect(String(key)).toMatch(/^\d{6}$/);
});

test('rules are met', () => {
  const records = (workload: string) => {
    const read = openRecords(planOf(workload), context);
    return Array.from({ length: 300 }, (_, i) => read(i, timeOf(i)).value as unknown as Fields);
  };
  for (const { amount, transaction_type, location, status_code } of records('atm')) {
    if (transaction_type === 'BALANCE_INQUIRY') expect(amount).toBe(0);
    else if (transaction_type === 'DEPOSIT') expect(amount).toBeGreaterThanOrEqual(5);
    else expect(amount).toBeLessThanOrEqual(2);
    expect(location).toMatch(/^[A-Z]{3}$/);
    expect(['SUCCESS', 'FAILED']).toContain(status_code);
  }
  const orders = records('ecommerce');
  expect(new Set(orders.map(({ user_location }) => user_location.city))).toEqual(new Set(['Bern', 'Basel']));
  expect(orders.map(({ quantity }) => quantity)).toEqual(orders.map((_, i) => i + 1));
  const events = records('web-events');
  expect(new Set(events.map(({ metadata }) => metadata.price))).toEqual(new Set([9.5, undefined]));
});

test('tells the planner what it needs', () => {
  expect(measureRecord(planOf('ecommerce'), 42, 'shop').freshOnly).toMatch(/`quantity` is a sequence/);
  expect(measureRecord(planOf('atm'), 42, 'atm')).toMatchObject({ marked: true, freshOnly: undefined });
  const renamed = planOf('atm', { fields: { transaction_id: { pattern: 'T[0-9]{5}' } } });
  expect(measureRecord(renamed, 42, 'atm').marked).toBe(false);
  expect(
    measureRecord(planOf('atm', { fields: { currency: { weighted: { CHF: 1, EUR: 6 } } } }), 42, 'atm')
      .weightsDenominator % 7,
  ).toBe(0);
});

test('weights can be looked at, those of the workload and those by rule', () => {
  const ruled = planOf('ecommerce', {
    fields: { brand: { weighted: { Acme: 1, Zeta: 2 } }, currency: { pattern: 'CHF' } },
  });
  const names = openWeightings(ruled, context).map(({ field }) => field);
  expect(names).toContain('brand');
  expect(names).toContain('category_name');
  expect(names).not.toContain('currency');
  const read = openRecords(ruled, context);
  for (const weighting of openWeightings(ruled, context)) {
    for (let i = 0; i < 50; i++) expect(weighting.pick(i)).toBe(placeIn(weighting, read(i, timeOf(i)).value));
  }
});

test('a weighting of the workload’s own stays as fast and the same', () => {
  const own = { status_code: { weighted: { SUCCESS: 1 } } };
  const direct = workloads.atm!.open(recordPlan({ fields: own }), context);
  const bytes = Buffer.alloc(direct.bytesMax);
  const expected = bytes.subarray(0, direct.write(bytes, 0, 5, 5, timeOf(5)));
  expect(messagesOf(planOf('atm', { fields: own }), context, 1, 6)[5]!.payload).toEqual(Buffer.from(expected));
});
