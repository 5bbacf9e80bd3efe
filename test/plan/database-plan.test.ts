/** Which runs keep a message database that nobody asked for, and what is said of those that do not. */

import { expect, test } from 'vitest';
import type { ExecutorProfile } from '../../src/executors/table.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Profile, ScenarioProfile } from '../../src/profile/profile.ts';
import { messageLifecycle } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { measureRecord, trailsOf } from '../../src/workload/workload.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { profileOf, scenarioOf } from './profile.ts';

const rate = (ratePerSec: number): ExecutorProfile => ({ kind: 'constant-arrival-rate', ratePerSec, durationNs: 10e9 });
const batches = (size: number, everyNs: number): ExecutorProfile => ({
  kind: 'burst',
  size,
  everyNs,
  durationNs: 600e9,
});

function lifecycle(executor: ExecutorProfile, more: Partial<ScenarioProfile> = {}, database?: string): ScenarioProfile {
  const params = paramsOf(messageLifecycle).parse({ maxActiveMessages: 'none', ...(database && { database }) });
  return scenarioOf({
    workload: 'message-lifecycle',
    key: { kind: 'field', field: 'messageId' },
    executor,
    params,
    ...more,
  });
}

function planOf(scenarios: Profile['scenarios'], more: Partial<Profile> = {}) {
  const facts = { cores: 4, runTag: RUN_TAG, measure: measureRecord, trails: trailsOf };
  const { database, warnings, notes, lanes } = buildPlan(profileOf({ scenarios, ...more }), facts);
  const said = [...warnings, ...notes].filter((text) => text.includes('database'));
  return { database, said, modes: [...new Set(lanes.map(({ record }) => record.mode))] };
}

const UNASKED = { file: null, scenario: 'm', startNs: 0 };

test.each([
  ['the workload’s own batches', batches(50, 60e9)],
  ['batches of up to a hundred a second on average', batches(6000, 60e9)],
  ['a hundred a second', rate(100)],
])('%s: a database that nobody has to ask for', (_, executor) => {
  expect(planOf({ m: lifecycle(executor) })).toEqual({ database: UNASKED, said: [], modes: ['fresh'] });
});

const byDefault = 'm: no database: by default only up to 100/s new messages (--database FILE takes up to 10,000/s)';

test.each<[string, ExecutorProfile, Partial<ScenarioProfile>, string]>([
  ['more than a hundred a second', rate(101), {}, byDefault],
  ['a hundred thousand a second', rate(100_000), {}, byDefault],
  ['bursts of more', batches(6001, 60e9), {}, byDefault],
  ['no rate', { kind: 'max-throughput', durationNs: 1e9 }, {}, 'as fast as acknowledgements allow is too fast'],
  ['pooled records', rate(10), { payload: { mode: 'pooled', poolSize: 'auto' } }, 'these are pooled'],
  ['no mark', rate(10), { mark: 'none' }, 'leave out mark: none'],
  ['shed messages', rate(10), { overload: { kind: 'shed', maxLagNs: 1e9 } }, 'which messages are shed'],
])('%s: none, and the plan says why', (_, executor, more, why) => {
  const { database, said } = planOf({ m: lifecycle(executor, more) });
  expect(database).toBeUndefined();
  expect(said).toEqual([expect.stringContaining(why)]);
});

test('none is none, without a word; a file is that file, up to ten thousand a second', () => {
  expect(planOf({ m: lifecycle(rate(10), {}, 'none') })).toMatchObject({ database: undefined, said: [] });
  const named = { database: { file: 'run.db', scenario: 'm', startNs: 0 }, said: [], modes: ['fresh'] };
  expect(planOf({ m: lifecycle(rate(10_000), {}, 'run.db') })).toEqual(named);
  expect(() => planOf({ m: lifecycle(rate(10_001), {}, 'run.db') })).toThrow('are too many for a database');
});

test('of two scenarios one is asked for, or none has it', () => {
  const { database, said } = planOf({ m: lifecycle(rate(10)), n: lifecycle(rate(10)) });
  expect([database, said]).toEqual([
    undefined,
    ['m: no database: a run writes one database (give one of them a file)'],
  ]);
  const named = planOf({ m: lifecycle(rate(10)), n: lifecycle(rate(10), {}, 'run.db') });
  expect(named).toMatchObject({ database: { file: 'run.db', scenario: 'n' }, said: [] });
});

test('where nothing is sent a named one is warned about, whatever the rate, and nobody else', () => {
  const nothing = { kafka: { 'bootstrap.servers': 'null' } };
  expect(planOf({ m: lifecycle(rate(10)) }, nothing)).toMatchObject({ database: undefined, said: [] });
  const warned = ['m: nothing is sent (null transport): database run.db is not written'];
  for (const perSec of [10, 20_000]) {
    const named = planOf({ m: lifecycle(rate(perSec), {}, 'run.db') }, nothing);
    expect(named).toMatchObject({ database: undefined, said: warned });
  }
});
