import { expect, test } from 'vitest';
import { parseSchedstat, ThreadCpuSampler } from '../../src/coordinator/thread-cpu.ts';

test('schedstat: ns on a CPU, ns waiting for one', () => {
  expect(parseSchedstat('268020422 134980021 561\n')).toEqual({ ranNs: 268020422, waitedNs: 134980021 });
});

test('a thread that spins shows as a thread that spins', () => {
  const spun = () => {
    const sampler = new ThreadCpuSampler(new Map([[process.pid, 'spinner']]));
    const nowNs = () => performance.now() * 1e6;
    sampler.sample(nowNs(), 0);
    const end = performance.now() + 200;
    while (performance.now() < end) Math.sqrt(end);
    sampler.sample(nowNs(), 100e6);
    return sampler.result().find(({ name }) => name === 'spinner');
  };
  let spinner = spun();
  // A process or machine that is stopped neither runs nor waits to: once it is not, it shows.
  for (let again = 1; again < 100 && !(spinner!.wantedPct > 80); again++) spinner = spun();
  // It wants all of a core, however much of it a crowded machine gives.
  expect(spinner?.wantedPct).toBeGreaterThan(80);
  expect(spinner?.wantedPctWhenBlocked).toBeGreaterThan(80);
  expect(spinner?.cpuPct).toBeLessThanOrEqual(spinner!.wantedPct);
  expect(spinner?.cpuPct).toBeGreaterThan(1);
});
