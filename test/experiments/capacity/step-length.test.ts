import { expect, test } from 'vitest';
import { checkHold, stepLength } from '../../../src/experiments/capacity/step-length.ts';
import { parseObjective } from '../../../src/objective-grammar.ts';

const P99 = parseObjective('response_ms p(99)<50');
const P999 = parseObjective('response_ms p(99.9)<50');

test('a step is as long as its percentile needs', () => {
  expect(stepLength(100_000, [P99], {})).toMatchObject({ sec: 10, samples: 1_000_000, tooFew: false });
  expect(stepLength(100, [P99], {})).toMatchObject({ sec: 100, samples: 10_000, tooFew: false });
  expect(stepLength(100, [P99, P999], {})).toMatchObject({ sec: 1000, samples: 100_000 });
  expect(stepLength(100, [P99, P999], {}).reason).toBe('100 above p99.9, min 100');
});

test('of a scenario, by its share of the rate', () => {
  const slo = [parseObjective('response_ms{scenario:b} p(99)<50')];
  expect(stepLength(1000, slo, { a: 0.9, b: 0.1 })).toMatchObject({ sec: 100, samples: 10_000 });
});

test('without a percentile ten seconds do', () => {
  for (const slo of [[], [parseObjective('response_ms max<50')], [parseObjective('failed<0.01')]]) {
    expect(stepLength(0.5, slo, {})).toMatchObject({ sec: 10, samples: 5, tooFew: false });
  }
});

test('a hold that was asked for is kept, and known to be too short', () => {
  expect(stepLength(100, [P99], {}, 20)).toMatchObject({ sec: 20, samples: 2000, tooFew: true });
  expect(stepLength(100, [P99], {}, 20).reason).toBe('20 above p99, min 100: too few to trust it, --hold 1m40s');
});

test('no trend can be seen in less than five seconds', () => {
  expect(() => checkHold(4999)).toThrow(/min 5s/);
  checkHold(5000);
  checkHold(undefined);
});
