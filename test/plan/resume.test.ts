import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ExecutorProfile } from '../../src/executors/table.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { OpenLoad, Plan } from '../../src/plan/plan.ts';
import type { ResumePoint } from '../../src/plan/resume.ts';
import type { ScenarioProfile } from '../../src/profile/profile.ts';
import { overtakingWarnings } from '../../src/result/trail-order.ts';
import { dueCountBefore, ScheduleReader } from '../../src/schedule/schedule.ts';
import { createCursor } from '../../src/schedule/schedule-cursor.ts';
import { messageLifecycle } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { isFollowing } from '../../src/workload/trail.ts';
import { measureRecord, openRecords, trailsOf } from '../../src/workload/workload.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { steadyOrBursts } from './executors.ts';
import { profileOf, scenarioOf } from './profile.ts';

const SEC = 1e9;

interface More {
  readonly resume?: ResumePoint;
  readonly messages?: number;
  readonly database?: string;
  readonly scenario?: Partial<ScenarioProfile>;
}

function planOf(executor: ExecutorProfile, more: More = {}): Plan {
  const { resume, messages, database = 'run.db', scenario = {} } = more;
  const lifecycle = scenarioOf({
    workload: 'message-lifecycle',
    key: { kind: 'field', field: 'messageId' },
    executor,
    params: paramsOf(messageLifecycle).parse({
      normalDeliveryTime: '3s',
      delayedDeliveryTime: '10s',
      maxActiveMessages: 60,
      database,
    }),
    ...scenario,
  });
  return buildPlan(profileOf({ scenarios: { m: lifecycle }, ...(messages !== undefined && { messages }) }), {
    cores: 4,
    runTag: RUN_TAG,
    measure: measureRecord,
    trails: trailsOf,
    ...(resume && { resume }),
  });
}

/** Every record of a plan: which message is in which state, and when, by lane and the worker that walks there. */
function recordsOf({ seed, runTag, lanes }: Plan, workers: number): Record<string, { id: string; dueNs: number }[]> {
  return Object.fromEntries(
    lanes.map(({ name, record, load }) => {
      const { schedule } = load as OpenLoad;
      const reader = new ScheduleReader(schedule);
      const read = openRecords(record, { seed, scenario: name, runTag }, () => 1.7e12);
      const records: { id: string; dueNs: number }[] = [];
      for (let worker = 0; worker < workers; worker++) {
        const cursor = createCursor(schedule, worker, workers);
        while (cursor.nextDueNs() < Infinity) {
          const index = cursor.nextIndex();
          const { messageId, status } = read(index, 1.7e12).value;
          records[index] = { id: `${messageId} ${status}`, dueNs: cursor.nextDueNs() };
          expect(cursor.nextDueNs()).toBe(reader.dueNs(index));
          cursor.advance(1);
        }
      }
      return [name, records];
    }),
  );
}

const executors = steadyOrBursts({
  ratePerSec: { min: 1, max: 20 },
  sizeMax: 40,
  steadyNsMax: 20 * SEC,
  burstsNsMax: 20 * SEC,
});

/** How far each lane came: all before `settled`, and of those after it the ones that were found. */
const progress = fc.array(
  fc.record({ settled: fc.double({ min: 0, max: 1, noNaN: true }), found: fc.array(fc.boolean(), { maxLength: 30 }) }),
  { minLength: 5, maxLength: 5 },
);

/** Moving a schedule costs a time its last bit. */
const SLACK_NS = 0.01;

