/** What senders did, as a person, a script or Prometheus reads it. */
import type { MetricFamily } from '../../report/prometheus.ts';
import { senderFamilies } from '../../report/sender-metrics.ts';
import { addTotals, PROCESSING_BOUNDS_US, type SenderCounts, type SenderTotals } from '../../roles/sender-totals.ts';
import { formatCount, formatDuration, NS_PER_US, US_PER_MS } from '../../units.ts';

type Totals = ReadonlyMap<string, SenderCounts>;

/** `sent 161, failed 39, average 101.2ms` */
export function totalsText(totals: Totals): string {
  const { sent, failed, processingUs } = addTotals(totals.values());
  return `sent ${formatCount(sent)}, failed ${formatCount(failed)}, average ${averageText({ sent, failed, processingUs })}`;
}

/** A table: each sender, then all of them. */
export function totalsTable(totals: Totals): string {
  const rows = [...totals].map(([name, each]) => [name, ...cells(each)]);
  const all = ['all', ...cells(addTotals(totals.values()))];
  return table([['sender', 'sent', 'failed', 'average'], ...rows, ...(rows.length > 1 ? [all] : [])]);
}

/** Numbers are exact; `averageMs` is null before the first message. */
export function totalsJson(totals: Totals): Record<string, unknown> {
  return {
    ...plain(addTotals(totals.values())),
    senders: Object.fromEntries([...totals].map(([name, each]) => [name, plain(each)])),
  };
}

/** For Prometheus. */
export function totalsFamilies(totals: ReadonlyMap<string, SenderTotals>): MetricFamily[] {
  const readings = [...totals].map(([sender, each]) => ({ sender, ...each }));
  return senderFamilies(readings, PROCESSING_BOUNDS_US);
}

function cells(totals: SenderCounts): string[] {
  return [formatCount(totals.sent), formatCount(totals.failed), averageText(totals)];
}

function plain({ sent, failed, processingUs }: SenderCounts) {
  const count = sent + failed;
  return { sent, failed, averageMs: count === 0 ? null : processingUs / count / US_PER_MS };
}

function averageText({ sent, failed, processingUs }: SenderCounts): string {
  const count = sent + failed;
  return count === 0 ? '-' : formatDuration((processingUs / count) * NS_PER_US, 1e5);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]! + 2);
  return rows.map((row) => row.map(pad).join('')).join('\n');
}
