/** Several runs, a line each. */
import { formatPercentile, formatPerSec } from '../figures.ts';
import { countOf } from '../units.ts';
import type { NamedRun } from './runs-html.tsx';
import { onOneLine } from './text-escapes.ts';
import { clipOnTerminal, type Place } from './text-layout.ts';

/** Single runs show no difference: the command that compares stands below them. */
export function renderBeside(runs: readonly NamedRun[], place: Place = {}): string {
  const rows = runs.map(({ directory, result: { verdict, rate, latency } }) => {
    const { p50, p99, p999 } = latency.response;
    const figures = [formatPerSec(rate.achievedPerSec), ...[p50, p99, p999].map(formatPercentile)];
    return [verdict.status, ...figures, onOneLine(directory)];
  });
  const head = ['verdict', 'acked', 'p50, ms', 'p99', 'p99.9', 'run'];
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  const isWords = (i: number) => i === 0 || i === head.length - 1;
  const line = (row: readonly string[]) =>
    row
      .map((text, i) => (isWords(i) ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const note = `${countOf(runs.length, 'single run')} side by side show no difference between settings: repeat each, and use load compare`;
  return `${clipOnTerminal([head, ...rows].map(line), place).join('\n')}\n\n${note}\n`;
}
