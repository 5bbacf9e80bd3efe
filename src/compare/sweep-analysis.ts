/**
 * What the cells of an experiment show: figures with intervals, changes against the baseline cell, paired by round and
 * corrected for their number, the Pareto front, and a recommendation.
 */
import { type Goal, isBetterHigher, type Measure, parseMeasure, unitOf, writtenMeasure } from '../objective-grammar.ts';
import { ALPHA } from '../statistics/ratio.ts';
import { countOf } from '../units.ts';
import { type CellRuns, type CellSummary, summarizeCell } from './cell-figures.ts';
import { describeChange } from './change-words.ts';
import { pairRuns } from './comparison.ts';
import { type BaselineComparison, type Recommendation, recommend } from './goal.ts';
import { compareTogether, type MeasureComparison } from './measure-comparison.ts';
import { type ParetoFront, paretoFront } from './pareto.ts';
import { STANDARD_MEASURES } from './run-record.ts';

export interface SweepOptions {
  /** Name of a cell. */
  readonly baseline: string;
  readonly goal?: Goal;
  /** STANDARD_MEASURES and the goal's by default. */
  readonly measures?: readonly Measure[];
  /** 0.05 by default. */
  readonly alpha?: number;
}

export interface SweepAnalysis {
  readonly alpha: number;
  /** Runs of the cell that has the most. */
  readonly rounds: number;
  readonly baseline: string;
  readonly measures: readonly {
    readonly measure: string;
    readonly better: 'lower' | 'higher';
    readonly unit: string;
  }[];
  readonly cells: readonly CellSummary[];
  /** Of every other cell to the baseline. */
  readonly differences: readonly CellDifferences[];
  /** Ratios that were corrected for together: first those that decide, then the others; none is empty. */
  readonly comparisons: readonly ComparisonFamily[];
  /** Null where there are no two cells to compare. */
  readonly pareto: ParetoFront | null;
  /** Null without a goal. */
  readonly recommendation: Recommendation | null;
  readonly notes: readonly string[];
}

export interface ComparisonFamily {
  /** As they are written. */
  readonly measures: readonly string[];
  /** Of every other cell to the baseline. */
  readonly ratios: number;
}

export interface CellDifferences {
  readonly cell: string;
  readonly measures: readonly MeasureComparison[];
  /** Differences that are shown, in words; empty where there are none. */
  readonly shown: string;
  /** In brackets the change that would have been shown four times in five. */
  readonly notShown: string;
}

export function analyseSweep(cells: readonly CellRuns[], options: SweepOptions): SweepAnalysis {
  const { baseline, goal, alpha = ALPHA } = options;
  const measures = options.measures ?? [...STANDARD_MEASURES, ...measuresOf(goal)];
  const asked = measures.filter((each, i) => measures.findIndex((other) => isSame(other, each)) === i);
  const summaries = cells.map((cell) => summarizeCell(cell, asked, alpha));
  const decisive = decisiveMeasures(goal);
  const families = [true, false]
    .map((decides) => asked.filter((each) => decisive.some((other) => isSame(other, each)) === decides))
    .map((family) => compareWithBaseline(cells, baseline, family, alpha));
  const differences = cells.flatMap(({ name }) =>
    name === baseline ? [] : [differencesOf(name, asked, families.flat())],
  );
  const rounds = Math.max(0, ...summaries.map(({ runs }) => runs));
  return {
    alpha,
    rounds,
    baseline,
    measures: asked.map((measure) => ({
      measure: writtenMeasure(measure),
      better: isBetterHigher(measure) ? 'higher' : 'lower',
      unit: unitOf(measure),
    })),
    cells: summaries,
    differences,
    comparisons: families.flatMap(familyOf),
    pareto: paretoFront(cells, summaries, alpha),
    recommendation:
      goal === undefined ? null : recommend(goal, cells, summaries, { alpha, baseline, decided: families[0]! }),
    notes: notesOf(cells, summaries, baseline, rounds),
  };
}

/** What a goal looks at: to be kept of every run. */
export function measuresOf(goal: Goal | undefined): Measure[] {
  return goal === undefined ? [] : [...goal.constraints.map(({ measure }) => measure), ...goal.optimize];
}

/** What cells are compared by where there is no goal. */
const DECISIVE_DEFAULT = ['throughput', 'response_ms p(99)'].map((text) => parseMeasure(text));

/** Corrected for apart from the others, which would cost them most of their power. */
export function decisiveMeasures(goal: Goal | undefined): readonly Measure[] {
  const own = measuresOf(goal);
  return own.length > 0 ? own : DECISIVE_DEFAULT;
}

