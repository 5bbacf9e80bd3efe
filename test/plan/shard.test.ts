/** However a run is split over shards and threads, their union is the one schedule of a single process. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCursor } from '../../src/engine/lane-cursor.ts';
import { ENDLESS } from '../../src/executors/span.ts';
import type { ExecutorProfile } from '../../src/executors/table.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { LanePlan, Plan } from '../../src/plan/plan.ts';
import { recordNs } from '../../src/plan/record-time.ts';
import { type ShardPlace, threadsOf, workerOf } from '../../src/plan/shard.ts';
import type { Profile, ScenarioProfile } from '../../src/profile/profile.ts';
import { shareOf } from '../../src/split.ts';
import { messageLifecycle } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { createRecordSource, trailsOf } from '../../src/workload/workload.ts';
import { burst, constant, ramp, replay, sine, spike } from '../executors/drawn.ts';
import {
  type Message,
  messagesOf,
  RUN_TAG,
  readSlots,
  recordContext,
  recordPlan,
  timeOf,
} from '../workload/fixture.ts';
import { profileOf, scenarioOf } from './profile.ts';

const SEC = 1e9;
const measure = () => ({ bytesMean: 100, weightsDenominator: 1 });
const NOW_MS = Date.UTC(2026, 2, 8, 12);
/** Of an endless schedule, and of every other, this many messages are looked at. */
const MESSAGES_MAX = 2000;

const LIFECYCLE: Partial<ScenarioProfile> = {
  workload: 'message-lifecycle',
  key: { kind: 'field', field: 'messageId' },
  executor: { kind: 'constant-arrival-rate', ratePerSec: 150, durationNs: 6 * SEC },
  params: paramsOf(messageLifecycle).parse({
    ...{ normalDeliveryTime: '1s', delayedDeliveryTime: '3s', expiry: '5s', maxActiveMessages: 'none' },
  }),
};

const closed: fc.Arbitrary<ExecutorProfile> = fc
  .record({ messages: fc.integer({ min: 1, max: MESSAGES_MAX }), inFlight: fc.integer({ min: 1024, max: 3000 }) })
  .map((more) => ({ kind: 'max-throughput', ...more }));
const endless: fc.Arbitrary<ExecutorProfile> = fc.constantFrom<ExecutorProfile>(
  { kind: 'constant-arrival-rate', ratePerSec: 33.3, ...ENDLESS },
  { kind: 'burst', size: 70, everyNs: SEC, ...ENDLESS },
  { kind: 'sine', meanPerSec: 50, amplitudePerSec: 45, periodNs: 60 * SEC, ...ENDLESS },
);
const POISSON = new Set(['constant-arrival-rate', 'ramping-arrival-rate', 'sine', 'replay']);

const scenario: fc.Arbitrary<Partial<ScenarioProfile>> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(LIFECYCLE) },
  {
    weight: 8,
    arbitrary: fc
      .record({
        executor: fc.oneof(constant, ramp, sine, replay, burst, spike, closed, endless),
        isPoisson: fc.boolean(),
        startTimeNs: fc.constantFrom(0, 0.7 * SEC),
        warmupNs: fc.constantFrom(0, 0.4 * SEC),
      })
      .map(({ isPoisson, ...rest }) => {
        const { executor } = rest;
        const isEndless = 'durationNs' in executor && executor.durationNs === ENDLESS.durationNs;
        const arrivals =
          isPoisson && POISSON.has(executor.kind) && !isEndless ? ('poisson' as const) : ('uniform' as const);
        return { ...rest, arrivals };
      }),
  },
);

const run = fc.record({
  scenarios: fc.array(scenario, { minLength: 1, maxLength: 3 }),
  threads: fc.integer({ min: 1, max: 6 }),
  shards: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(2, 3, 64)),
  messages: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
  step: fc.integer({ min: 1, max: 40 }),
});

function planOf(profile: Profile, shard?: ShardPlace): Plan | undefined {
  try {
    return buildPlan(profile, {
      ...{ cores: 8, runTag: RUN_TAG, nowMs: NOW_MS, measure, trails: trailsOf },
      ...(shard && { shard }),
    });
  } catch {
    // Drawn badly: all of it is warm-up, or nothing is sent.
    return undefined;
  }
}

/** Everything each lane sends, by index: when it is due, and how often somebody sends it. */
function indexesOf(lane: LanePlan, plans: readonly Plan[], step: number) {
  const dueNs = new Float64Array(step);
  const seen: { readonly index: number; readonly dueNs: number }[] = [];
  for (const plan of plans) {
    for (let thread = 0; thread < threadsOf(plan); thread++) {
      const cursor = openCursor(lane.load, workerOf(plan, thread), plan.workers, step);
      while (cursor.nextIndex() < Math.min(lane.load.count, MESSAGES_MAX)) {
        const n = cursor.dueBefore(Number.MAX_VALUE, step, dueNs);
        for (let j = 0; j < n; j++) seen.push({ index: cursor.nextIndex() + j * plan.workers, dueNs: dueNs[j]! });
        cursor.advance(n);
        if (n === 0) break;
      }
    }
  }
  return seen.filter(({ index }) => index < MESSAGES_MAX).sort((a, b) => a.index - b.index);
}

