/** The per-second series as CSV, for spreadsheets and plots. */
import type { SecondRow } from './measurement.ts';

const COLUMNS = [
  'second',
  'scheduled',
  'sent',
  'acked',
  'failed',
  'p50',
  'p99',
  'max',
  'scheduleLagP99',
  'inFlight',
  'cpuPct',
] as const satisfies readonly (keyof SecondRow)[];

/** A header and one line a second; latencies in µs, empty where there was nothing to measure. */
export function seriesCsv(rows: readonly SecondRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => row[column] ?? '').join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}
