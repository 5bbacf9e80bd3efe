/** `--repeat auto`: whether every comparison is decided, so that no more rounds are needed. */
import type { CellRuns } from '../compare/cell-figures.ts';
import { compareSets } from '../compare/comparison.ts';
import { type RunSet, usable } from '../compare/run-record.ts';
import { analyseSweep } from '../compare/sweep-analysis.ts';
import { type Gate, type Measure, parseMeasure } from '../objective-grammar.ts';
import { alphaAtLook } from '../statistics/looks.ts';

export type IsDecided = (cells: readonly CellRuns[], rounds: number) => boolean;

/** What cells are compared by where there is no goal. */
const MEASURES_DEFAULT = ['throughput', 'response_ms p(99)'].map((text) => parseMeasure(text));

/** Every cell against the baseline, all comparisons corrected for together. */
export function decidedCells(maxRepeat: number, baseline: string, measures: readonly Measure[]): IsDecided {
  const asked = measures.length > 0 ? measures : MEASURES_DEFAULT;
  return (cells, rounds) => {
    const alpha = alphaAtLook(rounds, maxRepeat);
    if (alpha === null || cells.some(({ set }) => usable(set).length === 0)) return false;
    const { differences } = analyseSweep(cells, { baseline, measures: asked, alpha });
    return differences.flatMap((cell) => cell.measures).every(({ verdict }) => verdict !== 'too-noisy');
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
