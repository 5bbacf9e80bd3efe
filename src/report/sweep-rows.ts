/** What the tables of an experiment show, the same in every format. */
import type { CellFigure } from '../compare/cell-figures.ts';
import { describeChange, formatPercent } from '../compare/change-words.ts';
import type { MeasureComparison } from '../compare/measure-comparison.ts';
import type { SweepAnalysis } from '../compare/sweep-analysis.ts';
import type { SweepFile } from '../compare/sweep-file.ts';
import { ALPHA } from '../statistics/ratio.ts';
import { countOf, formatCount, US_PER_MS } from '../units.ts';
import { formatMs, formatPerSec } from './text-layout.ts';

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

/** `5 cells × 5 rounds, 25 runs, 2 of them not counted` */
export function describeRuns({ analysis, runs, experiment }: SweepFile): string {
  const { cells, rounds } = analysis;
  const lost = runs.filter(({ counts, status }) => !counts || status !== 'ok').length;
  const left = lost === 0 ? '' : `, ${formatCount(lost)} of them not counted`;
  const what = cells.length > 1 ? `${countOf(cells.length, 'cell')} × ${countOf(rounds, 'round')}, ` : '';
  return `${experiment.name}: ${what}${countOf(runs.length, 'run')}${left}`;
}

export function rejected({ recommendation }: SweepAnalysis): string[] {
  return (recommendation?.candidates ?? []).flatMap(({ cell, reason }) =>
    reason === undefined ? [] : [`${cell} ${reason}`],
  );
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
  return [
    `${pareto.front.join(', ')} (${measures}${leftOut})`,
    ...[...by].map(([leader, cells]) => `dominated by ${leader}: ${cells.join(', ')}`),
  ];
}

export function differenceTexts({ differences }: SweepAnalysis, kind: 'shown' | 'notShown'): string[] {
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
