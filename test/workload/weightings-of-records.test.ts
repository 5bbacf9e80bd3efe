import { expect, test } from 'vitest';
import { placeIn, weightingsOfRecords } from '../../src/workload/weighting.ts';
import { recordPlan } from './fixture.ts';

test('a workload without weightings is counted by its records', () => {
  const record = recordPlan({ fields: { currency: { weighted: { USD: 1, EUR: 1, GBP: 0 } } } });
  const generate = (body: number) => ({ status_code: 'FAILED', currency: ['USD', 'EUR'][body % 2] });
  const weightedFields = { status_code: { SUCCESS: 9, FAILED: 1 } };
  const [status, currency] = weightingsOfRecords(generate, weightedFields, record);
  expect([0, 1].map((body) => status!.pick(body))).toEqual([1, 1]);
  expect([0, 1].map((body) => currency!.pick(body))).toEqual([0, 1]);
});

test('the place of what a record says, at any depth; none where it is not one of `given`; never a guess', () => {
  const weighting = {
    field: 'metadata.device',
    given: { field: 'event_type', value: 'bounce' },
    values: ['mobile', 'desktop'],
  };
  const [shares, pick] = [[0.5, 0.5], () => 0];
  const record = (event_type: string, device: string) => ({ event_type, metadata: { device } });
  expect(placeIn({ ...weighting, shares, pick }, record('bounce', 'desktop'))).toBe(1);
  expect(placeIn({ ...weighting, shares, pick }, record('purchase', 'desktop'))).toBe(-1);
  expect(() => placeIn({ ...weighting, shares, pick }, record('bounce', 'watch'))).toThrow(
    'metadata.device is watch, which is not one of mobile, desktop',
  );
});
