/** How a run is going: a view that redraws itself on a terminal, one plain line at a time elsewhere. */
import { styleText } from 'node:util';
import type { ExperimentProgress } from '../compare/experiment-progress.ts';
import { formatClock } from '../figures.ts';
import type { MessageSummary } from '../recorder/message-summary.ts';
import type { Progress } from '../recorder/progress.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { NS_PER_SEC } from '../units.ts';
import { consumerProgressLines, consumerProgressParts } from './consumer-progress-lines.ts';
import { renderExperiment } from './experiment-live.ts';
import { messageParts, stateLine } from './lifecycle-lines.ts';
import { isRedrawn, LiveScreen, type ScreenSize, type TerminalStream } from './live-screen.ts';
import { describeCounts, describeLatency, describeRate, isComplete, isEnding, runLines } from './run-lines.ts';
import { shardsProgressLines, shardsProgressParts } from './shards-progress-line.ts';
import { progressBar, withRow } from './sparkline.ts';

const BAR_CELLS = 40;

/**
 * Lines of the live view; the screen cuts those that are wider than `columns`.
 * @param minute rows of the last minute, for the sparklines.
 */
export function renderLive(
  progress: Progress,
  { color = false, columns = 100, rows = 24 }: Partial<ScreenSize> = {},
  minute: readonly SecondRow[] = [],
): string[] {
  const { elapsedNs, phase, scenarios, database, consumers = {}, shards } = progress;
  const share = shareDone(progress);
  const percent = share === null ? '' : ` ${Math.floor(share * 100)} %`;
  const running = scenarios > 1 ? `${phase}, ${scenarios} scenarios` : phase;
  const tail = `${percent}  ${running}`;
  const bar = progressBar(share ?? 0, Math.max(5, Math.min(BAR_CELLS, columns - tail.length)));
  const head = [
    `${color ? styleText('cyan', bar, { validateStream: false }) : bar}${tail}`,
    `time      ${formatClock(elapsedNs)} elapsed${describeEnd(progress)}`,
  ];
  const foot = [
    ...consumerProgressLines(consumers, color),
    ...(database === undefined ? [] : databaseLines(database)),
    ...shardsProgressLines(shards, color),
  ];
  const room = rows - 1 - head.length - foot.length;
  // A run that only reads has nothing to say of messages sent.
  const sent = isReadOnly(progress) ? [] : runLines(progress, { color, columns, room }, minute);
  return [...head, ...sent, ...foot];
}

/** One line, without a newline: `0:12/1:00 load, 0:48 left, ends 12:01:00 | 1,000/s acked of 1,000/s | 12,000 sent, …`. */
export function renderPlainLine(progress: Progress, minute: readonly SecondRow[] = []): string {
  const { elapsedNs, plannedNs, phase, lastRow, database, consumers = {}, shards } = progress;
  const of = plannedNs === null ? '' : `/${formatClock(plannedNs)}`;
  const parts = [
    `${formatClock(elapsedNs)}${of} ${phase}${describeEnd(progress)}`,
    ...(isReadOnly(progress) ? [] : [describeRate(progress, minute), describeCounts(progress)]),
    ...(phase === 'done' || isReadOnly(progress) ? [] : [describeLatency(lastRow)]),
    ...consumerProgressParts(consumers),
    ...(database === undefined ? [] : messageParts(database)),
    ...shardsProgressParts(shards),
  ];
  return parts.join(' | ');
}

/** Draws over what it drew before. `close` leaves the last state standing. */
export interface LiveView {
  update(progress: Progress): void;
  /** Of a run of runs; elsewhere than on a terminal its lines are notes. */
  experiment(progress: ExperimentProgress): void;
  /** A line, or several, that stays; on a terminal above the view. */
  note(text: string): void;
  close(): void;
}

interface LiveOptions {
  readonly plainEveryMs?: number;
  readonly now?: () => number;
  readonly env?: NodeJS.ProcessEnv;
}

/** A view where it can be redrawn (`isRedrawn`); elsewhere a plain line at most every `plainEveryMs`. */
export function createLiveView(
  stream: TerminalStream,
  { plainEveryMs = 5_000, now = () => performance.now(), env = process.env }: LiveOptions = {},
): LiveView {
  if (!isRedrawn(stream, env)) return createPlainView(stream, plainEveryMs, now);
  const screen = new LiveScreen(stream);
  let minute: readonly SecondRow[] = [];
  return {
    update(progress) {
      minute = withRow(minute, progress.lastRow);
      screen.draw((size) => renderLive(progress, size, minute));
    },
    experiment(progress) {
      minute = withRow(minute, progress.run?.lastRow);
      screen.draw((size) => renderExperiment(progress, size, minute));
    },
    note: (text) => screen.note(text),
    close: () => screen.close(),
  };
}

function createPlainView(stream: NodeJS.WritableStream, everyMs: number, now: () => number): LiveView {
  let nextMs = Number.NEGATIVE_INFINITY;
  let pending: Progress | undefined;
  let minute: readonly SecondRow[] = [];
  const print = (progress: Progress) => {
    stream.write(`${renderPlainLine(progress, minute)}\n`);
    nextMs = now() + everyMs;
    pending = undefined;
  };
  return {
    update(progress) {
      minute = withRow(minute, progress.lastRow);
      if (now() >= nextMs) print(progress);
      else pending = progress;
    },
    experiment: () => {},
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
  if (plannedNs !== null && elapsedNs > plannedNs + NS_PER_SEC)
    return `, ${formatClock(elapsedNs - plannedNs)} overdue`;
  // Of what has begun: what has gone by and what is left then add up to the whole.
  const leftNs = plannedNs === null ? null : Math.max(0, Math.ceil((plannedNs - elapsedNs) / NS_PER_SEC) * NS_PER_SEC);
  const left = leftNs === null ? '' : `, ${formatClock(leftNs)} left`;
  const ends = endsAtMs === null ? '' : `, ends ${new Date(endsAtMs).toTimeString().slice(0, 8)}`;
  return left + ends;
}

/** By time where time bounds the run, else by messages; null where neither is known. All, once the last one is sent. */
function shareDone(progress: Progress): number | null {
  const { elapsedNs, plannedNs, plannedCount, scheduled } = progress;
  if (isReadOnly(progress) && plannedNs === null) return shareRead(progress);
  if (isComplete(progress)) return 1;
  if (plannedNs !== null && plannedNs > 0) return Math.min(1, elapsedNs / plannedNs);
  return plannedCount !== null && plannedCount > 0 ? Math.min(1, scheduled / plannedCount) : null;
}

function isReadOnly({ scenarios, consumers }: Progress): boolean {
  return scenarios === 0 && consumers !== undefined;
}

/** Of what was in the topics at the start; null where a group has no end. */
function shareRead({ consumers = {} }: Progress): number | null {
  const groups = Object.values(consumers);
  if (groups.some(({ left }) => left === null)) return null;
  const consumed = groups.reduce((sum, group) => sum + group.consumed, 0);
  const all = groups.reduce((sum, { left }) => sum + left!, consumed);
  return all === 0 ? null : consumed / all;
}
