import { expect, test } from 'vitest';
import { plan } from '../../src/planning.ts';
import { runFacts } from '../../src/result/plan-facts.ts';

test.each([
  ['bursts', { rate: 100, burst: true, duration: '10s' }, 100],
  ['a constant rate', { rate: 100, duration: '10s' }, undefined],
])('how many messages are due together: %s', async (_, overrides, burstSize) => {
  const { loaded, plan: planned } = await plan('atm', { env: {}, cwd: '/', overrides });
  expect(runFacts(loaded, planned, false, [], '').scenarios[0]!.burstSize).toBe(burstSize);
});
