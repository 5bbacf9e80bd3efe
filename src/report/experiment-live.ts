/** How an experiment is going, on a terminal: where it is, the figures so far, and the run under way. */
import { styleText } from 'node:util';
import type { CapacityStep } from '../compare/capacity-result.ts';
import { latencyText, rateText } from '../compare/capacity-words.ts';
import type { CellProgress, ExperimentProgress } from '../compare/experiment-progress.ts';
import { formatClock, formatPerSec } from '../figures.ts';
import type { Progress } from '../recorder/progress.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { countOf, formatCount, NS_PER_MS } from '../units.ts';
import type { ScreenSize } from './live-screen.ts';
import { runLines } from './run-lines.ts';
import { progressBar } from './sparkline.ts';
import { onOneLine } from './text-escapes.ts';
import { clip, fit, lineWidth } from './text-layout.ts';

const BAR_CELLS = 40;
/** Of the run under way, at most: rate, messages, latency and their pictures. */
const RUN_LINES = 5;
const MIN_NAME = 4;
/** The figures of a cell: runs, rate, p99. */
const FIGURES = [8, 14, 12] as const;

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan';
type Paint = (style: Style, text: string) => string;

/** The screen cuts lines that are too wide. @param minute rows of the last minute of the run under way. */
export function renderExperiment(
  progress: ExperimentProgress,
  { columns, rows, color }: ScreenSize,
  minute: readonly SecondRow[] = [],
): string[] {
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
  const run = runPart(progress, { columns, color, room: RUN_LINES }, minute);
  const head = [headLine(progress, columns, paint)];
  const room = Math.max(1, rows - 1 - head.length - run.length);
  const { search } = progress;
  const table =
    search === undefined ? cellLines(progress, { columns, lines: room }, paint) : stepLines(search, room, paint);
  return [...head, ...table, ...run];
}

function headLine(progress: ExperimentProgress, columns: number, paint: Paint): string {
  const { runsDone, runsTotal, isAtMost, leftMs, round, rounds, activity, kind } = progress;
  const isSearch = kind === 'capacity';
  const about = isSearch ? 'about ' : isAtMost ? 'at most ' : '';
  const of = runsTotal === null || runsTotal === runsDone ? '' : ` of ${about}${formatCount(runsTotal)}`;
  const isWhole = of === '' || isAtMost;
  const parts = [
    `${isSearch ? 'steps' : 'runs'} ${formatCount(runsDone)}${of}`,
    ...(round === null || activity === 'done' ? [] : [`round ${round} of ${isAtMost ? about : ''}${rounds}`]),
    ...(activity === 'done' ? [isWhole ? 'done' : 'ended'] : leftMs === null ? [] : [`${about}${clock(leftMs)} left`]),
  ];
  const tail = parts.join(', ');
  const cells = Math.min(BAR_CELLS, columns - tail.length - 2);
  if (cells < 5 || runsTotal === null) return tail;
  return `${paint('cyan', progressBar(shareDone(progress, runsTotal), cells))}  ${tail}`;
}

/** The run under way counts by its time. */
function shareDone({ runsDone, current, run }: ExperimentProgress, total: number): number {
  const isCounted = current !== null && current.attempt === 1 && run?.plannedNs != null;
  const part = isCounted ? Math.min(1, run.elapsedNs / run.plannedNs!) : 0;
  return total === 0 ? 1 : (runsDone + part) / total;
}

function cellLines(
  { cells, current, rounds, kind }: ExperimentProgress,
  { columns, lines }: { readonly columns: number; readonly lines: number },
  paint: Paint,
): string[] {
  const room = columns - 2 - FIGURES.reduce<number>((sum, width) => sum + width, 0);
  const { title, labels } = kind === 'repeat' ? { title: '', labels: ['median'] } : cellLabels(cells, room);
  const width = Math.max(MIN_NAME, Math.min(room, Math.max(...[title, ...labels].map(lineWidth))));
  const line = (name: string, figures: readonly string[]) =>
    fit(name, width) + figures.map((figure, i) => figure.padStart(FIGURES[i]!)).join('');
  const head = paint('dim', `  ${line(title, ['runs', 'rate', 'p99, ms'])}`);
  const row = (cell: CellProgress, label: string) => {
    const isCurrent = current !== null && (current.cell === null || current.cell === cell.name);
    const rate = cell.throughputPerSec;
    const figures = [
      `${cell.runsDone}/${rounds}`,
      rate === null ? '–' : formatPerSec(typeof rate === 'number' ? rate : rate.atLeast),
      latencyText(cell.responseP99Ms),
    ];
    const text = `${isCurrent ? '›' : ' '} ${line(label, figures)}`;
    const isBad = cell.status === 'failed' || cell.status === 'invalid';
    const mark = isBad ? paint('red', `  ${cell.status} runs`) : '';
    return (isCurrent ? paint('bold', text) : text) + mark;
  };
  const place = cells.findIndex(({ name }) => name === current?.cell);
  const { from, shown, hidden } = window(cells.length, lines - 1, place);
  const more = hidden === 0 ? [] : [paint('dim', `  … ${countOf(hidden, 'more cell')}`)];
  return [head, ...cells.slice(from, from + shown).map((cell, i) => row(cell, labels[from + i]!)), ...more];
}

