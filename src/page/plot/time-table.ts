/** The numbers behind a chart over time. */
import type { DataTable } from './figure.tsx';

/** Two hours of seconds; more make a page that opens slowly. */
const ROWS_MAX = 7_200;

export interface TimeColumn<Row> {
  /** With its unit. */
  readonly title: string;
  readonly of: (row: Row) => number | null | undefined;
  /** As shown; by default the number itself. */
  readonly format?: (value: number) => string;
  /** What a row of several seconds says: their sum, or the greatest of them. */
  readonly several: 'sum' | 'max';
}

/** A row for each second; of long runs one for several. */
export function timeTable<Row extends { readonly second: number }>(
  rows: readonly Row[],
  columns: readonly TimeColumn<Row>[],
): DataTable {
  const seconds = Math.ceil(rows.length / ROWS_MAX) || 1;
  const groups = Array.from({ length: Math.ceil(rows.length / seconds) }, (_, i) =>
    rows.slice(i * seconds, (i + 1) * seconds),
  );
  return {
    columns: ['second', ...columns.map(({ title }) => title)],
    rows: groups.map((group) => [group[0]!.second, ...columns.map((column) => cell(column, group))]),
    ...(seconds > 1 && {
      stepSec: seconds,
      note: `each of ${seconds} seconds: counts are sums, all else the greatest value; series.csv has every second`,
    }),
  };
}

function cell<Row>({ of, format = String, several }: TimeColumn<Row>, group: readonly Row[]): string | null {
  const values = group.map(of).filter(isKnown);
  if (values.length === 0) return null;
  const value = several === 'sum' ? values.reduce((sum, each) => sum + each, 0) : Math.max(...values);
  return format(value);
}

/** Results of earlier engines lack columns. */
export function isKnown(value: number | null | undefined): value is number {
  return Number.isFinite(value);
}
