import { describe, expect, test } from 'vitest';
import type { ThresholdSpec } from '../../src/profile/profile.ts';
import {
  breachedThresholds,
  describeOutcome,
  judgeThresholds,
  type ThresholdInputs,
} from '../../src/result/thresholds.ts';
import { phase, ramp } from './run.ts';

const measured = phase({ ackedUs: ramp(990, 1_000), lagUs: 500, failed: 10 });
const inputs: ThresholdInputs = {
  response: measured.response,
  service: measured.service,
  scheduleLag: measured.scheduleLag,
  sent: 1_000,
  acked: 990,
  notAcked: 10,
  achievedPerSec: 99,
  targetPerSec: 100,
};
const empty: ThresholdInputs = { ...inputs, ...pickHistograms(phase()), sent: 0, acked: 0, notAcked: 0 };

function pickHistograms({ response, service, scheduleLag }: ReturnType<typeof phase>) {
  return { response, service, scheduleLag };
}

function spec(metric: string, expression: string, more: Partial<ThresholdSpec> = {}): ThresholdSpec {
  return { metric, expression, abortOnFail: false, delayAbortEvalNs: 0, ...more };
}

function judge(metric: string, expression: string, of: ThresholdInputs | undefined = inputs) {
  return judgeThresholds([spec(metric, expression)], () => of)[0]!;
}

describe('weights', () => {
  const fit = (field: string, p: number) => {
    return { scenario: 'atm', field, records: 990, chiSquare: 20.5, degreesOfFreedom: 3, p };
  };
  const weights = [fit('status_code', 0.4), fit('transaction_type', 0.0004), fit('currency', 0.9)];

  test('p is that of the worst field, times the number of fields, and the field is named', () => {
    const outcome = judge('weights', 'p>0.001', { ...inputs, weights });
    expect(outcome).toMatchObject({ ok: true, worst: weights[1] });
    expect(outcome.value).toBeCloseTo(0.0012, 12);
    const strict = judge('weights', 'p>0.01', { ...inputs, weights });
    expect(strict.ok).toBe(false);
    expect(describeOutcome(strict)).toBe('weights p>0.01 is 0.0012: transaction_type of atm, χ² 20.5');
  });

  test('no p is above 1', () => {
    expect(judge('weights', 'p>=1', { ...inputs, weights: [fit('a', 0.9), fit('b', 1)] })).toMatchObject({ value: 1 });
  });

  test.each([[{}], [{ weights: [] }]])('nothing measured is a breach: %j', (more) => {
    const outcome = judge('weights', 'p>0.001', { ...inputs, ...more });
    expect(outcome).toEqual({ metric: 'weights', expression: 'p>0.001', value: null, ok: false });
    expect(describeOutcome(outcome)).toBe('weights p>0.001 is not measured');
  });
});

describe('at the end', () => {
  test.each([
    ['service_ms', 'p(50)<501', 500, true],
    ['service_ms', 'p(50)<500', 500, false],
    ['service_ms', 'min>=1', 1, true],
    ['service_ms', 'avg<496', 495.5, true],
    ['schedule_lag_ms', 'max<=0.5', 0.5, true],
    ['schedule_lag_ms', 'count==1000', 1000, true],
    ['failed', 'count<10', 10, false],
    ['failed', 'rate<=0.01', 0.01, true],
    ['achieved', 'rate>0.999', 0.99, false],
    ['throughput', 'rate>98', 99, true],
    ['throughput', 'count==990', 990, true],
  ])('%s %s is %d: %s', (metric, expression, value, ok) => {
    const outcome = judge(metric, expression);
    expect(outcome.ok).toBe(ok);
    expect(outcome.value).toBeCloseTo(value, 0);
  });

  test('response contains the schedule lag, service does not', () => {
    expect(judge('response_ms', 'min<1.2').value).toBe(1.5);
    expect(judge('service_ms', 'min<1.2').value).toBe(1);
  });

  test('a percentile among failed messages breaches every upper bound, however high', () => {
    const outcome = judge('response_ms', 'p(99.5)<1000000');
    expect(outcome).toMatchObject({ ok: false, value: { atLeast: 990.5 } });
    expect(describeOutcome(outcome)).toBe('response_ms p(99.5)<1000000 is > 990.5');
    expect(judge('response_ms', 'max<1000000').ok).toBe(false);
    expect(judge('response_ms', 'p(99.5)>900').ok).toBe(true);
    expect(judge('response_ms', 'p(99)<1000').ok).toBe(true);
  });

  test('nothing measured keeps no promise', () => {
    for (const [metric, expression] of [
      ['response_ms', 'p(99)<250'],
      ['failed', 'rate<0.1'],
    ] as const) {
      expect(judge(metric, expression, empty)).toMatchObject({ ok: false, value: null });
    }
    expect(judge('achieved', 'rate>0.9', { ...inputs, targetPerSec: null })).toMatchObject({ ok: false, value: null });
    for (const expression of ['max>1', 'max>=1']) expect(judge('response_ms', expression).ok).toBe(true);
    expect(judge('achieved', 'rate>0.9', { ...inputs, targetPerSec: 0 })).toMatchObject({ ok: false, value: null });
  });

  test('what only reading back can tell is not judged', () => {
    expect(judge('lost', 'count==0')).toMatchObject({ ok: null, value: null });
  });

  test('a scenario’s own threshold looks at that scenario', () => {
    const specs = [spec('failed', 'count==0', { scenario: 'b' }), spec('failed', 'count==0')];
    const outcomes = judgeThresholds(specs, (scenario) => (scenario === 'b' ? { ...inputs, notAcked: 0 } : inputs));
    expect(outcomes.map(({ metric, ok }) => [metric, ok])).toEqual([
      ['failed{scenario:b}', true],
      ['failed', false],
    ]);
  });
});

describe('while the run goes on', () => {
  const aborting = spec('failed', 'count<10', { abortOnFail: true, delayAbortEvalNs: 30e9 });

  test('only those that abort, and not before their delay', () => {
    expect(breachedThresholds([aborting], () => inputs, 29e9)).toEqual([]);
    expect(breachedThresholds([aborting], () => inputs, 30e9)).toHaveLength(1);
    expect(breachedThresholds([{ ...aborting, abortOnFail: false }], () => inputs, 60e9)).toEqual([]);
  });

  test('nothing measured yet is no breach', () => {
    const latency = spec('response_ms', 'p(99)<1', { abortOnFail: true });
    expect(breachedThresholds([latency], () => empty, 1e9)).toEqual([]);
    expect(breachedThresholds([latency], () => inputs, 1e9)).toHaveLength(1);
  });
});