test('the union over shards and threads is the one schedule, with the same due times', () => {
  fc.assert(
    fc.property(run, ({ scenarios, threads, shards, messages, step }) => {
      const profile = profileOf({
        workers: threads,
        scenarios: Object.fromEntries(scenarios.map((each, i) => [`s${i}`, scenarioOf(each)])),
        ...(messages !== undefined && { messages }),
      });
      const single = planOf({ ...profile, workers: 1 });
      fc.pre(single !== undefined);
      const [first, last] = [0, shards - 1].map((index) => planOf(profile, { index, count: shards })!);
      const split = Array.from({ length: shards }, (_, index) => ({ ...first!, shard: { index, count: shards } }));
      expect(last).toEqual(split.at(-1));
      expect(first!.workers).toBe(threads * shards);
      for (const lane of single.lanes) {
        const { load } = lane;
        expect(first!.lanes[lane.lane]!.load).toEqual(load);
        const found = indexesOf(first!.lanes[lane.lane]!, split, step);
        expect(found.map(({ index }) => index)).toEqual(
          Array.from({ length: Math.min(load.count, MESSAGES_MAX) }, (_, index) => index),
        );
        if (load.kind === 'closed') continue;
        expect(found.map(({ dueNs }) => dueNs)).toEqual(found.map(({ index }) => recordNs(load, index)));
      }
    }),
    { numRuns: 30 },
  );
});

test('in-flight windows are split over all workers of the run, exactly', () => {
  const executor: ExecutorProfile = { kind: 'max-throughput', durationNs: SEC, inFlight: 1001 };
  for (const count of [2, 3, 64]) {
    const plans = Array.from({ length: count }, (_, index) => {
      return planOf(profileOf({ workers: 3, scenarios: { a: scenarioOf({ executor }) } }), { index, count })!;
    });
    const windows = plans.flatMap((plan) =>
      Array.from({ length: threadsOf(plan) }, (_, thread) => {
        return shareOf(plan.lanes[0]!.inFlight, workerOf(plan, thread), plan.workers);
      }),
    );
    expect(windows).toHaveLength(3 * count);
    expect(windows.reduce((sum, share) => sum + share, 0)).toBe(1001);
    expect(Math.max(...windows) - Math.min(...windows)).toBeLessThanOrEqual(1);
  }
});

test('a window with less than one message a worker of all shards is refused', () => {
  const executor: ExecutorProfile = { kind: 'max-throughput', durationNs: SEC, inFlight: 5 };
  const profile = profileOf({ workers: 2, scenarios: { a: scenarioOf({ executor }) } });
  expect(planOf(profile, { index: 0, count: 2 })).toBeDefined();
  expect(planOf(profile, { index: 0, count: 3 })).toBeUndefined();
});

const anomalies = {
  tombstones: 0,
  duplicates: { rate: 0.2, within: 30 },
  late: { rate: 0.1, minMs: 1000, maxMs: 60_000 },
  malformed: 0.1,
};

test.each([
  ['atm avro pooled', recordPlan({ mode: 'pooled', poolSize: 100 }), {}],
  [
    'web-events json fresh',
    recordPlan({ workload: 'web-events', format: 'json', key: { kind: 'field', field: 'user_id' } }),
    {},
  ],
  ['message-lifecycle', recordPlan({ workload: 'message-lifecycle', key: { kind: 'field', field: 'messageId' } }), {}],
  [
    'atm json pooled, anomalous',
    recordPlan({ format: 'json', mode: 'pooled', poolSize: 100, anomalies }),
    { dueMs: timeOf },
  ],
])('record bytes, keys and partitions of %s are those of a single process', (_name, record, more) => {
  const count = 500;
  const context = recordContext(more);
  const reference = messagesOf(record, context, 1, count);
  for (const [shards, threads] of [
    [2, 1],
    [3, 2],
    [7, 3],
  ] as const) {
    const messages: Message[] = [];
    for (let index = 0; index < shards; index++) {
      const split = { workers: shards * threads, shard: { index, count: shards } };
      for (let thread = 0; thread < threadsOf(split); thread++) {
        const [worker, { workers }] = [workerOf(split, thread), split];
        const source = createRecordSource(record, { ...context, worker, workers });
        for (let first = worker; first < count; first += workers * source.batchMax) {
          const n = Math.min(source.batchMax, Math.ceil((count - first) / workers));
          source.prepare(
            first,
            workers,
            n,
            Float64Array.from({ length: n }, (_, j) => timeOf(first + j * workers)),
          );
          for (const [j, message] of readSlots(source, n).entries()) messages[first + j * workers] = message;
        }
      }
    }
    expect(messages.map(textOf)).toEqual(reference.map(textOf));
  }
});

function textOf({ payload, key, partition }: Message): string {
  return `[${partition}] ${key} ${payload.toString('hex')}`;
}
