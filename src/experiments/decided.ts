/** `--repeat auto`: whether every comparison is decided, so that no more rounds are needed. */
import { compareSets } from '../compare/comparison.ts';
import type { RunSet } from '../compare/run-record.ts';
import { type Gate, type Measure, parseMeasure } from '../objective-grammar.ts';
import { alphaAtLook } from '../statistics/looks.ts';
import type { CellRuns } from './run-experiment.ts';

export type IsDecided = (cells: readonly CellRuns[], rounds: number) => boolean;

/** What cells are compared by where there is no goal. */
const MEASURES_DEFAULT = ['throughput', 'response_ms p(99)'].map((text) => parseMeasure(text));

/** Every cell against the baseline, all comparisons corrected for together. */
export function decidedCells(maxRepeat: number, baseline: string, measures: readonly Measure[]): IsDecided {
  const asked = measures.length > 0 ? measures : MEASURES_DEFAULT;
  return (cells, rounds) => {
    const alpha = alphaAtLook(rounds, maxRepeat);
    if (alpha === null) return false;
    const base = cells.find(({ name }) => name === baseline)!;
    const others = cells.filter((cell) => cell !== base);
    const family = others.length * asked.length;
    return others.every(({ set }) => {
      const compared = compareSets(base.set, set, { measures: asked, alpha, family });
      return compared.verdict !== 'not-comparable' && compared.measures.every(({ verdict }) => verdict !== 'too-noisy');
    });
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
