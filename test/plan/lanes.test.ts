import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { ENDLESS } from '../../src/executors/span.ts';
import { type OpenProfile, scheduleOf } from '../../src/executors/table.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { OpenLoad, Plan } from '../../src/plan/plan.ts';
import type { Profile, ScenarioProfile } from '../../src/profile/profile.ts';
import { ScheduleReader } from '../../src/schedule/schedule.ts';
import { messageLifecycle } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { measureRecord, trailsOf } from '../../src/workload/workload.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { steadyOrBursts } from './executors.ts';
import { profileOf, scenarioOf } from './profile.ts';

const SEC = 1e9;
const SEED = 7;
const TIMES = { normalDeliveryTime: '3s', delayedDeliveryTime: '10s', expiry: '20s', maxActiveMessages: 'none' };

function planOf(scenario: Partial<ScenarioProfile>, params: object = {}, profile: Partial<Profile> = {}): Plan {
  const lifecycle = scenarioOf({
    workload: 'message-lifecycle',
    key: { kind: 'field', field: 'messageId' },
    ...scenario,
    params: paramsOf(messageLifecycle).parse({ ...TIMES, ...params }),
  });
  return buildPlan(profileOf({ seed: SEED, scenarios: { m: lifecycle }, ...profile }), {
    cores: 4,
    runTag: RUN_TAG,
    measure: measureRecord,
    trails: trailsOf,
  });
}

interface Event {
  readonly lane: string;
  readonly message: number;
  readonly atNs: number;
}

/** The simulation that the lanes are a closed form of: message by message, whatever comes of each. */
function simulate(sentNs: readonly number[], params: object = {}): Event[] {
  const parsed = paramsOf(messageLifecycle).parse({ ...TIMES, ...params });
  const { trails } = messageLifecycle.trails!(
    { params: parsed } as unknown as Parameters<NonNullable<typeof messageLifecycle.trails>>[0],
    { seed: SEED, scenario: 'm' },
  );
  const events = sentNs.flatMap((atNs, message): Event[] => {
    const later = trails.filter(({ thinning }) => thinning.kept.includes(message % thinning.period));
    return [
      { lane: 'm', message, atNs },
      ...later.map(({ name, delayNs }) => ({ lane: `m/${name}`, message, atNs: atNs + delayNs })),
    ];
  });
  const order = ['m', ...trails.map(({ name }) => `m/${name}`)];
  return events.sort(
    (a, b) => a.atNs - b.atNs || order.indexOf(a.lane) - order.indexOf(b.lane) || a.message - b.message,
  );
}

/** What a plan sends, lane by lane. */
function planned({ lanes }: Plan): Record<string, number[]> {
  return Object.fromEntries(
    lanes.map(({ name, load }) => {
      const reader = new ScheduleReader((load as OpenLoad).schedule);
      return [name, Array.from({ length: load.count }, (_, k) => reader.dueNs(k))];
    }),
  );
}

function byLane(events: readonly Event[]): Record<string, number[]> {
  const lanes: Record<string, number[]> = {};
  for (const { lane, atNs } of events) lanes[lane] = [...(lanes[lane] ?? []), atNs];
  return lanes;
}

function expectSame(actual: Record<string, number[]>, expected: Record<string, number[]>): void {
  expect(Object.keys(actual).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [lane, times] of Object.entries(expected)) {
    expect(actual[lane], lane).toHaveLength(times.length);
    for (const [k, atNs] of times.entries()) expect(Math.abs(actual[lane]![k]! - atNs)).toBeLessThan(0.01);
  }
}

const executors = steadyOrBursts({
  ratePerSec: { min: 0.5, max: 60 },
  sizeMax: 80,
  steadyNsMax: 30 * SEC,
  burstsNsMax: 40 * SEC,
});
const timesOf = (executor: OpenProfile) => {
  const schedule = scheduleOf(executor, { startNs: 0 });
  const reader = new ScheduleReader(schedule);
  return Array.from({ length: schedule.count }, (_, i) => reader.dueNs(i));
};
const some = { numRuns: 30 };

