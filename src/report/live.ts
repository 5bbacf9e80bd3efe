/** How a run is going: a view that redraws itself on a terminal, one plain line at a time elsewhere. */
import { styleText } from 'node:util';
import { formatClock, formatMs, formatPerSec } from '../figures.ts';
import type { MessageSummary } from '../recorder/message-summary.ts';
import type { Progress } from '../recorder/progress.ts';
import { formatCount, NS_PER_SEC } from '../units.ts';
import { messageParts, stateLine } from './lifecycle-lines.ts';
import { clip } from './text-layout.ts';

const BAR_CELLS = 40;

/** Lines of the live view, each at most `columns` wide. */
export function renderLive(progress: Progress, { color = false, columns = 100 } = {}): string[] {
  const { elapsedNs, phase, lastRow, scenarios, database } = progress;
  const share = shareDone(progress);
  const filled = Math.round((share ?? 0) * BAR_CELLS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
  const percent = share === null ? '' : ` ${Math.floor(share * 100)} %`;
  const running = scenarios > 1 ? `${phase}, ${scenarios} scenarios` : phase;
  const lines = [
    `${color ? styleText('cyan', bar, { validateStream: false }) : bar}${percent}  ${running}`,
    `time      ${formatClock(elapsedNs)} elapsed${describeEnd(progress)}`,
    `rate      ${describeRate(progress)}`,
    `messages  ${describeCounts(progress)}`,
    ...(phase === 'done' ? [] : [`latency   ${describeLatency(lastRow)}`]),
    ...(database === undefined ? [] : databaseLines(database)),
  ];
  return lines.map((line) => clip(line, columns));
}

/** One line, without a newline: `0:12/1:00 load, 0:48 left, ends 12:01:00 | 1,000/s acked of 1,000/s | 12,000 sent, …`. */
export function renderPlainLine(progress: Progress): string {
  const { elapsedNs, plannedNs, phase, lastRow, database } = progress;
  const of = plannedNs === null ? '' : `/${formatClock(plannedNs)}`;
  const parts = [
    `${formatClock(elapsedNs)}${of} ${phase}${describeEnd(progress)}`,
    describeRate(progress),
    describeCounts(progress),
    ...(phase === 'done' ? [] : [describeLatency(lastRow)]),
    ...(database === undefined ? [] : messageParts(database)),
  ];
  return parts.join(' | ');
}

/** Draws over what it drew before. `close` leaves the last state standing. */
export interface LiveView {
  update(progress: Progress): void;
  /** A line, or several, that stays; on a terminal above the view. */
  note(text: string): void;
  close(): void;
}

/** A view for a terminal (`stream.isTTY`), redrawn at every update; elsewhere a plain line at most every `plainEveryMs`. */
export function createLiveView(
  stream: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    hasColors?(): boolean;
  },
  { plainEveryMs = 5_000, now = () => performance.now() } = {},
): LiveView {
  if (stream.isTTY !== true) return createPlainView(stream, plainEveryMs, now);
  let drawn: readonly string[] = [];
  // Up to the first line drawn, and everything below it cleared.
  const back = () => (drawn.length === 0 ? '' : `\x1b[${drawn.length}A\x1b[J`);
  const write = (text: string, lines: readonly string[]) => {
    stream.write(`${back()}${text}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines;
  };
  return {
    update: (progress) =>
      write('', renderLive(progress, { color: stream.hasColors?.() ?? false, columns: stream.columns ?? 100 })),
    note: (text) => write(`${text}\n`, drawn),
    close() {
      drawn = [];
    },
  };
}

function createPlainView(stream: NodeJS.WritableStream, everyMs: number, now: () => number): LiveView {
  let nextMs = Number.NEGATIVE_INFINITY;
  let pending: Progress | undefined;
  const print = (progress: Progress) => {
    stream.write(`${renderPlainLine(progress)}\n`);
    nextMs = now() + everyMs;
    pending = undefined;
  };
  return {
    update(progress) {
      if (now() >= nextMs) print(progress);
      else pending = progress;
    },
    note: (text) => void stream.write(`${text}\n`),
    close() {
      if (pending !== undefined) print(pending);
    },
  };
}

function databaseLines(database: MessageSummary): string[] {
  const [, ...rest] = messageParts(database);
  return [`states    ${stateLine(database)}`, `carriers  ${rest.join('; ')}`];
}

/** The countdown, and when it will stop; empty where a number of messages ends it, or the end has come. */
function describeEnd({ phase, elapsedNs, plannedNs, plannedCount, endsAtMs }: Progress): string {
  if (isEnding(phase)) return '';
  if (plannedNs === null && plannedCount === null) return ', until it is stopped';
  // Of what has begun: what has gone by and what is left then add up to the whole.
  const leftNs = plannedNs === null ? null : Math.max(0, Math.ceil((plannedNs - elapsedNs) / NS_PER_SEC) * NS_PER_SEC);
  const left = leftNs === null ? '' : `, ${formatClock(leftNs)} left`;
  const ends = endsAtMs === null ? '' : `, ends ${new Date(endsAtMs).toTimeString().slice(0, 8)}`;
  return left + ends;
}

/** Nothing more is sent, and so nothing is planned. */
function isEnding(phase: Progress['phase']): boolean {
  return phase === 'drain' || phase === 'done';
}

/** By time where time bounds the run, else by messages; null where neither is known. All, once the last one is sent. */
function shareDone(progress: Progress): number | null {
  const { elapsedNs, plannedNs, plannedCount, scheduled } = progress;
  if (isComplete(progress)) return 1;
  if (plannedNs !== null && plannedNs > 0) return Math.min(1, elapsedNs / plannedNs);
  return plannedCount !== null && plannedCount > 0 ? Math.min(1, scheduled / plannedCount) : null;
}

/** Of the last second; when all is done of the whole run, for the last second is then a remainder. */
function describeRate(progress: Progress): string {
  const { phase, lastRow, targetPerSec, acked } = progress;
  if (phase === 'done') return `${formatPerSec((acked * NS_PER_SEC) / runNs(progress))} acked on average`;
  const now = lastRow === undefined ? '–' : formatPerSec(lastRow.acked);
  return targetPerSec === null || isEnding(phase) ? `${now} acked` : `${now} acked of ${formatPerSec(targetPerSec)}`;
}

/** A schedule that was sent to its end took its planned time, though its last message is due before that. */
function runNs(progress: Progress): number {
  const { elapsedNs, plannedNs } = progress;
  return isComplete(progress) ? Math.max(elapsedNs, plannedNs ?? 0) : elapsedNs;
}

function isComplete({ plannedCount, sent, shed }: Progress): boolean {
  return plannedCount !== null && plannedCount > 0 && sent + shed >= plannedCount;
}

function describeCounts({ sent, acked, failed, shed, inFlight }: Progress): string {
  const counts = { sent, acked, failed, ...(shed > 0 && { shed }), 'in flight': inFlight };
  return Object.entries(counts)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(', ');
}

function describeLatency(row: Progress['lastRow']): string {
  if (row === undefined) return 'no latency yet';
  if (row.p50 === null || row.p99 === null) return 'no acknowledgement in the last second';
  return `p50 ${formatMs(row.p50)} ms, p99 ${formatMs(row.p99)} ms in the last second`;
}
