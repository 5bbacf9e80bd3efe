import { expect, test } from 'vitest';
import { plan } from '../../src/planning.ts';
import { burstSizeOf } from '../../src/result/verdict-evidence.ts';

test.each([
  ['bursts', { rate: 100, burst: true, duration: '10s' }, 100],
  ['a constant rate', { rate: 100, duration: '10s' }, 1],
])('how many messages are due together: %s', async (_, overrides, burstSize) => {
  const { plan: planned } = await plan('atm', { env: {}, cwd: '/', overrides });
  expect(burstSizeOf(planned.lanes[0]!)).toBe(burstSize);
});
