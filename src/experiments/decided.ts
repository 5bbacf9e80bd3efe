/** `--repeat auto`: whether every comparison is decided, so that no more rounds are needed. */
import type { CellRuns } from '../compare/cell-figures.ts';
import { compareSets } from '../compare/comparison.ts';
import { type RunSet, usable } from '../compare/run-record.ts';
import { compareWithBaseline, decisiveMeasures } from '../compare/sweep-analysis.ts';
import type { Gate, Goal } from '../objective-grammar.ts';
import { alphaAtLook } from '../statistics/looks.ts';

export type IsDecided = (cells: readonly CellRuns[], rounds: number) => boolean;

/** Every cell against the baseline in what decides, as the table at the end has it. */
export function decidedCells(maxRepeat: number, baseline: string, goal: Goal | undefined): IsDecided {
  return (cells, rounds) => {
    const alpha = alphaAtLook(rounds, maxRepeat);
    if (alpha === null || cells.some(({ set }) => usable(set).length === 0)) return false;
    const compared = compareWithBaseline(cells, baseline, decisiveMeasures(goal), alpha);
    return compared.every(({ comparison }) => comparison.verdict !== 'too-noisy');
  };
}

/** The one cell against runs that were before. */
export function decidedGates(maxRepeat: number, base: RunSet, gates: readonly Gate[]): IsDecided {
  return ([cell], rounds) => {
    const alpha = alphaAtLook(rounds, maxRepeat);
    if (alpha === null) return false;
    return compareSets(base, cell!.set, { gates, alpha }).gates.every(({ outcome }) => outcome !== 'undecided');
  };
}
