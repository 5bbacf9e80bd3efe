import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { ENDLESS } from '../../src/executors/span.ts';
import type { ExecutorProfile } from '../../src/executors/table.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { dueShare } from '../../src/plan/endless.ts';
import type { OpenLoad, Plan } from '../../src/plan/plan.ts';
import { summarizePlan } from '../../src/plan/summary.ts';
import type { Profile, ScenarioProfile } from '../../src/profile/profile.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { dueCount } from '../../src/schedule/schedule.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { profileOf, scenarioOf } from './profile.ts';

const SEC = 1e9;
const HOUR = 3600 * SEC;
const steady: ExecutorProfile = { kind: 'constant-arrival-rate', ratePerSec: 10, ...ENDLESS };
const minute: ExecutorProfile = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 60 * SEC };
const measure = () => ({ bytesMean: 100, weightsDenominator: 1 });

function plan(scenarios: Record<string, Partial<ScenarioProfile>>, more: Partial<Profile> = {}, trails = false): Plan {
  const full = Object.entries(scenarios).map(([name, scenario]) => [name, scenarioOf(scenario)] as const);
  const follows = { name: 'delivered', thinning: { period: 1, kept: [0] }, delayNs: SEC, gapNs: SEC };
  return buildPlan(profileOf({ scenarios: Object.fromEntries(full), workers: 3, ...more }), {
    ...{ cores: 4, runTag: RUN_TAG, nowMs: Date.UTC(2026, 2, 8, 12), measure },
    ...(trails && { trails: () => ({ trails: [follows], atEnd: 'cut' }) as never }),
  });
}

