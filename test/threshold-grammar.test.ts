import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import { parseThreshold, parseThresholdMetric, thresholdHolds } from '../src/threshold-grammar.ts';

test.each([
  ['p(99)<250', { stat: 'p', p: 99, op: '<', value: 250 }],
  ['p(99.9) <= 1000', { stat: 'p', p: 99.9, op: '<=', value: 1000 }],
  ['rate<0.001', { stat: 'rate', op: '<', value: 0.001 }],
  ['p>0.001', { stat: 'probability', op: '>', value: 0.001 }],
  ['count==0', { stat: 'count', op: '==', value: 0 }],
  [' max >= 1e3 ', { stat: 'max', op: '>=', value: 1000 }],
])('%s', (text, expected) => {
  expect(parseThreshold(text)).toEqual(expected);
});

test.each([
  '',
  'p99<250',
  'p(101)<1',
  'p(1.2.3)<1',
  'rate',
  'rate<',
  'rate<fast',
  'rate=<1',
  'median<3',
  'rate<Infinity',
])('%s is refused with an example', (text) => {
  expect(() => parseThreshold(text)).toThrow(InputError);
  expect(() => parseThreshold(text)).toThrow(/p\(99/);
});

test('metrics carry an optional scenario', () => {
  expect(parseThresholdMetric('response_ms')).toEqual({ metric: 'response_ms' });
  expect(parseThresholdMetric('response_ms{scenario:atm}')).toEqual({ metric: 'response_ms', scenario: 'atm' });
  expect(parseThresholdMetric('failed{ scenario: my atm }')).toEqual({ metric: 'failed', scenario: 'my atm' });
  expect(() => parseThresholdMetric('response_ms{worker:1}')).toThrow(InputError);
});

describe('comparison', () => {
  test('agrees with the operator', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }), (actual, value) => {
        const holds = (op: '<' | '<=' | '>' | '>=' | '==') => thresholdHolds({ stat: 'max', op, value }, actual);
        expect([holds('<'), holds('<='), holds('>'), holds('>='), holds('==')]).toEqual([
          actual < value,
          actual <= value,
          actual > value,
          actual >= value,
          actual === value,
        ]);
      }),
    );
  });

  test('nothing measured keeps no promise', () => {
    for (const op of ['<', '<=', '>', '>=', '=='] as const) {
      expect(thresholdHolds({ stat: 'avg', op, value: 1 }, Number.NaN)).toBe(false);
    }
  });
});