function isSame(a: Measure, b: Measure): boolean {
  return writtenMeasure(a) === writtenMeasure(b);
}

/** Of every other cell, all of them corrected for together. */
export function compareWithBaseline(
  cells: readonly CellRuns[],
  baseline: string,
  measures: readonly Measure[],
  alpha: number,
): BaselineComparison[] {
  const base = cells.find(({ name }) => name === baseline)!;
  const others = cells.filter((cell) => cell !== base);
  const asked = others.flatMap(({ name, set }) => {
    const { runs } = pairRuns(base.set, set);
    return measures.map((measure) => ({ cell: name, measure, runs }));
  });
  const compared = compareTogether(asked, alpha);
  return asked.flatMap(({ cell }, i) => {
    const comparison = compared[i]!;
    return comparison === null ? [] : [{ cell, comparison }];
  });
}

function familyOf(family: readonly BaselineComparison[]): ComparisonFamily[] {
  const compared = family.flatMap(({ comparison }) => (comparison.interval === null ? [] : [comparison.measure]));
  return compared.length === 0 ? [] : [{ measures: [...new Set(compared)], ratios: compared.length }];
}

function differencesOf(
  cell: string,
  measures: readonly Measure[],
  compared: readonly BaselineComparison[],
): CellDifferences {
  const own = measures.flatMap((measure) => {
    const found = compared.find((each) => each.cell === cell && each.comparison.measure === writtenMeasure(measure));
    return found === undefined ? [] : [found.comparison];
  });
  return { cell, measures: own, ...wordsOf(own) };
}

function wordsOf(measures: readonly MeasureComparison[]): Pick<CellDifferences, 'shown' | 'notShown'> {
  const list = (verdict: string, words: (each: MeasureComparison) => string) =>
    measures.filter((each) => each.verdict === verdict).map(words);
  const changed = ({ measure, interval }: MeasureComparison) => `${measure} ${describeChange(interval!.ratio)}`;
  const named = (label: string, items: readonly string[]) =>
    items.length === 0 ? [] : [`${label} ${items.join(', ')}`];
  const missed = ({ measure, smallestShown }: MeasureComparison) =>
    smallestShown === null ? measure : `${measure} (${describeChange(1 + smallestShown).replace('+', '')})`;
  return {
    shown: [...named('better:', list('better', changed)), ...named('worse:', list('worse', changed))].join('; '),
    notShown: [
      ...list('no-difference-shown', missed),
      ...named('too noisy:', list('too-noisy', missed)),
      ...named(
        'not comparable:',
        list('not-comparable', ({ measure }) => measure),
      ),
    ].join(', '),
  };
}

/** `a, b: 1 of 5 runs invalid; c: 2 of 5 runs invalid: GENERATOR_LIMITED: …`, each reason once. */
function excludedNotes(summaries: readonly CellSummary[]): string[] {
  const byReason = new Map<string, Map<string, string[]>>();
  for (const { name, status, reason = '' } of summaries) {
    if (status === 'ok') continue;
    const [count] = reason.split(':') as [string];
    const names = byReason.get(reason.slice(count.length)) ?? new Map<string, string[]>();
    byReason.set(reason.slice(count.length), names.set(count, [...(names.get(count) ?? []), name]));
  }
  return [...byReason].map(([why, counts]) => {
    return `${[...counts].map(([count, names]) => `${names.join(', ')}: ${count}`).join('; ')}${why}`;
  });
}

function notesOf(
  cells: readonly CellRuns[],
  summaries: readonly CellSummary[],
  baseline: string,
  rounds: number,
): string[] {
  const notes: string[] = [];
  if (rounds === 1) notes.push('one run a cell counts: figures without intervals, which show no differences');
  const base = summaries.find(({ name }) => name === baseline);
  if (base?.runs === 0 && cells.length > 1) notes.push(`no run of the baseline ${baseline} counts: no ratios`);
  notes.push(...excludedNotes(summaries));
  const set = cells.find(({ name }) => name === baseline)?.set;
  const pairs = cells.flatMap((cell) => (set === undefined || cell.set === set ? [] : [pairRuns(set, cell.set)]));
  const alone = pairs.filter((each) => each.alone > 0).length;
  if (alone > 0)
    notes.push(`rounds that one of two cells lacks are left out of their ratio: ${countOf(alone, 'cell')}`);
  const repeated = pairs.filter((each) => each.repeated > 0).length;
  if (repeated > 0) {
    const why =
      'runs repeated after the last round count in the table, and are left out of ratios, whose rounds are over';
    notes.push(`${why}: ${countOf(repeated, 'cell')}`);
  }
  return notes;
}
