/** `weights` as a threshold: of records that were really sent and acknowledged, or lost. */
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { profileFile } from './profile-file.ts';

const thresholds = { weights: 'p>0.001' };

async function judged(scenario: object, more: object = {}): Promise<{ result: Result; exitCode: number }> {
  const atm = { workload: 'atm', topic: 't', executor: 'max-throughput', messages: 20_000, ...scenario };
  const profile = profileFile({}, { thresholds, scenarios: { atm }, ...more });
  return await run(profile, { env: {}, allowInvalid: true });
}

test.each([
  ['fresh', { payload: { mode: 'fresh' } }],
  ['pooled', { payload: { mode: 'pooled', poolSize: 1000 } }],
  [
    'without its warm-up',
    { executor: 'constant-arrival-rate', rate: 2000, duration: '2s', warmup: '1s', messages: undefined },
  ],
])('on the embedded cluster the weights are met: %s', async (_, scenario) => {
  const { result, exitCode } = await judged(scenario, { workers: 2 });
  const [outcome] = result.thresholds;
  expect(outcome).toMatchObject({ metric: 'weights', expression: 'p>0.001', ok: true, worst: { scenario: 'atm' } });
  expect(outcome!.worst!.records).toBe(result.totals.acked);
  expect(result.totals.acked).toBeGreaterThanOrEqual(2000);
  expect(exitCode).toBe(0);
});

test('they are not where half the records are lost, always the same ones', async () => {
  // The null transport fails every second message, and without keys that is every second record of the pool.
  const scenario = { key: 'none', payload: { mode: 'pooled', poolSize: 100 } };
  const lossy = { kafka: { 'bootstrap.servers': 'null' }, nullTransport: { failRate: 0.5 } };
  const { result, exitCode } = await judged(scenario, lossy);
  expect(result.totals).toMatchObject({ acked: 10_000, failed: 10_000 });
  const [outcome] = result.thresholds;
  expect(outcome).toMatchObject({ ok: false, worst: { records: 10_000 } });
  expect(outcome!.value).toBeLessThan(0.001);
  expect(exitCode).toBe(99);
});

test('ten records are too few to tell, which is a breach', async () => {
  const { result, exitCode } = await judged({ messages: 10 });
  expect(result.thresholds).toEqual([{ metric: 'weights', expression: 'p>0.001', value: null, ok: false }]);
  expect(exitCode).toBe(99);
});
