/** Scenarios without a mark: found before the run, all of them at once. */
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { ConsumerGroupProfile, Profile } from '../../src/profile/profile.ts';
import { measureRecord } from '../../src/workload/workload.ts';
import { RUN_TAG } from '../workload/fixture.ts';
import { profileOf, scenarioOf } from './profile.ts';

const GROUP: ConsumerGroupProfile = {
  topics: ['t', 'u'],
  members: 1,
  verify: true,
  from: 'run',
  startNs: 0,
  config: {},
};
const TOPIC = { partitions: 3, replicationFactor: 1, create: 'if-missing', config: {} } as const;
const scenarios = {
  shop: scenarioOf({ workload: 'ecommerce', topic: 't' }),
  web: scenarioOf({ workload: 'web-events', topic: 'u' }),
  plain: scenarioOf({ workload: 'atm', topic: 'u', mark: 'none' }),
  small: scenarioOf({ topic: 'u', params: { size: 15 } }),
  atm: scenarioOf({ workload: 'atm', topic: 't' }),
};

function planOf(profile: Partial<Profile>) {
  const whole = profileOf({ topics: { t: TOPIC, u: TOPIC }, scenarios, ...profile });
  return buildPlan(whole, { cores: 4, runTag: RUN_TAG, measure: measureRecord });
}

function problemsOf(profile: Partial<Profile>) {
  try {
    planOf(profile);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

describe('a group that verifies', () => {
  test('is refused for each scenario without a mark, with what to set', () => {
    expect(problemsOf({ consumers: { check: GROUP } })).toEqual([
      {
        path: 'scenarios.shop.mark',
        message:
          'its records have no mark: those of `ecommerce` have no field or bytes for one, so group `check` cannot verify them',
        hint: 'set scenarios.shop.mark: header',
      },
      expect.objectContaining({ path: 'scenarios.web.mark', hint: 'set scenarios.web.mark: header' }),
      expect.objectContaining({
        path: 'scenarios.plain.mark',
        message: 'its records have no mark (`mark: none`), so group `check` cannot verify them',
      }),
      expect.objectContaining({ path: 'scenarios.small.mark' }),
    ]);
  });

  test('needs marks in its own topics only', () => {
    const problems = problemsOf({ consumers: { check: { ...GROUP, topics: ['t'] } } });
    expect(problems.map(({ path }) => path)).toEqual(['scenarios.shop.mark']);
  });

  test('takes them as headers, and everything else of the plan stays as it is', () => {
    const header = Object.fromEntries(
      Object.entries(scenarios).map(([name, scenario]) => [name, { ...scenario, mark: 'header' as const }]),
    );
    const plan = planOf({ consumers: { check: GROUP }, scenarios: header });
    expect(plan.lanes.map(({ markHeader }) => markHeader)).toEqual(Object.keys(scenarios).map(() => true));
    expect(plan.notes.filter((note) => note.includes('end-to-end'))).toEqual([]);
    const auto = planOf({ scenarios });
    const atm = plan.lanes.findIndex(({ name }) => name === 'atm');
    expect(plan.lanes[atm]!.record).toEqual(auto.lanes[atm]!.record);
    // Name, value, and what the client counts for a header.
    expect(plan.lanes[atm]!.messageBytesMax! - auto.lanes[atm]!.messageBytesMax!).toBe(9 + 16 + 10);
  });
});

test('where a group only reads, a note names each scenario without end-to-end latency', () => {
  const consumers = { read: { ...GROUP, verify: false, topics: ['u'] } };
  const { notes } = planOf({ consumers });
  expect(notes.filter((note) => note.includes('end-to-end'))).toEqual([
    'web: end-to-end latency is not measured: its records have no mark: those of `web-events` have no field or bytes for one; scenarios.web.mark: header gives them one',
    expect.stringMatching(/^plain: .*`mark: none`/),
    expect.stringMatching(/^small: /),
  ]);
  expect(planOf({}).notes.filter((note) => note.includes('end-to-end'))).toEqual([]);
});

test('a threshold on what no group verifies is refused', () => {
  const threshold = {
    metric: 'lost',
    scenario: 'atm',
    expression: 'count==0',
    abortOnFail: false,
    delayAbortEvalNs: 0,
  };
  const consumers = { check: { ...GROUP, topics: ['u'] }, read: { ...GROUP, verify: false } };
  const marked = { atm: scenarios.atm, web: { ...scenarios.web, mark: 'header' as const } };
  expect(problemsOf({ consumers, scenarios: marked, thresholds: [threshold] })).toEqual([
    {
      path: 'thresholds.lost{scenario:atm}',
      message: '`lost` of `atm` needs a group that verifies topic `t`',
      hint: 'add `verify: true`',
    },
  ]);
  const { scenario: _, ...whole } = threshold;
  expect(problemsOf({ consumers, scenarios: marked, thresholds: [whole] })).toEqual([]);
});

test('the topics of a pattern are those that a group reads', () => {
  const topics = ['t-0', 't-1', 't-2'];
  const many = { topic: 't-{0..2}', topics };
  const consumers = { check: { ...GROUP, topics, topicEntries: ['t-{0..2}'] } };
  const rest = { consumers, topics: { 't-{0..2}': { ...TOPIC, pattern: 't-{0..2}' } } };
  const plain = scenarioOf({ workload: 'atm', mark: 'none', ...many });
  expect(problemsOf({ ...rest, scenarios: { plain } })).toMatchObject([{ path: 'scenarios.plain.mark' }]);
  const threshold = { metric: 'lost', scenario: 'atm', expression: 'count==0', abortOnFail: false };
  const thresholds = [{ ...threshold, delayAbortEvalNs: 0 }];
  const atm = scenarioOf({ workload: 'atm', ...many });
  expect(problemsOf({ ...rest, scenarios: { atm }, thresholds })).toEqual([]);
});

test('a group that verifies some topics of a scenario has a warning, as nothing is decided of it', () => {
  const topics = ['t-0', 't-1', 't-2'];
  const many = scenarioOf({ workload: 'atm', topic: 't-{0..2}', topics });
  const warningsOf = (read: string[], verify = true) =>
    planOf({
      topics: { 't-{0..2}': { ...TOPIC, pattern: 't-{0..2}' }, t: TOPIC },
      scenarios: { many, one: scenarioOf({ workload: 'atm', topic: 't' }) },
      consumers: { check: { ...GROUP, topics: read, verify } },
    }).warnings;
  expect(warningsOf(['t-0', 't-2', 't'])).toEqual([
    'many: group check verifies nothing of it and the run will be INCOMPLETE: it does not read 1 of its 3 topics, e.g. t-1; name them in consumers.check.topics',
  ]);
  expect(warningsOf(['t'])).toEqual([]);
  expect(warningsOf(topics)).toEqual([]);
  expect(warningsOf(['t-0'], false)).toEqual([]);
});

test('the engine’s header cannot be one of the scenario’s own', () => {
  const headers = { 'load-mark': 'x' };
  const own = (mark: 'auto' | 'header') => ({ scenarios: { atm: scenarioOf({ topic: 't', headers, mark }) } });
  expect(problemsOf(own('header'))).toMatchObject([{ path: 'scenarios.atm.headers.load-mark' }]);
  expect(problemsOf(own('auto'))).toEqual([]);
});
