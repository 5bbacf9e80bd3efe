import { describe, expect, test } from 'vitest';
import { type CompareOptions, compareSets } from '../../src/compare/comparison.ts';
import { type RunRecord, type RunSet, recordOfResult } from '../../src/compare/run-record.ts';
import { type Measure, parseGate, parseMeasure } from '../../src/objective-grammar.ts';
import { ramp } from '../result/run.ts';
import { recordAt, resultOf, setAt } from './results.ts';

/** Runs that differ by about 2 %, none like another. */
const NOISE = [1, 1.02, 0.985, 1.01, 0.99];
const times = (factor: number) => NOISE.map((noise, i) => noise * factor * (1 + 0.003 * i));
/** Run to run they differ by a factor of two. */
const WILD = [1, 2, 0.7, 1.6, 0.5];

const gated = (...gates: string[]): CompareOptions => ({ gates: gates.map((gate) => parseGate(gate)) });
const verdictOf = (base: RunSet, other: RunSet, measure: string, options: CompareOptions = {}) =>
  compareSets(base, other, options).measures.find((each) => each.measure === measure);

test('what got slower is worse, what got faster better', () => {
  const slower = compareSets(setAt('a', NOISE), setAt('b', times(1.2)));
  expect(slower).toMatchObject({ verdict: 'worse', exitCode: 0, paired: false });
  const p99 = slower.measures.find(({ measure }) => measure === 'response_ms p(99)')!;
  expect(p99).toMatchObject({ verdict: 'worse', better: 'lower', base: { n: 5 }, other: { n: 5 } });
  expect(p99.interval!.ratio).toBeCloseTo(1.207, 2);
  expect(p99.interval!.low).toBeGreaterThan(1);
  expect(p99.words).toMatch(/^worse: \+2\d % \(\+1\d to \+2\d %\)$/);
  expect(p99.effect!.superiority).toBe(1);
  expect(compareSets(setAt('a', NOISE), setAt('b', times(0.8))).verdict).toBe('better');
});

test('runs that are alike show no difference, and say what they would have shown', () => {
  const p99 = verdictOf(setAt('a', NOISE), setAt('b', times(1.001)), 'response_ms p(99)')!;
  expect(p99).toMatchObject({ verdict: 'no-difference-shown', runsNeeded: null });
  expect(p99.smallestShown).toBeLessThan(0.1);
  expect(p99.words).toMatch(/^no difference shown: .* a change of \d\.\d % would have been$/);
});

test('runs that differ wildly among themselves are too noisy, and so many would do', () => {
  const p99 = verdictOf(setAt('a', WILD), setAt('b', WILD.toReversed()), 'response_ms p(99)')!;
  expect(p99.verdict).toBe('too-noisy');
  expect(p99.smallestShown).toBeGreaterThan(0.5);
  expect(p99.runsNeeded).toBeGreaterThan(100);
  expect(p99.words).toContain(`${p99.runsNeeded} runs a side would show 10 %`);
});

test('one run against one run: the figures, too noisy, and how many would decide at an assumed noise', () => {
  const comparison = compareSets(setAt('a', [1]), setAt('b', [1.3]));
  expect(comparison).toMatchObject({ verdict: 'too-noisy', exitCode: 3, distribution: null });
  const p99 = comparison.measures.find(({ measure }) => measure === 'response_ms p(99)')!;
  expect(p99).toMatchObject({ base: { median: 9.903, n: 1 }, other: { median: 12.871, n: 1 }, interval: null });
  expect(p99.words).toMatch(/\+30 %, but one run .* runs a side would show 10 %, at an assumed noise of 5 %/);
});

