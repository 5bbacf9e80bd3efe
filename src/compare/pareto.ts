/** Which cells are worth a choice: those that no other one is better than in everything that is paid for. */
import { isBetterHigher, type Measure, parseMeasure, writtenMeasure } from '../objective-grammar.ts';
import type { CellRuns, CellSummary } from './cell-figures.ts';
import { pairRuns } from './comparison.ts';
import { compareTogether, type MeasureComparison } from './measure-comparison.ts';

export const PARETO_MEASURES: readonly Measure[] = ['throughput', 'response_ms p(99)', 'cpu_us', 'wire_bytes'].map(
  (text) => parseMeasure(text),
);

/** Medians are compared in steps of 1 % from the best: nobody chooses for less, and a fixed rate is one throughput. */
export const PARETO_STEP = 0.01;

export interface ParetoFront {
  readonly measures: readonly string[];
  /** Not looked at, because some cell has no figure. */
  readonly leftOut: readonly string[];
  /** Names of cells. */
  readonly front: readonly string[];
  readonly dominated: readonly Domination[];
}

/** By medians `by` is as good in every measure and better in one. */
export interface Domination {
  readonly cell: string;
  readonly by: string;
  /** The comparison by round shows it better in one of the measures that it is better in by medians, and worse in none. */
  readonly shown: boolean;
  /** Of `by` to `cell`. */
  readonly measures: readonly MeasureComparison[];
}

/** Null where fewer than two cells can be compared. */
export function paretoFront(
  cells: readonly CellRuns[],
  summaries: readonly CellSummary[],
  alpha: number,
): ParetoFront | null {
  const candidates = summaries.filter(({ runs }) => runs > 0);
  if (candidates.length < 2) return null;
  const isMeasured = (measure: Measure) => candidates.every(({ figures }) => figures[writtenMeasure(measure)]);
  const [measures, leftOut] = [PARETO_MEASURES.filter(isMeasured), PARETO_MEASURES.filter((each) => !isMeasured(each))];
  const steps = new Map(candidates.map(({ name }) => [name, [] as number[]]));
  for (const measure of measures) {
    const costs = candidates.map(({ figures }) => costOf(figures[writtenMeasure(measure)]!.median, measure));
    const best = Math.min(...costs);
    for (const [i, { name }] of candidates.entries()) steps.get(name)!.push(stepsFrom(best, costs[i]!));
  }
  const names = candidates.map(({ name }) => name);
  const dominatorsOf = (name: string) => names.filter((other) => dominates(steps.get(other)!, steps.get(name)!));
  const front = names.filter((name) => dominatorsOf(name).length === 0);
  const found = names
    .filter((name) => !front.includes(name))
    .map((cell) => ({
      cell,
      by: strongest(
        dominatorsOf(cell).filter((name) => front.includes(name)),
        steps,
      ),
    }));
  return {
    measures: measures.map(writtenMeasure),
    leftOut: leftOut.map(writtenMeasure),
    front,
    dominated: compareAll(found, cells, measures, steps, alpha),
  };
}

/** On the scale of logarithms, lower is better. What has no value is worse than all that have one. */
function costOf(median: number | { readonly atLeast: number }, measure: Measure): number {
  if (typeof median !== 'number') return Number.POSITIVE_INFINITY;
  return isBetterHigher(measure) ? -Math.log(median) : Math.log(median);
}

function stepsFrom(best: number, cost: number): number {
  return cost === best ? 0 : Math.floor((cost - best) / Math.log1p(PARETO_STEP));
}

function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((step, i) => step <= b[i]!) && a.some((step, i) => step < b[i]!);
}

/** By the sum of its steps, then by name: whatever the order of the cells. */
function strongest(names: readonly string[], steps: ReadonlyMap<string, readonly number[]>): string {
  const total = (name: string) => steps.get(name)!.reduce((sum, step) => sum + step, 0);
  return names.toSorted((a, b) => total(a) - total(b) || (a < b ? -1 : 1))[0]!;
}

function compareAll(
  found: readonly { cell: string; by: string }[],
  cells: readonly CellRuns[],
  measures: readonly Measure[],
  steps: ReadonlyMap<string, readonly number[]>,
  alpha: number,
): Domination[] {
  const setOf = (name: string) => cells.find((cell) => cell.name === name)!.set;
  const asked = found.flatMap(({ cell, by }) => {
    const { runs } = pairRuns(setOf(cell), setOf(by));
    return measures.map((measure) => ({ measure, runs }));
  });
  const compared = compareTogether(asked, alpha);
  return found.map(({ cell, by }, i) => {
    const own = compared.slice(i * measures.length, (i + 1) * measures.length);
    const isLess = (at: number) => steps.get(by)![at]! < steps.get(cell)![at]!;
    const isBetter = own.some((each, at) => each?.verdict === 'better' && isLess(at));
    const isWorse = own.some((each) => each?.verdict === 'worse');
    return { cell, by, shown: isBetter && !isWorse, measures: own.filter((each) => each !== null) };
  });
}
