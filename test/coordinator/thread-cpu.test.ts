import { expect, test } from 'vitest';
import { parseSchedstat, ThreadCpuSampler } from '../../src/coordinator/thread-cpu.ts';

test('schedstat: ns on a CPU, ns waiting for one', () => {
  expect(parseSchedstat('268020422 134980021 561\n')).toEqual({ ranNs: 268020422, waitedNs: 134980021 });
});

test('a thread that spins shows as a thread that spins', () => {
  const sampler = new ThreadCpuSampler(new Map([[process.pid, 'spinner']]));
  const nowNs = () => performance.now() * 1e6;
  sampler.sample(nowNs(), 0);
  const end = performance.now() + 600;
  while (performance.now() < end) Math.sqrt(end);
  sampler.sample(nowNs(), 300e6);
  const spinner = sampler.result().find(({ name }) => name === 'spinner');
  // It wants all of a core, however much of it a crowded machine gives.
  expect(spinner?.wantedPct).toBeGreaterThan(80);
  expect(spinner?.wantedPctWhenBlocked).toBeGreaterThan(80);
  expect(spinner?.cpuPct).toBeLessThanOrEqual(spinner!.wantedPct);
  expect(spinner?.cpuPct).toBeGreaterThan(1);
});
