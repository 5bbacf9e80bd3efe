/** The per-second series as CSV, for spreadsheets and plots. */
import { SECOND_COLUMNS as COLUMNS, type SecondRow } from '../recorder/second-row.ts';

/** A header and one line a second; latencies in µs, empty where there was nothing to measure. */
export function seriesCsv(rows: readonly SecondRow[]): string {
  return seriesHeader() + rows.map((row) => `${seriesLine(row)}\n`).join('');
}

export function seriesHeader(): string {
  return `${COLUMNS.join(',')}\n`;
}

/** Without its end. */
export function seriesLine(row: SecondRow): string {
  return COLUMNS.map((column) => row[column] ?? '').join(',');
}

/** The rows of such a text; a line that is not whole is left out. What an earlier version had no column for is null. */
export function parseSeries(text: string): SecondRow[] {
  // After a write that failed half-way its seconds are there twice.
  const rows = new Map<number, SecondRow>();
  const [header = '', ...lines] = text.split('\n').slice(0, -1);
  const written = header.split(',');
  const places = COLUMNS.map((column) => written.indexOf(column));
  for (const line of lines) {
    const values = line.split(',').map((value) => (value === '' ? null : Number(value)));
    if (values.length !== written.length || values.some((value) => Number.isNaN(value))) continue;
    const cells = COLUMNS.map((column, i) => [column, values[places[i]!] ?? null]);
    const row = Object.fromEntries(cells) as SecondRow;
    rows.set(row.second, row);
  }
  return [...rows.values()];
}
