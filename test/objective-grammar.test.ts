import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import {
  isBetterHigher,
  type Measure,
  parseGate,
  parseGoal,
  parseMeasure,
  parseObjective,
  unitOf,
  writtenMeasure,
} from '../src/objective-grammar.ts';
import { THRESHOLD_METRICS } from '../src/threshold-grammar.ts';

const P99 = { metric: 'response_ms', stat: 'p', p: 99 };
const THROUGHPUT = { metric: 'throughput', stat: 'rate' };

describe('measures', () => {
  test.each([
    ['response_ms p(99)', P99],
    ['  response_ms{ scenario: my atm }  p( 99.9 ) ', { ...P99, p: 99.9, scenario: 'my atm' }],
    ['throughput', THROUGHPUT],
    ['throughput count', { metric: 'throughput', stat: 'count' }],
    ['failed', { metric: 'failed', stat: 'rate' }],
    ['cpu_us', { metric: 'cpu_us', stat: 'avg' }],
    ['wire_bytes avg', { metric: 'wire_bytes', stat: 'avg' }],
    ['weights p', { metric: 'weights', stat: 'probability' }],
  ])('%s', (text, expected) => {
    expect(parseMeasure(text)).toEqual(expected);
  });

  test('what is written is read as the same', () => {
    const known = Object.entries(THRESHOLD_METRICS).filter(([, { verification }]) => !verification);
    const measures = fc
      .record({
        known: fc.constantFrom(...known),
        stat: fc.nat(10),
        p: fc.constantFrom(0, 50, 99, 99.9, 99.99, 100),
        scenario: fc.option(fc.constantFrom('atm', 'a b', 'übertrag'), { nil: undefined }),
      })
      .map(({ known: [metric, rule], stat: i, p, scenario }): Measure => {
        const stat = rule.stats[i % rule.stats.length]!;
        const isPart = scenario !== undefined && rule.wholeRun !== true;
        return { metric, ...(isPart && { scenario }), stat, ...(stat === 'p' && { p }) };
      });
    fc.assert(
      fc.property(measures, (measure) => {
        expect(parseMeasure(writtenMeasure(measure))).toEqual(measure);
      }),
    );
  });

  test('which way is better, and the unit', () => {
    const facts = (text: string) => [isBetterHigher(parseMeasure(text)), unitOf(parseMeasure(text))];
    expect(facts('response_ms p(99)')).toEqual([false, 'ms']);
    expect(facts('response_ms count')).toEqual([true, 'messages']);
    expect(facts('throughput')).toEqual([true, '/s']);
    expect(facts('failed count')).toEqual([false, 'messages']);
    expect(facts('compression_ratio')).toEqual([true, 'x']);
  });
});

test.each([
  ['response_ms p(99)<50', { measure: P99, op: '<', value: 50 }],
  ['throughput >100000', { measure: THROUGHPUT, op: '>', value: 100_000 }],
  ['end_to_end_ms p(99)<500', { measure: { metric: 'end_to_end_ms', stat: 'p', p: 99 }, op: '<', value: 500 }],
  ['consumer_lag<10000', { measure: { metric: 'consumer_lag', stat: 'max' }, op: '<', value: 10_000 }],
  ['throughput>=1e5', { measure: THROUGHPUT, op: '>=', value: 100_000 }],
  ['failed == 0', { measure: { metric: 'failed', stat: 'rate' }, op: '==', value: 0 }],
])('objective %s', (text, expected) => {
  expect(parseObjective(` ${text} `)).toEqual({ ...expected, text });
});

test.each([
  ['response_ms p(99) +10%', { kind: 'change', measure: P99, allowed: 0.1 }],
  ['throughput -5%', { kind: 'change', measure: THROUGHPUT, allowed: -0.05 }],
  ['throughput −2.5 %', { kind: 'change', measure: THROUGHPUT, allowed: -0.025 }],
  ['throughput +300%', { kind: 'change', measure: THROUGHPUT, allowed: 3 }],
  ['response_ms p(99) < 50', { kind: 'limit', measure: P99, op: '<', value: 50 }],
])('gate %s', (text, expected) => {
  expect(parseGate(text)).toEqual({ ...expected, text });
});

