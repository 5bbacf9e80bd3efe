/** One measure over the cells of an experiment: every run, and the median with its interval. */
import type { CellSummary } from '../../compare/cell-figures.ts';
import type { SweepAnalysis } from '../../compare/sweep-analysis.ts';
import type { SweepRun } from '../../compare/sweep-file.ts';
import { cellMark, intervalText, medianText } from '../../compare/sweep-rows.ts';
import type { Percentile } from '../../recorder/histogram.ts';
import { valueAxis } from '../plot/axes.ts';
import { Figure } from '../plot/figure.tsx';
import { percent, type Scale } from '../plot/plot.tsx';
import { Interval, RowPlot } from '../plot/row-plot.tsx';
import { titleOf } from './measure-title.ts';

interface MeasurePlotProps {
  readonly id: string;
  readonly analysis: SweepAnalysis;
  readonly measure: SweepAnalysis['measures'][number];
  readonly runs: readonly SweepRun[];
}

/** px from the top of a row. */
const [MEDIAN_Y, RUNS_Y] = [9, 19];

/** An interval of two runs reaches from nothing to anything: so far beyond the runs the axis goes. */
const BEYOND_MAX = 1.5;

export function MeasurePlot({ id, analysis, measure, runs }: MeasurePlotProps) {
  const { cells, baseline } = analysis;
  const { title, unit } = titleOf(measure);
  const shown = (value: number) => (measure.unit === 'share' ? 100 * value : value);
  const ofRuns = (cell: string) => runsOf(runs, cell, measure.measure);
  const values = cells.flatMap(({ name, figures }) => {
    const figuresOfRuns = ofRuns(name).map(({ figure }) => figure);
    return [...figuresOfRuns, figures[measure.measure]?.median ?? null].flatMap(numberOf).map(shown);
  });
  if (values.length === 0) return <p class="faint">{title}: not measured</p>;
  const [from, to] = [Math.min(...values) / BEYOND_MAX, Math.max(...values) * BEYOND_MAX];
  const ends = cells
    .flatMap(({ figures }) => [figures[measure.measure]?.low ?? null, figures[measure.measure]?.high ?? null])
    .flatMap(numberOf)
    .map((end) => Math.min(to, Math.max(from, shown(end))));
  const { scale, ticks } = valueAxis([...values, ...ends]);
  const rows = cells.map((cell, i) => {
    const figure = cell.figures[measure.measure] ?? null;
    const interval = intervalText(measure.unit, figure);
    return {
      name: cell.name,
      ...(cells.length > 1 && { number: i + 1 }),
      note: noteOf(cell, baseline, cells.length),
      value: `${medianText(measure.unit, figure)}${interval === '' ? '' : ` (${interval})`}`,
      marks: (
        <>
          {figure !== null && (
            <Interval
              x={scale}
              at={shown(numberOf(figure.median)[0]!)}
              low={figure.low === null ? null : shown(figure.low)}
              high={figure.high === null ? null : shown(figure.high)}
              y={MEDIAN_Y}
              color={cell.name === baseline && cells.length > 1 ? 1 : 0}
            />
          )}
          {ofRuns(cell.name).map((run) => (
            <RunDot key={run.path} run={run} x={scale} shown={shown} />
          ))}
        </>
      ),
    };
  });
  return (
    <Figure
      id={id}
      title={title}
      howToRead={`Large dot: the median of the cell's runs, with its ${level(analysis)} interval. Small dots: its runs; hollow ones do not count. ${measure.better === 'higher' ? 'Higher' : 'Lower'} is better.`}
      table={{
        columns: ['cell', `median, ${unit}`, 'interval', 'runs'],
        rows: cells.map((cell) => {
          const figure = cell.figures[measure.measure] ?? null;
          return [cell.name, medianText(measure.unit, figure), intervalText(measure.unit, figure) || null, cell.runs];
        }),
      }}
    >
      <RowPlot x={scale} ticks={ticks} title={`${title}, ${unit}`} rows={rows} />
    </Figure>
  );
}

function level({ alpha }: SweepAnalysis): string {
  return `${Number((100 * (1 - alpha)).toFixed(2))} %`;
}

function noteOf(cell: CellSummary, baseline: string, cells: number): string {
  return `${cell.name === baseline && cells > 1 ? '(baseline)' : ''}${cellMark(cell)}`;
}

interface RunFigure {
  readonly path: string;
  readonly figure: Percentile;
  readonly counts: boolean;
}

function runsOf(runs: readonly SweepRun[], cell: string, measure: string): RunFigure[] {
  return runs.flatMap((run) => {
    const figure = run.figures[measure] ?? null;
    if (run.cell !== cell || figure === null) return [];
    return [{ path: run.path, figure, counts: run.counts && run.status === 'ok' }];
  });
}

function RunDot({ run, x, shown }: { run: RunFigure; x: Scale; shown: (value: number) => number }) {
  const at = percent(x(shown(numberOf(run.figure)[0]!)));
  return <circle class={run.counts ? 'run' : 'hollow c1'} cx={at} cy={RUNS_Y} r="2.5" />;
}

/** What a percentile among messages without a latency is known to be above stands for it. */
export function numberOf(figure: Percentile | null): number[] {
  if (figure === null) return [];
  return [typeof figure === 'number' ? figure : figure.atLeast];
}
