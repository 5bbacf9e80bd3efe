/** An experiment for people at a terminal: what to take, then the figures, then what is shown and what is not. */
import { styleText } from 'node:util';
import type { CellSummary } from '../compare/cell-figures.ts';
import type { MeasureComparison } from '../compare/measure-comparison.ts';
import type { SweepFile } from '../compare/sweep-file.ts';
import {
  cellLabels,
  cellMark,
  changeText,
  describeRuns,
  differenceTexts,
  headOf,
  intervalText,
  isShown,
  medianText,
  methodText,
  NO_GOAL,
  paretoTexts,
  rejected,
} from '../compare/sweep-rows.ts';
import { resultsLines } from './page-file.ts';
import { onOneLine, withoutControls } from './text-escapes.ts';
import { clipOnTerminal, type Place, wrap } from './text-layout.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
type Paint = (style: Style, text: string) => string;

const WIDTH = 100;
const LABEL = 12;
/** Of each kind; the rest is in sweep.json. */
const LINES_MAX = 24;

export interface SweepLook extends Place {
  readonly color?: boolean;
  /** Where the result files are. */
  readonly directory?: string;
}

/** On a terminal lines of at most 100 columns, a newline at the end. */
export function renderSweep(found: SweepFile, look: SweepLook = {}): string {
  const sweep = withoutControls(found);
  const { color = false, directory } = withoutControls(look);
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
  const { analysis } = sweep;
  const method = methodText(analysis);
  const { shorten } = cellLabels(analysis);
  const short = (texts: readonly string[]) => texts.map(shorten);
  const lines = [
    paint('bold', onOneLine(describeRuns(sweep))),
    ...recommendationLines(sweep, paint),
    '',
    ...tableLines(sweep, paint),
    ...(method === undefined ? [] : wrap(method, '  ')),
    ...section('Pareto', short(paretoTexts(analysis))),
    ...section('Shown', short(differenceTexts(analysis, 'shown'))),
    ...section('Not shown', short(differenceTexts(analysis, 'notShown'))),
    ...section('Note', short(analysis.notes)),
  ];
  return `${[...clipOnTerminal(lines, look), ...(directory === undefined ? [] : ['', ...resultsLines(directory)])].join('\n')}\n`;
}

function recommendationLines({ analysis }: SweepFile, paint: Paint): string[] {
  const { recommendation, cells } = analysis;
  if (recommendation === null) return cells.length > 1 ? labelled('Goal', [NO_GOAL]) : [];
  const { cell, goal, words } = recommendation;
  const [first, ...rest] = labelled('Recommended', [words]);
  const styled = first!.replace('Recommended', paint(cell === null ? 'yellow' : 'green', 'Recommended'));
  return [...labelled('Goal', [goal]), styled, ...rest, ...labelled('', rejected(analysis))];
}

function section(label: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : ['', ...labelled(label, texts)];
}

/** The label stands before the first; each text begins a line. */
function labelled(label: string, texts: readonly string[]): string[] {
  const lines = texts.flatMap((text, i) => {
    return wrap(onOneLine(text), ' '.repeat(LABEL + 2), (i === 0 ? label : '').padEnd(LABEL));
  });
  if (lines.length <= LINES_MAX) return lines;
  return [...lines.slice(0, LINES_MAX), `${' '.repeat(LABEL)}… ${lines.length - LINES_MAX} more lines in sweep.json`];
}

interface Row {
  readonly label: string;
  readonly texts: readonly string[];
  readonly styles?: readonly (Style | undefined)[];
  /** Of a cell, not of what is below it. */
  readonly isFirst: boolean;
}

/** Three rows a cell: medians, their intervals, changes against the baseline. */
function tableLines({ analysis }: SweepFile, paint: Paint): string[] {
  const { title, shorten } = cellLabels(analysis);
  const heads = analysis.measures.map(headOf);
  const cells = analysis.cells.flatMap((cell): Row[] => rowsOf(cell, shorten(cell.name), analysis));
  const widths = heads.map(
    (head, i) => 1 + Math.max(...[...head, ...cells.map(({ texts }) => texts[i]!)].map(widthOf)),
  );
  // What was asked for beside the standard measures goes first when there is no room; sweep.json has it.
  let columns = widths.length;
  const room = () => WIDTH - widths.slice(0, columns).reduce((sum, width) => sum + width, 0);
  while (columns > 1 && room() < LABEL) columns--;
  const longest = Math.max(widthOf(title), ...cells.map((row) => widthOf(row.label)));
  const labelWidth = Math.min(room(), longest);
  const line = ({ label: text, texts, styles = [] }: Row) => {
    const figures = texts
      .slice(0, columns)
      .map((figure, i) => {
        const padded = ' '.repeat(Math.max(0, widths[i]! - widthOf(figure))) + figure;
        return styles[i] === undefined ? padded : padded.replace(figure, paint(styles[i], figure));
      })
      .join('');
    const name = onOneLine(text);
    // A name that is too long has a line of its own.
    if (widthOf(name) > labelWidth) return [name, ' '.repeat(labelWidth) + figures];
    return [name.padEnd(labelWidth) + figures];
  };
  const head = [
    { label: title, texts: heads.map(([name]) => name), isFirst: true },
    { label: '', texts: heads.map(([, unit]) => unit), isFirst: false },
  ];
  return [...head.flatMap(line).map((each) => paint('bold', each)), ...cells.flatMap(line)].map((each) =>
    each.trimEnd(),
  );
}

function widthOf(text: string): number {
  return [...text].length;
}

function rowsOf(
  cell: CellSummary,
  label: string,
  { measures, differences, baseline, cells }: SweepFile['analysis'],
): Row[] {
  const own = differences.find((each) => each.cell === cell.name);
  const comparisons = measures.map(({ measure }) => own?.measures.find((each) => each.measure === measure));
  const base = cell.name === baseline && cells.length > 1 ? ' (baseline)' : '';
  const [medians, intervals] = [medianText, intervalText].map((text) =>
    measures.map(({ measure, unit }) => text(unit, cell.figures[measure])),
  );
  const changes = comparisons.map(changeText);
  const rows: Row[] = [
    { label: `${label}${base}${cellMark(cell)}`, texts: medians!, isFirst: true },
    { label: '', texts: intervals!, isFirst: false },
    { label: '', texts: changes, styles: comparisons.map(styleOf), isFirst: false },
  ];
  return rows.filter(({ texts, isFirst }) => isFirst || texts.some((text) => text !== ''));
}

function styleOf(comparison: MeasureComparison | undefined): Style | undefined {
  if (comparison === undefined || !isShown(comparison)) return undefined;
  return comparison.verdict === 'better' ? 'green' : 'red';
}
