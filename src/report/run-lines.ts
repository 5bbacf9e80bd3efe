/** Rate, messages and latency of a run under way: in its own view and in that of an experiment. */
import { styleText } from 'node:util';
import { formatMs, formatPerSec } from '../figures.ts';
import type { Progress } from '../recorder/progress.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { formatCount, NS_PER_SEC } from '../units.ts';
import { lastMinute, progressBar, sparkline } from './sparkline.ts';

const INDENT = '          ';
const IN_FLIGHT_CELLS = 40;
/** Below this, a second says nothing about a rate. */
const SLOW_PER_SEC = 10;

export interface RunLinesLook {
  readonly color: boolean;
  readonly columns: number;
  /** Lines there is room for: pictures of what the numbers say are left out first. */
  readonly room: number;
}

export function runLines(progress: Progress, look: RunLinesLook, minute: readonly SecondRow[]): string[] {
  const { phase, lastRow, inFlight, inFlightMax } = progress;
  const { columns, color, room } = look;
  const [rate, counts] = [`rate      ${describeRate(progress, minute)}`, describeCounts(progress, { color })];
  if (phase === 'done') return [rate, `messages  ${counts}`];
  // Without a picture that there is no room for, least needed first.
  let [acked, due] = rateLines(minute, progress.targetPerSec !== null, columns);
  let p99 = latencyLine(minute, columns);
  let bar: string | undefined = inFlightLine(inFlight, inFlightMax, columns);
  const isFull = () => 3 + [acked, due, p99, bar].filter((line) => line !== undefined).length > room;
  if (isFull()) due = undefined;
  if (isFull()) bar = undefined;
  if (isFull()) p99 = undefined;
  if (isFull()) acked = undefined;
  const messages = bar === undefined ? counts : describeCounts(progress, { color, withInFlight: false });
  const latency = `latency   ${describeLatency(lastRow)}`;
  return [rate, acked, due, `messages  ${messages}`, bar, latency, p99].filter((line) => line !== undefined);
}

/** Of the last second, or at a slow rate of the last minute; when all is done of the whole run. */
export function describeRate(progress: Progress, minute: readonly SecondRow[] = []): string {
  const { phase, lastRow, targetPerSec, acked } = progress;
  if (phase === 'done') return `${formatPerSec((acked * NS_PER_SEC) / runNs(progress))} acked on average`;
  const isPlanned = targetPerSec !== null && !isEnding(phase);
  if (isPlanned && targetPerSec < SLOW_PER_SEC && lastRow !== undefined) return describeSlow(targetPerSec, minute);
  const now = `${lastRow === undefined ? '–' : formatPerSec(lastRow.acked)} acked`;
  if (!isPlanned) return now;
  return targetPerSec === 0 ? `${now}, none due now` : `${now} of ${formatPerSec(targetPerSec)}`;
}

function describeSlow(targetPerSec: number, minute: readonly SecondRow[]): string {
  const sum = (column: 'acked' | 'scheduled') => formatCount(minute.reduce((total, row) => total + row[column], 0));
  const now = targetPerSec === 0 ? 'none' : formatPerSec(targetPerSec);
  const over = minute.length === 1 ? 'last second' : `last ${minute.length} s`;
  return `${sum('acked')} acked of ${sum('scheduled')} due in the ${over}; ${now} due now`;
}

/** @param withInFlight where no bar shows it. */
export function describeCounts(
  { sent, acked, failed, shed, inFlight }: Progress,
  { withInFlight = true, color = false } = {},
): string {
  const counts = { sent, acked, failed, ...(shed > 0 && { shed }), ...(withInFlight && { 'in flight': inFlight }) };
  return Object.entries(counts)
    .map(([name, count]) => {
      const text = `${formatCount(count)} ${name}`;
      return color && name === 'failed' && count > 0 ? styleText('red', text, { validateStream: false }) : text;
    })
    .join(', ');
}

export function describeLatency(row: SecondRow | undefined): string {
  if (row === undefined) return 'no latency yet';
  if (row.p50 === null || row.p99 === null) return 'no acknowledgement in the last second';
  return `p50 ${formatMs(row.p50)} ms, p99 ${formatMs(row.p99)} ms in the last second`;
}

/** Nothing more is sent, and so nothing is planned. */
export function isEnding(phase: Progress['phase']): boolean {
  return phase === 'drain' || phase === 'done';
}

export function isComplete({ plannedCount, sent, shed }: Progress): boolean {
  return plannedCount !== null && plannedCount > 0 && sent + shed >= plannedCount;
}

/** A schedule that was sent to its end took its planned time, though its last message is due before that. */
function runNs(progress: Progress): number {
  const { elapsedNs, plannedNs } = progress;
  return isComplete(progress) ? Math.max(elapsedNs, plannedNs ?? 0) : elapsedNs;
}

/** What was acknowledged above what was due, both on one scale; of a closed loop the first alone. */
function rateLines(minute: readonly SecondRow[], isPlanned: boolean, columns: number): string[] {
  const widest = ` ≤ ${formatPerSec(Math.max(...minute.flatMap(({ acked, scheduled }) => [acked, scheduled])))}`;
  const seriesOf = (column: 'acked' | 'scheduled') =>
    lastMinute(minute, columns - INDENT.length - widest.length, (rows) => {
      return rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
    });
  const [acked, due] = [seriesOf('acked'), isPlanned ? seriesOf('scheduled') : []];
  const top = Math.max(...[...acked, ...due].map((perSec) => perSec ?? 0));
  if (!(top > 0)) return [];
  const line = (name: string, series: typeof acked) => `  ${name}${sparkline(series, top)} ≤ ${formatPerSec(top)}`;
  return [line('acked   ', acked), ...(isPlanned ? [line('due     ', due)] : [])];
}

function latencyLine(minute: readonly SecondRow[], columns: number): string | undefined {
  const top = Math.max(...minute.map(({ p99 }) => p99 ?? 0));
  if (!(top > 0)) return undefined;
  const scale = ` ≤ ${formatMs(top)} ms`;
  const values = lastMinute(minute, columns - INDENT.length - scale.length, (rows) => {
    const known = rows.flatMap(({ p99 }) => (p99 === null ? [] : [p99]));
    return known.length === 0 ? null : Math.max(...known);
  });
  return `  p99     ${sparkline(values, top)}${scale}`;
}

function inFlightLine(inFlight: number, max: number, columns: number): string {
  const tail = ` ${formatCount(inFlight)} of ${formatCount(max)}`;
  const cells = Math.max(5, Math.min(IN_FLIGHT_CELLS, columns - INDENT.length - tail.length));
  return `in flight ${progressBar(max === 0 ? 0 : inFlight / max, cells)}${tail}`;
}
