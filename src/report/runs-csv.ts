/** The runs of an experiment as a table: one row a run, one column a factor, one a measure. */
import type { SweepFile, SweepRun } from '../compare/sweep-file.ts';

/** Of a run that was repeated both rows, `counts` 1 in the second. Figures in the unit of their measure, `Inf` where one has no value. */
export function runsCsv({ runs, analysis }: Pick<SweepFile, 'runs' | 'analysis'>): string {
  const { cells, measures } = analysis;
  const factors = [...new Set(cells.flatMap((cell) => Object.keys(cell.factors)))];
  const names = measures.map(({ measure }) => measure);
  const head = ['run', 'round', 'cell', ...factors, 'counts', 'status', 'reason', ...names];
  const row = (run: SweepRun) => {
    const cell = cells.find(({ name }) => name === run.cell);
    return [
      run.path.replace(/^runs\//, ''),
      String(run.round ?? ''),
      run.cell,
      ...factors.map((factor) => cell?.factors[factor] ?? ''),
      run.counts ? '1' : '0',
      run.status,
      run.reason ?? '',
      ...names.map((name) => figureText(run.figures[name] ?? null)),
    ];
  };
  return [head, ...runs.map(row)].map((fields) => `${fields.map(quoted).join(',')}\n`).join('');
}

/** A percentile among messages without a latency is above any number. */
function figureText(figure: SweepRun['figures'][string]): string {
  if (figure === null || figure === undefined) return '';
  return typeof figure === 'number' ? String(figure) : 'Inf';
}

/** RFC 4180. */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
