/** The verdicts that are printed, over simulated experiments: false alarms of a table. */
import { expect, test } from 'vitest';
import { analyseSweep } from '../../src/compare/sweep-analysis.ts';
import { parseMeasure } from '../../src/objective-grammar.ts';
import { cellOfRounds } from '../compare/cells.ts';
import { Draws, experiment, type Machine, share } from './simulation.ts';

const MEASURES = ['response_ms p(50)', 'response_ms p(99)'] as const;
const measures = MEASURES.map((text) => parseMeasure(text));
const NAMES = ['base', 'a', 'b', 'c'];

/** As many cells as effects, with two figures a run that share the round's drift. */
function cells(draws: Draws, rounds: number, effects: readonly number[], machine: Machine) {
  const [medians, tails] = MEASURES.map(() => experiment(draws, rounds, effects, machine));
  return effects.map((_, cell) =>
    cellOfRounds(
      NAMES[cell]!,
      medians![cell]!.map((value, round) => ({ [MEASURES[0]]: value, [MEASURES[1]]: tails![cell]![round]! })),
    ),
  );
}

function isAnyShown(of: ReturnType<typeof cells>): boolean {
  const { differences } = analyseSweep(of, { baseline: 'base', measures });
  const verdicts = differences.flatMap((cell) => cell.measures.map(({ verdict }) => verdict));
  return verdicts.some((verdict) => verdict === 'better' || verdict === 'worse');
}

test.each([3, 5, 10, 20])('%i rounds of four equal cells: few have any verdict of better or worse', (rounds) => {
  const draws = new Draws(`verdict ${rounds}`);
  const machine = { sigma: 0.2, drift: 'walk' } as const;
  // 99.9 % of such counts stay below.
  expect(share(200, () => isAnyShown(cells(draws, rounds, [1, 1, 1, 1], machine)))).toBeLessThan(0.105);
});
