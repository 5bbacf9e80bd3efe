/** Which cell to take for a goal, or that the data does not say. */
import {
  type Goal,
  isBetterHigher,
  type Measure,
  type Objective,
  unitOf,
  writtenMeasure,
} from '../objective-grammar.ts';
import { thresholdHolds } from '../threshold-grammar.ts';
import { countOf } from '../units.ts';
import type { CellFigure, CellRuns, CellSummary } from './cell-figures.ts';
import { describeChange, describeFigure, describeInterval, describeValue, formatPercent } from './change-words.ts';
import { pairRuns } from './comparison.ts';
import { compareTogether, type MeasureComparison, runsToShow } from './measure-comparison.ts';

export type ConstraintOutcome = 'met' | 'not-met' | 'unclear';

export interface Candidate {
  readonly cell: string;
  readonly constraints: readonly {
    readonly text: string;
    /** Met: the worse end of the interval keeps it. Not met: the better end does not. */
    readonly outcome: ConstraintOutcome;
    readonly words: string;
  }[];
  readonly isEligible: boolean;
  /** Why it cannot be recommended. */
  readonly reason?: string;
}

export interface Recommendation {
  readonly goal: string;
  /** Null: the data does not support one. */
  readonly cell: string | null;
  readonly words: string;
  readonly candidates: readonly Candidate[];
  /** Of cells that are not shown to differ in what is optimized; the best by medians first. */
  readonly tied: readonly string[];
  /** That would probably decide between the best and the next; null where nothing is tied, or too many would be needed. */
  readonly moreRounds: number | null;
  /** Of the other to the best, in the measure that is optimized. */
  readonly comparisons: readonly {
    readonly cell: string;
    readonly best: string;
    readonly comparison: MeasureComparison;
  }[];
}

/** Of a cell to the baseline. */
export interface BaselineComparison {
  readonly cell: string;
  readonly comparison: MeasureComparison;
}

/** What a recommendation is corrected for together with, so that it does not call shown what the table does not. */
interface Decided {
  readonly alpha: number;
  readonly baseline: string;
  /** Of the goal's measures, every other cell. */
  readonly decided: readonly BaselineComparison[];
}

export function recommend(
  goal: Goal,
  cells: readonly CellRuns[],
  summaries: readonly CellSummary[],
  decided: Decided,
): Recommendation {
  const candidates = summaries.map((summary) => judgeCell(summary, goal));
  const eligible = candidates.filter(({ isEligible }) => isEligible).map(({ cell }) => cell);
  const head = { goal: goal.text, candidates };
  const none = { cell: null, tied: [], moreRounds: null, comparisons: [] };
  if (eligible.length === 0) return { ...head, ...none, words: 'none: no cell qualifies' };
  if (eligible.length === 1) {
    const why = summaries.length > 1 ? 'the only cell that qualifies' : 'it qualifies, and there is no other cell';
    return { ...head, ...none, cell: eligible[0]!, words: `${eligible[0]}: ${why}` };
  }
  return { ...head, ...choose(eligible, goal.optimize, cells, summaries, decided) };
}

function judgeCell(summary: CellSummary, goal: Goal): Candidate {
  const { name: cell, figures, status, reason } = summary;
  const constraints = goal.constraints.map((objective) => {
    return { text: objective.text, ...judgeConstraint(objective, figures[writtenMeasure(objective.measure)] ?? null) };
  });
  const unmeasured = goal.optimize.map(writtenMeasure).find((measure) => !hasValue(figures[measure]));
  const missed = constraints.find(({ outcome }) => outcome === 'not-met');
  const open = constraints.find(({ outcome }) => outcome === 'unclear');
  const why =
    (status !== 'ok' ? `does not count: ${firstPart(reason!)}` : undefined) ??
    missed?.words ??
    open?.words ??
    (unmeasured === undefined ? undefined : `${unmeasured} is not known`);
  return { cell, constraints, isEligible: why === undefined, ...(why !== undefined && { reason: why }) };
}

function hasValue(figure: CellFigure | null | undefined): boolean {
  return typeof figure?.median === 'number';
}

function judgeConstraint(
  { measure, op, value, text }: Objective,
  figure: CellFigure | null,
): { outcome: ConstraintOutcome; words: string } {
  if (figure === null) return { outcome: 'unclear', words: `may miss ${text}: not measured` };
  const holds = (actual: number) => thresholdHolds({ stat: measure.stat, op, value }, actual);
  const unit = unitOf(measure);
  const shown = describeValue(unit, figure.median);
  if (typeof figure.median !== 'number') {
    const isBeyond = (op === '<' || op === '<=') && !holds(figure.median.atLeast);
    if (isBeyond) return { outcome: 'not-met', words: `does not meet ${text}: it is ${shown}` };
    return { outcome: 'unclear', words: `may miss ${text}: it is ${shown}` };
  }
  const { low, high } = figure;
  if (low === null || high === null) {
    const why = figure.n < 2 ? 'one run' : 'messages without a latency in some runs';
    return { outcome: 'unclear', words: `may miss ${text}: it is ${shown}, ${why}` };
  }
  const measured = `it is ${shown} (${describeFigure(unit, low).replace(/( \S+|\/s)$/, '')} to ${describeFigure(unit, high)})`;
  const ends = [holds(low), holds(high)];
  if (ends.every(Boolean)) return { outcome: 'met', words: `meets ${text}: ${measured}` };
  const isInside = op === '==' && low < value && value < high;
  if (ends.some(Boolean) || isInside) return { outcome: 'unclear', words: `may miss ${text}: ${measured}` };
  return { outcome: 'not-met', words: `does not meet ${text}: ${measured}` };
}

