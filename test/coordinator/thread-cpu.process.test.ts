import { expect, test } from 'vitest';
import { parseSchedstat, ThreadCpuSampler } from '../../src/coordinator/thread-cpu.ts';

const UNKNOWN = { loopCpuPct: null, clientCpuPct: null, mainCpuPct: null };

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
    expect(sampler.sample(nowNs(), 100e6)).toEqual(UNKNOWN);
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

/** Between a first sample at 0 s and a second one that is said to be `passedS` later. */
function sharesOf(name: string, passedS: number) {
  const sampler = new ThreadCpuSampler(new Map([[process.pid, name]]));
  expect(sampler.sample(0, 0)).toEqual(UNKNOWN);
  return sampler.sample(passedS * 1e9, 0);
}

test.runIf(process.platform === 'linux')('a sample tells what each kind of thread used since the last one', () => {
  expect(sharesOf('main', 1)).toEqual({ ...UNKNOWN, mainCpuPct: expect.any(Number) });
  expect(sharesOf('loop-3', 1)).toEqual({ ...UNKNOWN, loopCpuPct: expect.any(Number) });
  expect(sharesOf('rdk:broker1', 1)).toEqual({ ...UNKNOWN, clientCpuPct: expect.any(Number) });
  expect(sharesOf('rdk:mock', 1)).toEqual(UNKNOWN);
  // Too short to tell.
  expect(sharesOf('main', 0.4)).toEqual(UNKNOWN);
});
