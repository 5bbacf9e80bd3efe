import { expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { ClosedLoad, OpenLoad, Plan } from '../../src/plan/plan.ts';
import { recordMs, recordNs, recordTimeOf } from '../../src/plan/record-time.ts';
import type { ClockSpec, Profile, ScenarioProfile } from '../../src/profile/profile.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { profileOf, scenarioOf } from './profile.ts';

const HOUR = 3600e9;
const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 2, 10, 12);
const STARTED_MS = NOW_MS + 1234;
const START_MS = Date.UTC(2026, 2, 8);
const constant = { kind: 'constant-arrival-rate', ratePerSec: 2, durationNs: 24 * HOUR } as const;

function plan(clock: Partial<ClockSpec>, scenario: Partial<ScenarioProfile> = {}, more: Partial<Profile> = {}): Plan {
  const facts = {
    cores: 4,
    runTag: RUN_TAG,
    nowMs: NOW_MS,
    measure: () => ({ bytesMean: 100, weightsDenominator: 1 }),
  };
  const scenarios = { a: scenarioOf({ executor: constant, ...scenario }) };
  return buildPlan(profileOf({ clock: { timezone: 'UTC', speed: 1, ...clock }, scenarios, ...more }), facts);
}

/** Record times of the whole hours of a plan of two messages a second. */
function hourly({ clock, lanes: [scenario] }: Plan): number[] {
  const time = recordTimeOf(clock, STARTED_MS);
  return Array.from({ length: 24 }, (_, hour) => recordMs(time, recordNs(scenario!.load, hour * 7200)));
}

const hoursFrom = (startMs: number) => Array.from({ length: 24 }, (_, hour) => startMs + hour * HOUR_MS);

test.each<[string, Partial<ClockSpec>, number]>([
  ['the real time', {}, STARTED_MS],
  ['a start', { startMs: START_MS }, START_MS],
  ['60 times as fast', { speed: 60 }, STARTED_MS],
  ['7 times as fast from a start', { speed: 7, startMs: START_MS }, START_MS],
  ['slower', { speed: 0.3, startMs: START_MS }, START_MS],
  ['as fast as can be', { speed: 'max', startMs: START_MS }, START_MS],
])('an hour later on the schedule is an hour later in the record: %s', (_, clock, startMs) => {
  expect(hourly(plan(clock))).toEqual(hoursFrom(startMs));
});

test('speed changes how long a run takes, and neither its messages nor its warm-up', () => {
  const warm = { startTimeNs: HOUR, warmupNs: 2 * HOUR };
  for (const speed of [1, 60, 7, 0.3]) {
    const load = plan({ speed }, warm).lanes[0]!.load as OpenLoad;
    expect(load).toMatchObject({ count: 172_800, warmupCount: 14_400, startNs: HOUR / speed });
    expect(load.endNs).toBeCloseTo((25 * HOUR) / speed, 2);
    expect(load.targetPerSec).toBeCloseTo(2 * speed, 9);
  }
});

test('-n cuts the messages, not their times', () => {
  const cut = plan({ speed: 60 }, { warmupNs: HOUR }, { messages: 10_000 }).lanes[0]!.load as OpenLoad;
  expect(cut).toMatchObject({ count: 10_000, warmupCount: 7200 });
  const filled = plan({ speed: 'max' }, {}, { messages: 10_000 }).lanes[0]!.load as ClosedLoad;
  expect(filled).toMatchObject({ kind: 'closed', count: 10_000, recordSchedule: { count: 10_000 } });
});

test('a closed loop lives by the clock as well', () => {
  const executor = { kind: 'max-throughput', durationNs: HOUR } as const;
  expect(plan({ speed: 60 }, { executor, startTimeNs: HOUR }).lanes[0]!.load).toEqual({
    kind: 'closed',
    startNs: HOUR / 60,
    endNs: HOUR / 30,
    count: Infinity,
    warmupEndNs: HOUR / 60,
  });
});

test('as fast as can be there is neither a warm-up nor anything late', () => {
  expect(() => plan({ speed: 'max' }, { warmupNs: HOUR })).toThrow(/no time by which to cut a warm-up/);
  expect(() => plan({ speed: 'max' }, { overload: { kind: 'shed', maxLagNs: 1e9 } })).toThrow(/nothing to shed/);
});

test('windows begin where the clock stands: at its start, or now', () => {
  const windows = [{ hours: { fromMinute: 720, toMinute: 780 }, factor: 0 }];
  const multipliers = { combine: 'first', windows } as const;
  const first = (clock: Partial<ClockSpec>) => recordNs(plan(clock, { multipliers }).lanes[0]!.load, 0) / HOUR;
  expect(first({})).toBe(1);
  expect(first({ timezone: 'Europe/Berlin' })).toBe(0);
  expect(first({ startMs: Date.UTC(2026, 2, 8, 12, 30) })).toBe(0.5);
  expect(plan({}, { multipliers }).clock).toMatchObject({ startMs: null, originMs: NOW_MS, matters: true });
  expect(plan({}).clock.matters).toBe(false);
});

test('warns of record timestamps that brokers refuse or delete', () => {
  const intended = { recordTimestamp: 'intended' } as const;
  const topic = (config: Record<string, string>) => {
    const spec = { partitions: 1, replicationFactor: 1, create: 'if-missing', config } as const;
    return { topics: { load: spec } };
  };
  const warned = (...args: Parameters<typeof plan>) =>
    plan(...args).warnings.filter((text) => text.includes('timestamps'));
  expect(warned({}, intended)).toEqual([]);
  expect(warned({ speed: 60 }, { recordTimestamp: 'client' })).toEqual([]);
  expect(warned({ speed: 60 }, intended)).toEqual([expect.stringMatching(/up to 23h36m ahead of the real time/)]);
  expect(warned({ speed: 60 }, intended, topic({ 'message.timestamp.after.max.ms': '90000000' }))).toEqual([]);
  expect(warned({ speed: 60 }, intended, topic({ 'message.timestamp.type': 'LogAppendTime' }))).toEqual([]);
  expect(warned({ startMs: START_MS, speed: 'max' }, intended)).toEqual([]);
  expect(warned({ startMs: START_MS, speed: 'max' }, intended, topic({ 'retention.ms': '3600000' }))).toEqual([
    expect.stringMatching(/begin 2.5 days ago: the topic keeps 1h/),
  ]);
  expect(warned({ startMs: START_MS }, intended, topic({ 'retention.ms': '-1' }))).toEqual([]);
});