describe('lanes of a scenario', () => {
  test('send what a simulation of each message sends, each at its time', () => {
    fc.assert(
      fc.property(executors, fc.constantFrom('failed', 'silent'), (executor, neverDelivered) => {
        expectSame(
          planned(planOf({ executor }, { neverDelivered })),
          byLane(simulate(timesOf(executor), { neverDelivered })),
        );
      }),
      some,
    );
  });

  test('leave out what is due after the end, where the parameters say so', () => {
    fc.assert(
      fc.property(executors, (executor) => {
        const { endNs } = scheduleOf(executor, { startNs: 0 });
        const events = simulate(timesOf(executor)).filter(({ lane, atNs }) => lane === 'm' || atNs < endNs);
        const plan = planOf({ executor }, { atEnd: 'cut' });
        expectSame(planned(plan), byLane(events));
        expect(plan.durationNs).toBe(endNs);
      }),
      some,
    );
  });

  test('with -n are the first messages of the run, to the message', () => {
    fc.assert(
      fc.property(executors, fc.integer({ min: 1, max: 500 }), (executor, messages) => {
        const plan = planOf({ executor }, {}, { messages });
        expectSame(planned(plan), byLane(simulate(timesOf(executor)).slice(0, messages)));
      }),
      some,
    );
  });

  test('with -n may be none of a scenario, which is nothing to complain of', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20 * SEC } as const;
    const scenarios = { a: scenarioOf({ executor }), b: scenarioOf({ executor }) };
    const plan = planOf({}, {}, { scenarios, messages: 1 });
    expect(plan.lanes.map(({ load }) => load.count)).toEqual([1, 0]);
  });

  test('are faster with the clock, delays and all', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20 * SEC } as const;
    const fast = planned(planOf({ executor }, {}, { clock: { timezone: 'UTC', speed: 10 } }));
    const slow = byLane(simulate(timesOf(executor)));
    const gapsOf = (speed: number) =>
      planOf({ executor }, {}, { clock: { timezone: 'UTC', speed } }).lanes.map(({ record }) => record.trail?.gapNs);
    expect(gapsOf(10)).toEqual(gapsOf(1).map((ns) => ns && ns / 10));
    expectSame(fast, Object.fromEntries(Object.entries(slow).map(([lane, at]) => [lane, at.map((ns) => ns / 10)])));
  });

  test('have what is due in the warm-up in it', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20 * SEC } as const;
    for (const { load } of planOf({ executor, warmupNs: 5 * SEC }).lanes) {
      const { schedule, warmupCount } = load as OpenLoad;
      const reader = new ScheduleReader(schedule);
      expect(warmupCount).toBe(reader.dueCountBefore(5 * SEC));
    }
    // Without one the load of each begins when its first record may come.
    for (const { load } of planOf({ executor }).lanes) {
      expect([load.warmupEndNs, (load as OpenLoad).warmupCount]).toEqual([load.startNs, 0]);
    }
  });

  test('say that the run takes longer than the scenario, and how much', () => {
    const executor = { kind: 'burst', size: 50, everyNs: 5 * SEC, durationNs: 20 * SEC } as const;
    const { durationNs, warnings, notes } = planOf({ executor });
    expect(durationNs).toBe(30 * SEC);
    expect(warnings).toEqual([]);
    expect(notes).toEqual(['m: new messages for 20s, then 10s for their later states']);
  });

  test('are the first one alone in a closed loop, which knows no later', () => {
    const plan = planOf({ executor: { kind: 'max-throughput', durationNs: SEC } });
    expect(plan.lanes.map(({ name }) => name)).toEqual(['m']);
    expect(plan.warnings[0]).toContain('no delivered, delayed, delayed-delivered, failed');
  });

  test('cannot be sent as fast as possible with times of their own', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20 * SEC } as const;
    const attempt = () => planOf({ executor }, {}, { clock: { timezone: 'UTC', speed: 'max' } });
    expect(attempt).toThrow(InputError);
    expect(attempt).toThrow('later records could overtake earlier ones');
  });

  test('are made as the first is: pooled together, or fresh', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 100_000, durationNs: 20 * SEC } as const;
    const [own, ...following] = planOf({ executor }).lanes.map(({ record }) => record);
    expect(own!.mode).toBe('pooled');
    for (const { mode, poolSize, trail } of following) {
      expect([mode, poolSize / trail!.thinning.kept.length]).toEqual([
        'pooled',
        own!.poolSize / trail!.thinning.period,
      ]);
    }
  });

  test('take no more memory for a billion messages under way', () => {
    const sizeOf = (ratePerSec: number, delayedDeliveryTime: string) => {
      const executor = { kind: 'constant-arrival-rate', ratePerSec, durationNs: 10_000 * SEC } as const;
      return JSON.stringify(
        planOf({ executor, payload: { mode: 'fresh', poolSize: 'auto' } }, { delayedDeliveryTime }).lanes,
      ).length;
    };
    expect(sizeOf(100_000, '100000s') / sizeOf(1, '10s')).toBeLessThan(1.01);
  });
});

