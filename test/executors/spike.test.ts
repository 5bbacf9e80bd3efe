import { describe, expect, test } from 'vitest';
import { executorOf, scheduleOf } from '../../src/executors/table.ts';
import { ratePerSecAt } from '../../src/schedule/schedule.ts';
import { decode, describeExecutor } from './describe-executor.ts';
import { type ProfileOf, spike } from './drawn.ts';

const SEC = 1e9;

describeExecutor('spike', {
  drawn: spike,
  /** What the base plans, and above it a triangle, a rectangle and a triangle. */
  planned({ basePerSec, peakPerSec, atNs, riseNs, holdNs, fallNs, durationNs }, u) {
    const end = Math.min(u, durationNs);
    const rise = Math.max(0, Math.min(end - atNs, riseNs));
    const hold = Math.max(0, Math.min(end - atNs - riseNs, holdNs));
    const fall = Math.max(0, Math.min(end - atNs - riseNs - holdNs, fallNs));
    const risen = riseNs === 0 ? 0 : (rise * rise) / riseNs / 2;
    const fallen = fallNs === 0 ? 0 : fall - (fall * fall) / fallNs / 2;
    return (basePerSec * end + (peakPerSec - basePerSec) * (risen + hold + fallen)) / SEC;
  },
});

const written = { executor: 'spike', rate: 100, peak: 1000, at: '60s', rise: '10s', hold: '20s', duration: '3m' };
const flashSale: ProfileOf<'spike'> = {
  kind: 'spike',
  basePerSec: 100,
  peakPerSec: 1000,
  atNs: 60 * SEC,
  riseNs: 10 * SEC,
  holdNs: 20 * SEC,
  fallNs: 30 * SEC,
  durationNs: 180 * SEC,
};

test('the rate rises, stays, falls, and is the base before and after', () => {
  const schedule = scheduleOf(flashSale, { startNs: 0 });
  const rates = [0, 59, 65, 70, 89, 105, 120, 179, 180].map((second) => ratePerSecAt(schedule, second * SEC));
  expect(rates).toEqual([100, 100, 550, 1000, 1000, 550, 100, 100, 0]);
  // 180 s at 100, and 900 more for 20 s and for half of 10 s and of 30 s.
  expect(schedule.count).toBe(180 * 100 + 900 * 40);
});

test('rise, hold and fall may be left out, and rates count against the time unit', () => {
  const { decoded, problems } = decode({ ...written, timeUnit: '1m', rise: undefined, hold: undefined, fall: '30s' });
  expect(problems).toEqual([]);
  expect(decoded?.executor).toMatchObject({ basePerSec: 100 / 60, peakPerSec: 1000 / 60, riseNs: 0, holdNs: 0 });
});

describe('a time for the run', () => {
  const resize = (profile: ProfileOf<'spike'>, seconds: number) => executorOf(profile).resize(profile, seconds * SEC);

  test('cuts the spike where it is, and keeps it whole where the run is longer', () => {
    expect(resize(flashSale, 75)).toEqual({ ...flashSale, durationNs: 75 * SEC });
    expect(resize(flashSale, 30)).toEqual({ ...flashSale, atNs: 30 * SEC, durationNs: 30 * SEC });
    expect(resize(flashSale, 600)).toEqual({ ...flashSale, durationNs: 600 * SEC });
  });

  test('does not extend a spike from nothing: there is no rate with which to go on', () => {
    const alone = { ...flashSale, basePerSec: 0 };
    expect(resize(alone, 600)).toBeUndefined();
    expect(resize({ ...alone, durationNs: 80 * SEC }, 120)).toEqual({ ...alone, durationNs: 120 * SEC });
    expect(executorOf(alone).withoutEnd?.(alone)).toBeUndefined();
  });
});

test.each([
  ['no higher than the base', { peak: 100 }, 'peak', 'peak must be greater than rate', 'more than 100/s'],
  ['of no time', { rise: 0, hold: 0 }, 'hold', 'the spike takes no time: rise, hold and fall are 0s', 'hold: 30s'],
  [
    'after the end',
    { at: '4m' },
    'at',
    'the spike starts after the end of the scenario, at 3m',
    'make `at` shorter or `duration` longer',
  ],
  [
    'endless over nothing',
    { rate: 0, duration: 'endless' },
    'rate',
    'the rate after the spike is 0: an endless run would send nothing more',
    'give a rate greater than 0, or a duration',
  ],
])('a spike %s is a problem', (_name, change, key, message, hint) => {
  expect(decode({ ...written, ...change }).problems).toEqual([{ at: [key], message, hint }]);
});
