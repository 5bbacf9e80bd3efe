/** What the tables of an experiment show, the same in every format. */

import { formatMs, formatPerSec } from '../figures.ts';
import { ALPHA } from '../statistics/ratio.ts';
import { countOf, formatCount, US_PER_MS } from '../units.ts';
import type { CellFigure, CellSummary } from './cell-figures.ts';
import { describeChange, formatPercent } from './change-words.ts';
import type { MeasureComparison } from './measure-comparison.ts';
import type { SweepAnalysis } from './sweep-analysis.ts';
import type { SweepFile } from './sweep-file.ts';

/** Heads of columns: what it is, and its unit. */
export function headOf({ measure, unit }: SweepAnalysis['measures'][number]): readonly [string, string] {
  return [HEADS[measure] ?? measure.replace(/_ms(?= |\{)/, ''), UNITS[unit] ?? unit];
}

const HEADS: Readonly<Record<string, string>> = {
  'response_ms p(50)': 'p50',
  'response_ms p(99)': 'p99',
  'response_ms p(99.9)': 'p99.9',
  cpu_us: 'CPU',
  wire_bytes: 'wire',
  compression_ratio: 'ratio',
};
/** Of a message. */
const UNITS: Readonly<Record<string, string>> = { µs: 'µs/msg', B: 'B/msg', share: '%' };

/** Without its unit, rounded as in the summary of a run. */
export function figureText(unit: string, value: number): string {
  if (unit === '/s') return formatPerSec(value).replace(/\/s$/, '');
  if (unit === 'share') return formatPercent(value).replace(/ %$/, '');
  if (unit === 'messages') return formatCount(value);
  return formatMs(value * US_PER_MS);
}

export function medianText(unit: string, figure: CellFigure | null | undefined): string {
  if (figure === null || figure === undefined) return '–';
  const { median } = figure;
  return typeof median === 'number' ? figureText(unit, median) : `> ${figureText(unit, median.atLeast)}`;
}

/** Empty where there is no interval. */
export function intervalText(unit: string, figure: CellFigure | null | undefined): string {
  if (figure?.low == null || figure.high === null) return '';
  return `${figureText(unit, figure.low)}–${figureText(unit, figure.high)}`;
}

/** `-69 %*` where it is shown; empty where there is no ratio. */
export function changeText(comparison: MeasureComparison | undefined): string {
  if (comparison === undefined || comparison.interval === null) return '';
  return `${describeChange(comparison.interval.ratio)}${isShown(comparison) ? '*' : ''}`;
}

export function isShown({ verdict }: MeasureComparison): boolean {
  return verdict === 'better' || verdict === 'worse';
}

/** Of one factor its values alone: its name heads the table. */
export function cellLabels({ cells }: SweepAnalysis): { readonly title: string; shorten(text: string): string } {
  const factors = [...new Set(cells.flatMap((cell) => Object.keys(cell.factors)))];
  const [only] = factors;
  if (factors.length === 1 && only !== undefined)
    return { title: only, shorten: (text) => text.replaceAll(`${only}=`, '') };
  return { title: cells.length > 1 ? 'cell' : '', shorten: (text) => text };
}

/** `5 cells × 5 rounds, 26 runs, 25 of them count`: rounds that were begun. */
export function describeRuns({ analysis, runs, experiment }: SweepFile): string {
  const { cells } = analysis;
  const rounds = Math.max(0, ...runs.map(({ round }) => round ?? 0));
  const counted = runs.filter(({ counts, status }) => counts && status === 'ok').length;
  const left = counted === runs.length ? '' : `, ${formatCount(counted)} of them ${counted === 1 ? 'counts' : 'count'}`;
  const what = cells.length > 1 ? `${countOf(cells.length, 'cell')} × ${countOf(rounds, 'round')}, ` : '';
  return `${experiment.name}: ${what}${countOf(runs.length, 'run')}${left}`;
}

/** Empty where all of its runs count. */
export function cellMark({ status, runs, excluded }: CellSummary): string {
  if (status === 'ok') return '';
  if (excluded.length === 0) return ' (no run)';
  return ` (${status}${runs > 0 ? ' runs' : ''})`;
}

/** Of a sweep without a goal. The same command with `--resume --goal` adds it. */
export const NO_GOAL =
  "none, so nothing is recommended: --goal 'response_ms p(99)<50, then throughput' says what matters";

/** Why cells are not recommended; why runs do not count is a note. */
export function rejected({ recommendation, cells }: SweepAnalysis): string[] {
  if (recommendation === null) return [];
  const isOk = (name: string) => cells.find((cell) => cell.name === name)!.status === 'ok';
  const [ok, others] = [true, false].map((wanted) =>
    recommendation.candidates.filter(({ cell, isEligible }) => !isEligible && isOk(cell) === wanted),
  );
  const reasons = ok!.map(({ cell, reason }) => `${cell} ${reason}`);
  if (others!.length === 0) return reasons;
  const [verb, whose] = others!.length === 1 ? ['does', 'its'] : ['do', 'their'];
  return [...reasons, `${countOf(others!.length, 'cell')} ${verb} not qualify: not all of ${whose} runs count (Note)`];
}

/** Who leads, and whom, in sentences. */
export function paretoTexts({ pareto }: SweepAnalysis): string[] {
  if (pareto === null) return [];
  const label = (measure: string) => HEADS[measure] ?? measure;
  const measures = pareto.measures.map(label).join(', ');
  const leftOut =
    pareto.leftOut.length === 0 ? '' : `; not known of every cell: ${pareto.leftOut.map(label).join(', ')}`;
  const by = new Map<string, string[]>();
  for (const { cell, by: leader, shown } of pareto.dominated) {
    const key = `${leader}${shown ? '' : ' (by medians, not shown)'}`;
    by.set(key, [...(by.get(key) ?? []), cell]);
  }
  const { front, dominated } = pareto;
  const count = front.length + dominated.length;
  const on = `(${measures}${leftOut})`;
  // Names of several factors have spaces, and run together in a line.
  const isLong = front.length > 1 && front.some((name) => name.includes(' '));
  const first =
    front.length === count
      ? [`${count === 2 ? 'both cells' : `all ${countOf(count, 'cell')}`} ${on}`]
      : isLong
        ? [`${front.length} of ${countOf(count, 'cell')} ${on}:`, ...front]
        : [`${front.join(', ')} ${on}`];
  return [...first, ...[...by].map(([leader, cells]) => `dominated by ${leader}: ${cells.join(', ')}`)];
}

export function differenceTexts({ differences, rounds }: SweepAnalysis, kind: 'shown' | 'notShown'): string[] {
  if (rounds < 2) return [];
  const texts = differences.flatMap((each) => (each[kind] === '' ? [] : [`${each.cell}: ${each[kind]}`]));
  if (kind === 'shown' || texts.length === 0) return texts;
  return ['(in brackets the change that would have been shown four times in five)', ...texts];
}

/** `* shown at 95 %, corrected for …` */
export function methodText({ alpha, comparisons, baseline, cells }: SweepAnalysis): string | undefined {
  const [first, others] = comparisons;
  if (first === undefined) return undefined;
  const against = cells.length > 1 ? ` with ${baseline}` : '';
  const level = formatCount(100 * (1 - alpha), 2);
  const looks = alpha < ALPHA ? ' (the level of each look of --repeat auto)' : '';
  const family = `corrected for all ${countOf(first.ratios, 'comparison')} of ${first.measures.join(', ').replace(/, (?=[^,]*$)/, ' and ')}${against} (Holm)`;
  const rest = others === undefined ? '' : `; the other measures for ${formatCount(others.ratios)} of their own`;
  return `* shown at ${level} %${looks}, ${family}${rest}; ratios are paired by round`;
}