describe('a run that goes on', () => {
  test('sends what is left, no record twice and none missing, in the times it had', () => {
    fc.assert(
      fc.property(
        executors,
        progress,
        fc.nat(20 * SEC),
        fc.integer({ min: 1, max: 3 }),
        (executor, made, elapsedNs, workers) => {
          const whole = planOf(executor);
          const all = recordsOf(whole, 1);
          const left: Record<string, { missing: Float64Array; from: number }> = {};
          const expected: Record<string, { id: string; dueNs: number }[]> = {};
          for (const [i, { name, load }] of whole.lanes.entries()) {
            const settled = Math.floor(made[i]!.settled * load.count);
            const found = made[i]!.found.slice(0, load.count - settled);
            const missing = found.flatMap((isFound, j) => (isFound ? [] : [settled + j]));
            left[name] = { missing: Float64Array.from(missing), from: settled + found.length };
            expected[name] = all[name]!.filter((_, k) => missing.includes(k) || k >= settled + found.length);
          }
          const dues = Object.values(expected).flatMap((records) => records.map(({ dueNs }) => dueNs));
          fc.pre(dues.length > 0);
          const resumed = planOf(executor, { resume: { elapsedNs, left } });
          const startNs = Math.min(elapsedNs, ...dues);
          expect(resumed.database).toEqual({ file: 'run.db', scenario: 'm', startNs });
          const actual = recordsOf(resumed, workers);
          for (const [name, records] of Object.entries(expected)) {
            expect((actual[name] ?? []).map(({ id }) => id)).toEqual(records.map(({ id }) => id));
            for (const [k, { dueNs }] of records.entries()) {
              expect(Math.abs(actual[name]![k]!.dueNs - (dueNs - startNs))).toBeLessThan(SLACK_NS);
              expect(actual[name]![k]!.dueNs).toBeGreaterThan(-SLACK_NS);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('has what is left of its warm-up, and none where that was over', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20 * SEC } as const;
    const scenario = { warmupNs: 5 * SEC };
    const whole = planOf(executor, { scenario });
    /** Of the scenario's own lane and the first that follows, where every lane was done up to `elapsedNs`. */
    const warmupsAt = (elapsedNs: number) => {
      const from = ({ load }: Plan['lanes'][number]) => dueCountBefore((load as OpenLoad).schedule, elapsedNs);
      const left = Object.fromEntries(
        whole.lanes.map((lane) => [lane.name, { missing: new Float64Array(0), from: from(lane) }]),
      );
      const { lanes } = planOf(executor, { scenario, resume: { elapsedNs, left } });
      const loads = lanes.map(({ load }) => load as OpenLoad);
      return loads.slice(0, 2).map((load) => [load.startNs, load.warmupEndNs, load.warmupCount]);
    };
    const { warmupCount } = whole.lanes[1]!.load as OpenLoad;
    expect(warmupCount).toBeGreaterThan(0);
    // What follows first does so after 3 s.
    expect(warmupsAt(2 * SEC)).toEqual([
      [0, 3 * SEC, 30],
      [SEC, 3 * SEC, warmupCount],
    ]);
    expect(warmupsAt(8 * SEC)).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('has own records that follow nothing: late ones are told only beside what follows them', () => {
    const left = { m: { missing: new Float64Array(0), from: 20 } };
    const { lanes } = planOf(
      { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20 * SEC },
      { resume: { elapsedNs: 2 * SEC, left } },
    );
    expect(lanes[0]!.record.trail).toBeDefined();
    expect(overtakingWarnings(lanes, [])).toEqual([]);
    const following = lanes.filter((each) => isFollowing(each)).map(({ name }) => name);
    expect(following).toEqual(['m/delivered', 'm/delayed', 'm/delayed-delivered', 'm/failed']);
  });

  test('is cut by -n as the whole was', () => {
    const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 20 * SEC } as const;
    const total = ({ lanes }: Plan) => lanes.reduce((sum, { load }) => sum + load.count, 0);
    const left = { m: { missing: Float64Array.of(3), from: 20 } };
    expect(total(planOf(executor, { messages: 100, resume: { elapsedNs: 2 * SEC, left } }))).toBe(100 - 19);
  });
});

describe('a database in the plan', () => {
  const rate = (ratePerSec: number): ExecutorProfile => ({
    kind: 'constant-arrival-rate',
    ratePerSec,
    durationNs: SEC,
  });

  test('has records that are known by their number: fresh ones, whatever the profile says', () => {
    const pooled = { payload: { mode: 'pooled', poolSize: 'auto' } } as const;
    const modesOf = (more: More) => planOf(rate(10), { scenario: pooled, ...more }).lanes.map((s) => s.record.mode);
    expect(new Set(modesOf({}))).toEqual(new Set(['fresh']));
    expect(new Set(modesOf({ database: 'none' }))).toEqual(new Set(['pooled']));
    expect(planOf(rate(10), { database: 'none' }).database).toBeUndefined();
    // Also what follows the scenario's own records, once all of those are done.
    const resume = { elapsedNs: SEC, left: { m: { missing: new Float64Array(0), from: 10 } } };
    expect(new Set(modesOf({ resume }))).toEqual(new Set(['fresh']));
  });

  test('is refused where more comes than it can take', () => {
    expect(() => planOf(rate(10_001))).toThrow('10,001/s new messages are too many for a database');
    expect(() => planOf({ kind: 'max-throughput', durationNs: SEC })).toThrow('too fast for a database');
    const shed = { overload: { kind: 'shed', maxLagNs: SEC } } as const;
    expect(() => planOf(rate(10), { scenario: shed })).toThrow('which messages are shed is known at the end only');
    const unmarked = { mark: 'none' } as const;
    expect(() => planOf(rate(10), { scenario: unmarked })).toThrow('is known in the topic by its mark');
  });
});
