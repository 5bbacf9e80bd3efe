/** The tables of an experiment: a row a cell, and a row a run. */
import type { SweepAnalysis } from '../../compare/sweep-analysis.ts';
import type { SweepFile, SweepRun } from '../../compare/sweep-file.ts';
import {
  cellMark,
  changeText,
  figureText,
  headOf,
  intervalText,
  isShown,
  medianText,
} from '../../compare/sweep-rows.ts';
import type { Percentile } from '../../recorder/histogram.ts';
import { RunLink, type RunLinks } from '../page-parts.tsx';
import { SortableTable, type TableCell } from '../plot/sortable-table.tsx';
import { numberOf } from './measure-plot.tsx';

export function CellsTable({ analysis }: { readonly analysis: SweepAnalysis }) {
  const { cells, measures, differences, baseline } = analysis;
  const rows = cells.map((cell, i) => {
    const own = differences.find((each) => each.cell === cell.name);
    const figures = measures.map(({ measure, unit }): TableCell => {
      const figure = cell.figures[measure] ?? null;
      const comparison = own?.measures.find((each) => each.measure === measure);
      const change = changeText(comparison);
      const look =
        comparison === undefined || !isShown(comparison) ? '' : comparison.verdict === 'better' ? 'ok' : 'bad';
      return {
        at: `analysis.cells.${i}.figures.${measure}`,
        value: numberOf(figure?.median ?? null)[0] ?? null,
        text: (
          <>
            {medianText(unit, figure)}
            <small>{intervalText(unit, figure)}</small>
            {change !== '' && <small class={look}>{change}</small>}
          </>
        ),
      };
    });
    const note = `${cell.name === baseline && cells.length > 1 ? ' (baseline)' : ''}${cellMark(cell)}`;
    const name = {
      words: 'wrapped' as const,
      text: (
        <>
          <bdi>{cell.name}</bdi>
          <span class="faint">{note}</span>
        </>
      ),
    };
    const number = cells.length > 1 ? [{ text: i + 1, value: i + 1 }] : [];
    return { key: cell.name, cells: [...number, name, { text: cell.runs, value: cell.runs }, ...figures] };
  });
  const columns = [...(cells.length > 1 ? ['no.'] : []), 'cell', 'runs', ...headsOf(measures)];
  return <SortableTable label="Cells" columns={columns} rows={rows} />;
}

interface RunsTableProps {
  readonly sweep: SweepFile;
  readonly measures: SweepAnalysis['measures'];
  readonly links: RunLinks;
}

export function RunsTable({ sweep, measures, links }: RunsTableProps) {
  const isSweep = sweep.analysis.cells.length > 1;
  const rows = sweep.runs.map((run, i) => ({
    key: run.path,
    cells: [
      { text: <RunLink path={run.path} links={links} /> },
      { text: run.round ?? '–', value: run.round },
      ...(isSweep ? [{ text: <bdi>{run.cell}</bdi>, words: 'wrapped' as const }] : []),
      statusCell(run),
      ...measures.map(({ measure, unit }) => {
        const figure = run.figures[measure] ?? null;
        return {
          text: figureWords(unit, figure),
          value: numberOf(figure)[0] ?? null,
          at: `runs.${i}.figures.${measure}`,
        };
      }),
    ],
  }));
  const columns = ['run', 'round', ...(isSweep ? ['cell'] : []), 'counts', ...headsOf(measures)];
  return <SortableTable label="Runs" columns={columns} rows={rows} />;
}

/** Of a run that was repeated the repeat counts. */
function statusCell({ status, counts, attempt, verdict, reason = '' }: SweepRun): TableCell {
  const why = status === 'invalid' ? verdict : reason;
  if (!counts) return { text: `no, ${status}: ${why}; repeated`, words: 'wrapped', look: 'faint' };
  if (status !== 'ok') return { text: `no, ${status}: ${why}`, words: 'wrapped', look: 'bad' };
  return { text: attempt > 1 ? 'yes, a repeat' : 'yes', words: 'wrapped' };
}

function headsOf(measures: SweepAnalysis['measures']): string[] {
  return measures.map((measure) => headOf(measure).join(', '));
}

export function figureWords(unit: string, figure: Percentile | null): string {
  if (figure === null) return '–';
  return typeof figure === 'number' ? figureText(unit, figure) : `> ${figureText(unit, figure.atLeast)}`;
}
