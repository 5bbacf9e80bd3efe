/** The verdicts that are printed, over simulated experiments: false alarms of one table, and of `--repeat auto`. */
import { expect, test } from 'vitest';
import { analyseSweep } from '../../src/compare/sweep-analysis.ts';
import { decidedCells } from '../../src/experiments/decided.ts';
import { parseGoal, parseMeasure } from '../../src/objective-grammar.ts';
import { alphaOf } from '../../src/statistics/looks.ts';
import { cellOfRounds } from '../compare/cells.ts';
import { Draws, experiments, type Machine, share } from './simulation.ts';

const MEASURES = ['response_ms p(50)', 'response_ms p(99)'] as const;
const measures = MEASURES.map((text) => parseMeasure(text));
/** Of these measures. */
const GOAL = parseGoal('response_ms p(50), then response_ms p(99)');
const NAMES = ['base', 'a', 'b', 'c'];

/** As many cells as effects, with two figures a run that share the round's drift. */
function cells(draws: Draws, rounds: number, effects: readonly number[], machine: Machine) {
  const [medians, tails] = MEASURES.map(() =>
    experiments(draws, rounds, effects, machine)().map((logs) => Array.from(logs, Math.exp)),
  );
  return effects.map((_, cell) =>
    cellOfRounds(
      NAMES[cell]!,
      medians![cell]!.map((value, round) => ({ [MEASURES[0]]: value, [MEASURES[1]]: tails![cell]![round]! })),
    ),
  );
}

function verdictsOf(of: ReturnType<typeof cells>, alpha?: number) {
  const { differences } = analyseSweep(of, {
    baseline: 'base',
    measures,
    goal: GOAL,
    ...(alpha !== undefined && { alpha }),
  });
  return differences.flatMap((cell) => cell.measures.map(({ verdict }) => verdict));
}

function isAnyShown(verdicts: ReturnType<typeof verdictsOf>): boolean {
  return verdicts.some((verdict) => verdict === 'better' || verdict === 'worse');
}

test.each([3, 8])('%i rounds of four equal cells: few have any verdict of better or worse', (rounds) => {
  const draws = new Draws(`verdict ${rounds}`);
  const machine = { sigma: 0.2, drift: 'walk' } as const;
  // 99.9 % of such counts stay below.
  expect(share(200, () => isAnyShown(verdictsOf(cells(draws, rounds, [1, 1, 1, 1], machine))))).toBeLessThan(0.105);
});

/** Round by round as `--repeat auto` does. @returns the rounds it took, and whether a difference is shown then */
function repeated(draws: Draws, effects: readonly number[], sigma: number, maxRepeat: number) {
  const all = cells(draws, maxRepeat, effects, { sigma });
  const isDecided = decidedCells(maxRepeat, 'base', GOAL);
  const after = (rounds: number) =>
    all.map((cell) => ({ ...cell, set: { ...cell.set, runs: cell.set.runs.slice(0, rounds) } }));
  let rounds = 1;
  while (rounds < maxRepeat && !isDecided(after(rounds), rounds)) rounds++;
  const verdicts = verdictsOf(after(rounds), alphaOf({ repeat: 'auto', maxRepeat })!);
  return { rounds, isShown: isAnyShown(verdicts), isOpen: verdicts.includes('too-noisy') };
}

test('repeated until it is decided: false alarms and rounds', () => {
  const draws = new Draws('repeated');
  expect(share(200, () => repeated(draws, [1, 1], 0.05, 20).isShown)).toBeLessThan(0.105);
  const found = Array.from({ length: 100 }, () => repeated(draws, [1, 1.1], 0.05, 20));
  expect(found.filter(({ isShown }) => isShown).length).toBeGreaterThan(85);
  // What ended it is what the table says.
  expect(found.filter(({ rounds, isOpen }) => isOpen && rounds < 20)).toEqual([]);
  expect(found.reduce((sum, { rounds }) => sum + rounds, 0) / 100).toBeLessThan(14);
});