test('goals', () => {
  const text = 'response_ms p(99)<50, failed<0.001, then throughput, then cpu_us';
  expect(parseGoal(text)).toEqual({
    constraints: [
      { measure: P99, op: '<', value: 50, text: 'response_ms p(99)<50' },
      { measure: { metric: 'failed', stat: 'rate' }, op: '<', value: 0.001, text: 'failed<0.001' },
    ],
    optimize: [THROUGHPUT, { metric: 'cpu_us', stat: 'avg' }],
    text,
  });
  expect(parseGoal('throughput')).toEqual({ constraints: [], optimize: [THROUGHPUT], text: 'throughput' });
});

describe('what cannot be read is shown with its place', () => {
  const NAMES = Object.keys(THRESHOLD_METRICS).slice(0, 12).join(', ');
  test.each<[(text: string) => unknown, string, number, string]>([
    [parseMeasure, '', 0, 'expected a metric'],
    [parseMeasure, 'respons_ms p(99)', 0, 'unknown metric `respons_ms`: did you mean `response_ms`?'],
    [parseMeasure, 'foo', 0, `unknown metric \`foo\`: one of ${NAMES}`],
    [parseMeasure, 'constructor', 0, `unknown metric \`constructor\`: one of ${NAMES}`],
    [parseMeasure, 'response_ms', 11, 'expected a statistic of `response_ms`: one of avg, min, max, count, p(N)'],
    [
      parseMeasure,
      'response_ms p99',
      12,
      'expected a statistic of `response_ms`: one of avg, min, max, count, p(N); did you mean `p(99)`?',
    ],
    [parseMeasure, 'response_ms rate', 12, '`response_ms` has no `rate`: one of avg, min, max, count, p(N)'],
    [parseMeasure, 'throughput p(99)', 11, '`throughput` has no `p(N)`: one of count, rate'],
    [parseMeasure, 'response_ms p(101)', 12, 'a percentile lies between 0 and 100'],
    [parseMeasure, 'response_ms{worker:1} max', 12, 'expected `scenario:NAME}`'],
    [parseMeasure, 'cpu_us{scenario:atm}', 0, '`cpu_us` is known of a whole run, not of a scenario'],
    [parseMeasure, 'lost', 0, '`lost` is judged by each run itself, with exit code 4: it is not compared'],
    [parseMeasure, 'throughput <5', 11, 'expected nothing behind the statistic'],
    [parseObjective, 'response_ms p(99)', 17, 'expected a comparison, e.g. `<50`'],
    [parseObjective, 'response_ms p(99) =< 5', 18, 'expected a comparison, e.g. `<50`'],
    [parseObjective, 'response_ms p(99) < fast', 20, 'expected a number'],
    [parseObjective, 'response_ms p(99)<50ms', 20, 'expected nothing behind the number'],
    [parseGate, 'throughput', 10, 'expected a change, e.g. `+10%` or `-5%`, or a comparison'],
    [parseGate, 'throughput 5%', 11, 'expected a change, e.g. `+10%` or `-5%`, or a comparison'],
    [parseGate, 'throughput -5', 13, 'expected `%`: an allowed change is relative'],
    [parseGate, 'throughput +-5%', 12, 'expected one sign'],
    [parseGate, 'throughput -100%', 12, 'nothing can fall by 100 % or more'],
    [parseGoal, 'response_ms p(99)<50', 20, 'expected what to optimize, e.g. `, then throughput`'],
    [parseGoal, 'response_ms p(99)<50 then throughput', 21, 'expected `,` between the parts of a goal'],
    [parseGoal, 'throughput, failed<1', 12, 'limits come before what is optimized'],
    [parseGoal, 'then throughput>5', 15, 'behind `then` stands a measure without a comparison'],
    [parseGoal, 'throughput, then', 16, 'expected a metric'],
  ])('%o %s', (parse, text, column, message) => {
    expect(() => parse(text)).toThrow(InputError);
    expect(() => parse(text)).toThrow(`${message}\n    ${text}\n    ${' '.repeat(column)}^`);
  });

  test('with where it was written, and one column a character', () => {
    expect(() => parseObjective('throughput\t<x', '--slo')).toThrow(
      '--slo: expected a number\n    throughput <x\n                ^',
    );
  });
});