describe('message-lifecycle: max-active-messages', () => {
  const burst = (size: number, every: number, duration: number): OpenProfile => {
    return { kind: 'burst', size, everyNs: every * SEC, durationNs: duration * SEC };
  };

  const outcomes: ('delivered' | 'delayed' | 'never')[] = new Array(10_000).fill('never');
  for (const { lane, message } of simulate(outcomes.map(() => 0))) {
    if (lane === 'm/delivered') outcomes[message] = 'delivered';
    if (lane === 'm/delayed') outcomes[message] = 'delayed';
  }

  /** Batch by batch with a list of what is under way, each message with the time at which it gives its place back. */
  function simulateBatches(executor: OpenProfile, most: number, neverDelivered: 'failed' | 'silent'): number[] {
    const stays = { delivered: 3, delayed: 10, never: neverDelivered === 'failed' ? 10 : 20 };
    const { size, everyNs, durationNs } = executor as Extract<OpenProfile, { kind: 'burst' }>;
    const sent: number[] = [];
    let active: number[] = [];
    for (let atNs = 0; atNs < durationNs; atNs += everyNs) {
      active = active.filter((until) => until > atNs);
      for (let i = Math.min(size, most - active.length); i > 0; i--) {
        active.push(atNs + stays[outcomes[sent.length]!] * SEC);
        sent.push(atNs);
      }
    }
    return sent;
  }

  test('cuts batches to the room there is, as a simulation with a list of active messages does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(0.5, 1, 2.5, 4),
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom('failed' as const, 'silent' as const),
        (size, every, most, neverDelivered) => {
          const executor = burst(size, every, 60);
          const plan = planOf({ executor }, { maxActiveMessages: most, neverDelivered });
          expect(planned(plan).m).toEqual(simulateBatches(executor, most, neverDelivered));
        },
      ),
      some,
    );
  });

  test('ends when the scenario does, also where its last batch has less than a whole interval', () => {
    const plan = planOf({ executor: burst(40, 4, 10) }, { maxActiveMessages: 50, atEnd: 'cut' });
    const { load } = plan.lanes[0]!;
    expect([load.count < 120, load.endNs]).toEqual([true, 10 * SEC]);
  });

  test('leaves the default batches whole, for hours', () => {
    const params = { normalDeliveryTime: '30s', delayedDeliveryTime: '180s', maxActiveMessages: 100, expiry: '10m' };
    for (const neverDelivered of ['failed', 'silent']) {
      const plan = planOf({ executor: burst(50, 60, 4 * 3600) }, { ...params, neverDelivered });
      expect(plan.lanes[0]!.load.count).toBe(50 * 240);
      expect(plan.warnings.filter((warning) => warning.includes('maxActive'))).toEqual([]);
    }
  });

  test('says how much it cut, and that it means nothing where there is a rate', () => {
    const [cut] = planOf({ executor: burst(50, 1, 60) }, { maxActiveMessages: 100 }).warnings;
    expect(cut).toMatch(/^m: maxActiveMessages 100 leaves no room for [\d,]+ of 3,000 new ones: batches are cut$/);
    const rate = { kind: 'constant-arrival-rate', ratePerSec: 100, durationNs: 20 * SEC } as const;
    const plan = planOf({ executor: rate }, { maxActiveMessages: 100 });
    expect(plan.lanes[0]!.load.count).toBe(2000);
    expect(plan.warnings[0]).toContain('holds for batches (executor burst), not for a rate');
  });

  test('lays out as many batches of an endless run as it can, and says when it ends', () => {
    const { lanes, warnings } = planOf({ executor: { ...burst(5, 3, 1), ...ENDLESS } }, { maxActiveMessages: 100 });
    expect(lanes[0]!.load).toMatchObject({ endless: true, count: 5 * 300_000, endNs: 900_000 * SEC });
    expect(warnings).toEqual([
      'm: with maxActiveMessages each batch is laid out before the run, 300,000 of them: it ends after 250h',
    ]);
    const hourly = { executor: burst(5, 0.001, 3600) };
    expect(() => planOf(hourly, { maxActiveMessages: 100 })).toThrow('and 3,600,000 are too many');
  });
});