/** Names, or where these are too long the values of the factors that vary: what tells cells apart is at the end of a name. */
function cellLabels(cells: readonly CellProgress[], columns: number): { title: string; labels: readonly string[] } {
  const names = cells.map(({ name }) => onOneLine(name));
  const factors = Object.keys(cells[0]?.factors ?? {}).filter((factor) => {
    return new Set(cells.map((cell) => cell.factors[factor])).size > 1;
  });
  if (factors.length === 0 || names.every((name) => lineWidth(name) <= columns))
    return { title: 'cell', labels: names };
  const join = (texts: readonly (string | undefined)[]) => onOneLine(texts.join(' '));
  return {
    title: join(factors.map((factor) => factor.split('.').at(-1))),
    labels: cells.map((cell) => join(factors.map((factor) => cell.factors[factor]))),
  };
}

/** The part of a long list that is shown, around `place`, and how many are left out. */
function window(length: number, room: number, place: number): { from: number; shown: number; hidden: number } {
  if (length <= room) return { from: 0, shown: length, hidden: 0 };
  const shown = Math.max(1, room - 1);
  const from = Math.max(0, Math.min(length - shown, place - Math.floor(shown / 2)));
  return { from, shown, hidden: length - shown };
}

const OUTCOME: Readonly<Record<CapacityStep['outcome'], Style | null>> = {
  held: null,
  failed: 'red',
  invalid: 'red',
  'generator-limited': 'yellow',
};

function stepLines(
  { steps, bracket }: NonNullable<ExperimentProgress['search']>,
  room: number,
  paint: Paint,
): string[] {
  const low = bracket.low === null ? 'nothing held yet' : `${rateText(bracket.low)} held`;
  const high = bracket.high === null ? 'no upper end yet' : `${rateText(bracket.high)} did not`;
  const shown = steps.slice(-Math.max(0, room - 2));
  const rows = shown.map(({ rate, outcome, figures, reasons }, i) => {
    const number = formatCount(steps.length - shown.length + i + 1).padStart(4);
    const p99 = latencyText(figures['response_ms p(99)'] ?? null);
    const why = reasons.length === 0 ? '' : `  ${onOneLine(reasons[0]!)}`;
    const text = `${number}${rateText(rate).padStart(14)}${p99.padStart(10)}  ${outcome}${why}`;
    const style = OUTCOME[outcome];
    return style === null ? text : paint(style, text);
  });
  const head = paint('dim', `${'step'.padStart(4)}${'rate'.padStart(14)}${'p99, ms'.padStart(10)}`);
  return [`bracket   ${low}, ${high}`, ...(rows.length === 0 ? [] : [head, ...rows])];
}

function runPart(
  progress: ExperimentProgress,
  look: { readonly columns: number; readonly color: boolean; readonly room: number },
  minute: readonly SecondRow[],
): string[] {
  const { activity, current, run } = progress;
  if (activity === 'done') return [];
  if (activity === 'pause') return ['', 'waiting   for the next run'];
  const title = runTitle(activity, current);
  if (run === undefined) return ['', title];
  return ['', withTime(title, run, look.columns), ...runLines(run, look, minute)];
}

function runTitle(activity: ExperimentProgress['activity'], current: ExperimentProgress['current']): string {
  if (current === null) return `${activity.padEnd(10)}not counted`;
  const { run, attempt, cell, step } = current;
  if (step !== null) return `${`step ${run}`.padEnd(10)}${rateText(step.ratePerSec)}, ${step.phase}`;
  const parts = [...(cell === null ? [] : [onOneLine(cell)]), ...(attempt > 1 ? ['repeated'] : [])];
  return `run ${run}`.padEnd(10) + parts.join(', ');
}

/** The time stands at the end: a long name does not push it off. */
function withTime(title: string, { elapsedNs, plannedNs, phase }: Progress, columns: number): string {
  const of = plannedNs === null ? '' : `/${formatClock(plannedNs)}`;
  const time = `  ${formatClock(elapsedNs)}${of} ${phase}`;
  return clip(title, Math.max(10, columns - time.length)) + time;
}

function clock(ms: number): string {
  return formatClock(Math.ceil(ms) * NS_PER_MS);
}
