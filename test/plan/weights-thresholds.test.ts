import { describe, expect, test } from 'vitest';
import type { LanePlan } from '../../src/plan/plan.ts';
import { checkWeightsThresholds } from '../../src/plan/weights-thresholds.ts';
import type { RecordPlan } from '../../src/workload/record-plan.ts';
import { loadText, problemsOf } from '../profile/load-text.ts';
import { recordPlan } from '../workload/fixture.ts';

const laneOf = (record: RecordPlan, name = 'atm') => ({ name, record }) as LanePlan;
const planOf = (...lanes: LanePlan[]) => ({ seed: 42, runTag: '0123456789abcdef', lanes });

describe('a threshold that cannot be judged is reported before the run', () => {
  const bytes = laneOf(recordPlan({ workload: 'bytes', params: { size: 10 } }), 'raw');

  test('no weights to look at', () => {
    const plan = planOf(bytes, laneOf(recordPlan()));
    checkWeightsThresholds([{ metric: 'weights' }, { metric: 'weights', scenario: 'atm' }], plan);
    checkWeightsThresholds([{ metric: 'failed' }], planOf(bytes));
    expect(() => checkWeightsThresholds([{ metric: 'weights', scenario: 'raw' }], plan)).toThrow(
      'thresholds.weights{scenario:raw}: no record of raw has a field with weights',
    );
    expect(() => checkWeightsThresholds([{ metric: 'weights' }], planOf(bytes))).toThrow(
      'thresholds.weights: no record has a field with weights',
    );
  });

  test('statistics it does not have, and an end it cannot bring about', async () => {
    const profile = `scenarios:
  atm: { workload: atm, executor: constant-arrival-rate, rate: 5, duration: 1s }
thresholds:
  weights: ["p(99)>1", "rate>1", { threshold: "p>0.001", abortOnFail: true }]
  failed: ["p<1"]
`;
    const messages = (await problemsOf(loadText(profile))).map(({ message, hint }) => `${message} ${hint}`);
    expect(messages).toEqual([
      '`weights` has no `p(N)` one of p',
      '`weights` has no `rate` one of p',
      '`weights` is known when the run is over: it cannot end it undefined',
      '`failed` has no `p` one of count, rate',
    ]);
  });
});