type Choice = Pick<Recommendation, 'cell' | 'words' | 'tied' | 'moreRounds' | 'comparisons'>;

/** The first measure decides; the next one among those it does not. */
function choose(
  eligible: readonly string[],
  optimize: readonly Measure[],
  cells: readonly CellRuns[],
  summaries: readonly CellSummary[],
  decided: Decided,
): Choice {
  let left = eligible;
  let last: Ranking | undefined;
  const comparisons: Recommendation['comparisons'][number][] = [];
  for (const measure of optimize) {
    last = rank(left, measure, cells, summaries, decided);
    comparisons.push(...last.comparisons);
    const { best, tied } = last;
    if (tied.length === 1) {
      const next = last.comparisons[0]!;
      const { interval, words } = next.comparison;
      const change = interval === null ? words : `${describeChange(interval.ratio)} (${describeInterval(interval)})`;
      const before = measure === optimize[0] ? '' : ` of ${left.join(', ')}, which are not shown to differ before`;
      const why = `it has the best ${writtenMeasure(measure)}${before}; the next, ${next.cell}, has ${change}`;
      return { cell: best, tied: [], moreRounds: null, comparisons, words: `${best}: ${why}` };
    }
    left = tied;
  }
  return { cell: null, tied: left, comparisons, ...tieWords(last!) };
}

interface Ranking {
  readonly measure: Measure;
  readonly best: string;
  /** The best and those that are not shown to be worse, the best first. */
  readonly tied: readonly string[];
  /** By the other's median, the best first. */
  readonly comparisons: Recommendation['comparisons'];
  /** At which the first of them is decided. */
  readonly level: number;
}

function rank(
  names: readonly string[],
  measure: Measure,
  cells: readonly CellRuns[],
  summaries: readonly CellSummary[],
  { alpha, baseline, decided }: Decided,
): Ranking {
  const sign = isBetterHigher(measure) ? -1 : 1;
  const medianOf = (name: string) =>
    summaries.find((cell) => cell.name === name)!.figures[writtenMeasure(measure)]!.median as number;
  const [best, ...others] = names.toSorted((a, b) => sign * (medianOf(a) - medianOf(b)) || (a < b ? -1 : 1)) as [
    string,
    ...string[],
  ];
  const setOf = (name: string) => cells.find((cell) => cell.name === name)!.set;
  const asked = others.map((name) => ({ measure, runs: pairRuns(setOf(best), setOf(name)).runs }));
  const isAsked = ({ cell, comparison }: BaselineComparison) =>
    comparison.measure === writtenMeasure(measure) &&
    ((best === baseline && others.includes(cell)) || (best === cell && others.includes(baseline)));
  const beside = decided.flatMap((each) => (isAsked(each) ? [] : (each.comparison.interval?.p ?? [])));
  const compared = compareTogether(asked, alpha, beside);
  // Null: no common round, because runs were repeated after the last one.
  const comparisons = others.flatMap((cell, i) => {
    const comparison = compared[i]!;
    return comparison === null ? [] : [{ cell, best, comparison }];
  });
  const tied = others.filter((_, i) => compared[i]?.verdict !== 'worse');
  const level = alpha / (asked.length + beside.length);
  return { measure, best, tied: [best, ...tied], comparisons, level };
}

function tieWords({ measure, tied, comparisons, level }: Ranking): Pick<Recommendation, 'words' | 'moreRounds'> {
  const open = comparisons.filter(({ cell }) => tied.includes(cell));
  const intervals = open.flatMap(({ comparison }) => comparison.interval ?? []);
  const names = tied.join(' and ');
  const start = `the data does not support one: ${names} are not shown to differ in ${writtenMeasure(measure)}`;
  if (open.length === 0) return { words: `${start}: they have no round in common`, moreRounds: null };
  if (intervals.length < open.length) return { words: `${start}, ${open[0]!.comparison.words}`, moreRounds: null };
  // Each may be as much better than the best by medians as its interval leaves open.
  const lost = Math.max(...intervals.map(({ low, high }) => (isBetterHigher(measure) ? high - 1 : 1 / low - 1)));
  const [next] = intervals as [(typeof intervals)[number]];
  const needed = runsToShow(next.ratio - 1, next.sd, level);
  const moreRounds = needed === null ? null : Math.max(1, needed - next.n);
  const change = `${describeChange(next.ratio)} (${describeInterval(next)})`;
  const more =
    moreRounds === null
      ? 'no number of rounds that is worth it would'
      : `${countOf(moreRounds, 'more round')} would probably decide between the first two`;
  const atMost = `${tied[0]} is at most ${formatPercent(Math.max(0, lost))} worse than the best of them`;
  return { words: `${start} (${change}); ${atMost}; ${more}`, moreRounds };
}

/** `1 of 5 runs invalid`, without why. */
function firstPart(reason: string): string {
  return reason.split(':')[0]!;
}