test('rounds of one experiment are paired: what slowed a round cancels', () => {
  const experiment = '00c0ffee00c0ffee';
  const base = setAt('a', WILD, { kind: 'cell', experiment });
  const other = setAt(
    'b',
    WILD.map((slow) => slow * 1.1),
    { kind: 'cell', experiment },
  );
  const paired = compareSets(base, other);
  expect(paired.paired).toBe(true);
  expect(paired.measures.find(({ measure }) => measure === 'response_ms p(99)')!.verdict).toBe('worse');
  const apart = compareSets(base, { ...other, experiment: 'other' });
  expect(apart.paired).toBe(false);
  expect(apart.measures.find(({ measure }) => measure === 'response_ms p(99)')!.verdict).toBe('too-noisy');
  const short = compareSets(base, { ...other, runs: other.runs.slice(1) });
  expect(short.notes).toContain('1 run without a partner in the same round left out');
  expect(short.measures[0]!.base!.n).toBe(4);
});

describe('pairs of rounds', () => {
  const experiment = '00c0ffee00c0ffee';
  const base = setAt('a', NOISE, { kind: 'cell', experiment });
  const other = setAt('b', times(1.2), { kind: 'cell', experiment });
  const only = (set: RunSet, ...rounds: number[]) => ({
    ...set,
    runs: set.runs.filter(({ round }) => rounds.includes(round!)),
  });

  test('a run repeated after the last round is in no pair, and in the set all the same', () => {
    const runs = other.runs.map((run) => (run.round === 2 ? { ...run, attempt: 2 } : run));
    const comparison = compareSets(base, { ...other, runs });
    expect(comparison.measures[0]).toMatchObject({ base: { n: 4 }, other: { n: 4 } });
    expect(comparison.notes).toContain('1 pair with a run repeated after the last round left out');
    expect(comparison).toMatchObject({ exitCode: 0, other: { runs: 5, excluded: [] } });
    const apart = compareSets({ ...base, experiment: 'other' }, { ...other, runs });
    expect(apart.measures[0]).toMatchObject({ base: { n: 5 }, other: { n: 5 } });
  });

  test('one common round is named as such, whatever either side has', () => {
    const comparison = compareSets(only(base, 1, 2, 3), only(other, 3, 4, 5), gated('response_ms p(99) +10%'));
    expect(comparison.words).toContain('too noisy: one common round does not show');
    expect(comparison.measures[1]!.words).toContain('but one common round shows nothing');
    expect(comparison.gates[0]!.words).toMatch(/^one common round does not show .* use --repeat N/);
  });

  test('without a common round nothing is compared', () => {
    const comparison = compareSets(only(base, 1, 2), only(other, 3, 4, 5), gated('response_ms p(99) +10%'));
    expect(comparison).toMatchObject({ exitCode: 3, verdict: 'not-comparable', measures: [], gates: [] });
    expect(comparison.words).toBe('not comparable: a and b have no round in which both have a run to pair');
  });
});

test('an experiment that ended when it was decided is judged at the level of its looks', () => {
  const [base, other] = [setAt('a', NOISE), setAt('b', times(1.2), { alpha: 0.0125 })];
  const comparison = compareSets(base, other);
  expect(comparison.alpha).toBe(0.0125);
  expect(comparison.notes[0]).toBe('at 98.75 %, the level of each look of --repeat auto: together they keep 95 %');
  expect(compareSets(base, other, { alpha: 0.1 })).toMatchObject({ alpha: 0.1, notes: [] });
});

test('the more is compared, the more it takes to show a difference', () => {
  const [base, other] = [setAt('a', NOISE), setAt('b', times(1.035))];
  const [p99, ...others] = ['response_ms p(99)', 'throughput'].map((each) => parseMeasure(each));
  const pOf = (measures: readonly Measure[]) => compareSets(base, other, { measures }).measures[0]!.pAdjusted!;
  expect(pOf([p99!, ...others])).toBeCloseTo(2 * pOf([p99!]), 12);
});

