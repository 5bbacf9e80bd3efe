import { expect, test } from 'vitest';
import { compareSets } from '../../src/compare/comparison.ts';
import { parseGate } from '../../src/objective-grammar.ts';
import { setAt } from './results.ts';

const NOISE = [1, 1.02, 0.985, 1.01, 0.99];
const gateOf = (gate: string, factor: number, noise: readonly number[] = NOISE) => {
  const parsed = parseGate(gate);
  const measures = [parsed.measure];
  const base = setAt('a', noise, { measures });
  const other = setAt(
    'b',
    noise.map((each, i) => each * factor * (1 + 0.003 * i)),
    { measures },
  );
  const { gates, exitCode } = compareSets(base, other, { gates: [parsed] });
  return { ...gates[0]!, exitCode };
};

test.each([
  ['response_ms p(99) +10%', 1, 'pass', 0],
  ['response_ms p(99) +10%', 1.04, 'pass', 0],
  ['response_ms p(99) +10%', 1.1, 'undecided', 3],
  ['response_ms p(99) +10%', 1.2, 'fail', 99],
  ['response_ms p(99) -10%', 1, 'fail', 99],
  ['response_ms p(99) -10%', 0.8, 'pass', 0],
  ['response_ms p(98.5) +10%', 1, 'pass', 0],
  ['throughput -5%', 1, 'pass', 0],
  ['throughput +5%', 1, 'fail', 99],
  ['response_ms p(99)<12', 1, 'pass', 0],
  ['response_ms p(99)<10', 1, 'undecided', 3],
  ['response_ms p(99)<9', 1, 'fail', 99],
  ['throughput >50', 1, 'pass', 0],
  ['throughput >500', 1, 'fail', 99],
  ['failed rate<0.001', 1, 'pass', 0],
  ['failed rate +10%', 1, 'pass', 0],
  ['failed rate>0', 1, 'fail', 99],
  ['achieved rate==1', 1, 'pass', 0],
] as const)('%s at %f times: %s', (gate, factor, outcome, exitCode) => {
  expect(gateOf(gate, factor)).toMatchObject({ gate, outcome, exitCode });
});

test('the words have the interval and what is allowed, and of an undecided gate how many runs would decide', () => {
  expect(gateOf('response_ms p(99) +10%', 1.2).words).toMatch(/^\+2\d % \(\+1\d to \+2\d %\); allowed is \+10 %$/);
  const undecided = gateOf('response_ms p(99) +10%', 1.085);
  expect(undecided.words).toMatch(/allowed is \+10 %; about \d+ more runs? a side would decide$/);
  expect(undecided.moreRuns).toBeGreaterThan(0);
  expect(undecided.smallestShown).toBeGreaterThan(0);
  expect(gateOf('response_ms p(99)<9', 1).words).toMatch(/^9\.97 ms \(9\.\d+ ms to 10\.\d ms\); the limit is 9 ms$/);
});

test('one run cannot decide, and the message says what would', () => {
  for (const gate of ['response_ms p(99) +10%', 'response_ms p(99)<50']) {
    const { outcome, exitCode, words } = gateOf(gate, 1, [1]);
    expect({ outcome, exitCode }).toEqual({ outcome: 'undecided', exitCode: 3 });
    expect(words).toContain('one run does not show how much runs differ, so it cannot decide: use --repeat N');
  }
  expect(gateOf('response_ms p(99) +10%', 1, [1]).words).toMatch(/about \d+ runs a side at an assumed noise of 5 %/);
});

test('one failed gate decides, whatever another leaves open', () => {
  const gates = ['response_ms p(99) +20%', 'response_ms p(99) +10%'].map((gate) => parseGate(gate));
  const other = setAt(
    'b',
    NOISE.map((each) => each * 1.2),
  );
  const { exitCode, gates: outcomes } = compareSets(setAt('a', NOISE), other, { gates });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['undecided', 'fail']);
  expect(exitCode).toBe(99);
});

test('a percentile that ran into failed messages fails a gate that even its lower bound breaks', () => {
  const gates = [
    parseGate('response_ms p(99) +10%'),
    parseGate('response_ms p(99)<50'),
    parseGate('response_ms p(99)<5'),
  ];
  const other = setAt(
    'b',
    NOISE.map((each) => each * 2),
  );
  const runs = other.runs.map((run) => ({ ...run, figures: { ...run.figures, 'response_ms p(99)': { atLeast: 19 } } }));
  const { gates: outcomes } = compareSets(setAt('a', NOISE), { ...other, runs }, { gates });
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['fail', 'undecided', 'fail']);
  const { gates: reversed } = compareSets({ ...other, runs }, setAt('a', NOISE), { gates });
  expect(reversed.map(({ outcome }) => outcome)).toEqual(['undecided', 'pass', 'fail']);
});