function problemsOf(build: () => Plan): string[] {
  try {
    build();
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('there was no problem');
}

describe('the plan', () => {
  test('lays out 100 days, marks them, and has no end of its own', () => {
    const { lanes, durationNs } = plan({ a: { executor: steady } });
    expect(lanes[0]!.load).toMatchObject({ endless: true, endNs: 2400 * HOUR, count: 24_000 * 3600 });
    expect(durationNs).toBe(0);
    expect(plan({ a: { executor: minute } }).lanes[0]!.load).not.toHaveProperty('endless');
  });

  test('an endless scenario beside one that ends keeps the run without an end', () => {
    const { lanes, durationNs } = plan({ a: { executor: steady }, b: { executor: minute } });
    expect(lanes.map(({ load }) => 'endless' in load)).toEqual([true, false]);
    expect(durationNs).toBe(0);
  });

  test('bursts and sines as well', () => {
    const burst: ExecutorProfile = { kind: 'burst', size: 5, everyNs: SEC, ...ENDLESS };
    const sine: ExecutorProfile = { kind: 'sine', meanPerSec: 5, amplitudePerSec: 5, periodNs: HOUR, ...ENDLESS };
    for (const executor of [burst, sine]) {
      expect(plan({ a: { executor } }).lanes[0]!.load).toMatchObject({ endless: true, endNs: 2400 * HOUR });
    }
  });

  test('-n makes an end', () => {
    const { lanes, durationNs } = plan({ a: { executor: steady } }, { messages: 25 });
    expect(lanes[0]!.load).toMatchObject({ count: 25, endNs: 2.5 * SEC });
    expect(lanes[0]!.load).not.toHaveProperty('endless');
    expect(durationNs).toBe(2.5 * SEC);
  });

  test('-n is shared among endless scenarios by their rates, but has no proportion beside one that ends', () => {
    const half: ExecutorProfile = { kind: 'constant-arrival-rate', ratePerSec: 30, ...ENDLESS };
    const { lanes } = plan({ a: { executor: steady }, b: { executor: half } }, { messages: 40 });
    expect(lanes.map(({ load }) => load.count)).toEqual([10, 30]);
    expect(problemsOf(() => plan({ a: { executor: steady }, b: { executor: minute } }, { messages: 40 }))).toEqual([
      expect.stringMatching(/^messages: 40 messages cannot be shared.*an endless scenario plans no count$/),
    ]);
  });

  test.each<[string, string, () => Plan]>([
    [
      'as fast as acknowledgements allow',
      'scenarios.a.duration: as fast as acknowledgements allow (`clock.speed: max`) an endless schedule has no last record',
      () => plan({ a: { executor: steady } }, { clock: { timezone: 'UTC', speed: 'max' } }),
    ],
    [
      'more Poisson arrivals than can be drawn beforehand',
      'scenarios.a.arrivals: Poisson arrivals are drawn before the run, max 1,000,000,000,000, and it plans 1,728,000,000,000',
      () => plan({ a: { executor: { ...steady, ratePerSec: 200_000 } as ExecutorProfile, arrivals: 'poisson' } }),
    ],
  ])('%s is refused', (_, problem, build) => {
    expect(problemsOf(build)).toEqual([problem]);
  });
});

test('records that others follow are endless with all that follows them', () => {
  const { lanes, notes } = plan({ a: { executor: steady } }, {}, true);
  expect(lanes.map(({ name, load }) => [name, (load as OpenLoad).endless])).toEqual([
    ['a', true],
    ['a/delivered', true],
  ]);
  expect(notes).toEqual([]);
});

test('load plan shows one day of it, and says that only a stop ends it', () => {
  const summary = summarizePlan(plan({ a: { executor: steady } }));
  expect(summary).toMatchObject({ durationNs: null, messages: null, bytes: null, bucketNs: HOUR });
  expect(summary.scenarios[0]).toMatchObject({ endless: true, endNs: null, messages: null, shares: null });
  expect(summary.scenarios[0]!.buckets).toEqual(new Array(24).fill(36_000));
  const text = renderPlan(summary);
  expect(text).toContain('endless: until it is stopped. Nothing is sent.');
  expect(text).toContain('0s – endless');
  // Kept for 7 days: 10 a second of 100 bytes each.
  expect(summary.topics[0]!.diskBytes).toBe(summary.topics[0]!.replicationFactor * 7 * 86_400 * 1000);
});

describe('the mean of an endless shop, 1,000 an hour at factor 1', () => {
  // 22–06, 12–14, the rest of 09–17 and the other hours of a day; the other hours are more at week-ends.
  const day = 8 * 0.3 + 2 * 2 + 6 * 1.5 + 8;
  const week = (5 * day + 2 * (day + 8 * 0.5)) * 1000;
  const hours = (from: number, to: number) => ({ fromMinute: 60 * from, toMinute: 60 * to });
  const shop: Partial<ScenarioProfile> = {
    executor: { kind: 'constant-arrival-rate', ratePerSec: 1000 / 3600, ...ENDLESS },
    multipliers: {
      combine: 'first',
      windows: [
        { name: 'late-night', hours: hours(22, 6), factor: 0.3 },
        { name: 'peak', hours: hours(12, 14), factor: 2 },
        { name: 'business', hours: hours(9, 17), factor: 1.5 },
        { name: 'weekend', days: [0, 6], factor: 1.5 },
      ],
    },
  };

  test.each([
    ['a Saturday', 1, 21],
    ['a Wednesday', 1, 18],
    ['a Saturday, sixty times as fast', 60, 21],
  ])('is that of a week, from %s', (_, speed, date) => {
    const clock = { timezone: 'UTC', speed, startMs: Date.UTC(2026, 10, date, 11, 18, 42) };
    const summary = summarizePlan(plan({ shop }, { clock }));
    const { meanPerSec } = summary.scenarios[0]!;
    expect((meanPerSec! / speed) * 7 * 24 * 3600).toBeCloseTo(week, 0);
    // Kept for seven days, of a hundred bytes each.
    const { diskBytes, replicationFactor } = summary.topics[0]!;
    expect(diskBytes! / replicationFactor / 100 / speed).toBeCloseTo(week, 0);
    if (speed === 1) expect(renderPlan(summary)).toContain('mean 17.04/m over whole weeks, peak 33.33/m');
  });
});

describe('the shares of workers', () => {
  const planned = plan({ a: { executor: steady, warmupNs: SEC }, b: { executor: minute } });
  const due = (ns: number) => [0, 1, 2].map((worker) => dueShare(planned.lanes[0]!.load as OpenLoad, ns, worker, 3));

  test('are those of the schedule, at any time', () => {
    const { schedule } = planned.lanes[0]!.load as OpenLoad;
    for (const ns of [0, 0.1 * SEC, 0.95 * SEC, 12.34 * SEC, 3 * HOUR]) {
      expect(due(ns).reduce((a, b) => a + b)).toBe(dueCount(schedule, ns));
    }
    expect(due(0)).toEqual([1, 0, 0]);
  });
});