test('interval and words agree after the correction', () => {
  for (const factor of [1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.1]) {
    for (const { interval, verdict } of compareSets(setAt('a', NOISE), setAt('b', times(factor))).measures) {
      if (interval === null) continue;
      expect(interval.low > 1 || interval.high < 1).toBe(verdict === 'worse' || verdict === 'better');
    }
  }
});

test('the part of the distribution that moved is named', () => {
  const tail = (noise: number) =>
    resultOf({ ackedUs: ramp(2_000, 10).map((us, i) => us * noise * (i > 1_880 ? 3 : 1)) });
  const set = (label: string, results: readonly ReturnType<typeof resultOf>[]): RunSet => ({
    label,
    kind: 'repeats',
    runs: results.map((result, i) => recordOfResult(result, { path: `runs/${i}` })),
  });
  const plain = set(
    'a',
    NOISE.map((noise) => resultOf({ ackedUs: ramp(2_000, 10 * noise) })),
  );
  const { distribution } = compareSets(plain, set('b', NOISE.map(tail)));
  expect(distribution).toMatchObject({ part: 'tail', direction: 'up' });
  expect(distribution!.words).toMatch(/^the tail .* moved, its body not shown to: p95 ×?[+\d]/);
  expect(compareSets(plain, plain).distribution!.part).toBe('none shown');
});

test('runs that do not count are left out, named, and exit with 3', () => {
  const good = setAt('b', times(1));
  const bad: RunRecord = { ...recordAt(3, 6), path: 'runs/006', status: 'invalid', reason: 'GENERATOR_LIMITED: late' };
  const comparison = compareSets(setAt('a', NOISE), { ...good, runs: [...good.runs, bad] });
  expect(comparison.other.excluded).toEqual([
    { path: 'runs/006', status: 'invalid', reason: 'GENERATOR_LIMITED: late' },
  ]);
  expect(comparison).toMatchObject({ exitCode: 3, verdict: 'no-difference-shown', other: { runs: 5 } });
  expect(comparison.words).toContain('1 run left out as invalid or failed');
  const none = compareSets(setAt('a', NOISE), { ...good, runs: [bad] });
  expect(none).toMatchObject({ exitCode: 3, verdict: 'not-comparable', measures: [] });
  expect(none.words).toBe('not comparable: b has no run that counts');
});

test('a percentile among messages without a latency has no mean', () => {
  const failing = recordOfResult(resultOf({ ackedUs: ramp(900, 10), failed: 100 }), { path: 'runs/001' });
  const base = setAt('a', NOISE);
  const other = {
    ...setAt('b', times(1)),
    runs: [...setAt('b', times(1)).runs, { ...failing, status: 'ok' as const }],
  };
  const comparison = compareSets(base, other, gated('response_ms p(99) +10%'));
  const p99 = comparison.measures.find(({ measure }) => measure === 'response_ms p(99)')!;
  expect(p99).toMatchObject({ verdict: 'not-comparable', interval: null, other: null });
  expect(p99.words).toMatch(/^not comparable: in 1 of 11 runs it fell among messages without a latency \(above 9 ms\)/);
  expect(comparison.gates[0]).toMatchObject({ outcome: 'undecided' });
  expect(comparison.gates[0]!.words).toContain('without a latency');
});

test('what no run measured is not compared', () => {
  const [base, other] = [setAt('a', NOISE), setAt('b', NOISE)];
  const without = ({ figures, ...run }: RunRecord) => ({ ...run, figures: { ...figures, cpu_us: null } });
  const names = (comparison: ReturnType<typeof compareSets>) => comparison.measures.map(({ measure }) => measure);
  const blind = { ...other, runs: other.runs.map(without) };
  expect(names(compareSets({ ...base, runs: base.runs.map(without) }, blind))).not.toContain('cpu_us');
  const cpu = compareSets(base, blind).measures.find(({ measure }) => measure === 'cpu_us');
  expect(cpu).toMatchObject({ verdict: 'not-comparable', words: 'not comparable: not measured in 5 of 10 runs' });
});
