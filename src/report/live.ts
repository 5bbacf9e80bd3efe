/** How a run is going: a view that redraws itself on a terminal, one plain line at a time elsewhere. */
import { styleText } from 'node:util';
import type { Progress } from '../result/progress.ts';
import { formatCount } from '../units.ts';
import { clip, formatClock, formatMs, formatPerSec } from './text.ts';

const BAR_CELLS = 40;

/** Lines of the live view, each at most `columns` wide. */
export function renderLive(progress: Progress, { color = false, columns = 100 } = {}): string[] {
  const { elapsedNs, plannedNs, endsAtMs, phase, lastRow, scenarios } = progress;
  const share = shareDone(progress);
  const filled = Math.round((share ?? 0) * BAR_CELLS);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
  const percent = share === null ? '' : ` ${Math.floor(share * 100)} %`;
  const left = plannedNs === null ? '' : `, ${formatClock(Math.max(0, plannedNs - elapsedNs))} left`;
  const ends = endsAtMs === null ? '' : `, ends ${new Date(endsAtMs).toTimeString().slice(0, 8)}`;
  const running = scenarios > 1 ? `${phase}, ${scenarios} scenarios` : phase;
  const lines = [
    `${color ? styleText('cyan', bar, { validateStream: false }) : bar}${percent}  ${running}`,
    `time      ${formatClock(elapsedNs)} elapsed${left}${ends}`,
    `rate      ${describeRate(progress)}`,
    `messages  ${describeCounts(progress)}`,
    `latency   ${describeLatency(lastRow)}`,
  ];
  return lines.map((line) => clip(line, columns));
}

/** One line, without a newline: `0:12 load  1,000/s of 1,000/s  sent 12,000  …`. */
export function renderPlainLine(progress: Progress): string {
  const { elapsedNs, plannedNs, phase, lastRow } = progress;
  const of = plannedNs === null ? '' : `/${formatClock(plannedNs)}`;
  const parts = [
    `${formatClock(elapsedNs)}${of} ${phase}`,
    describeRate(progress),
    describeCounts(progress),
    describeLatency(lastRow),
  ];
  return parts.join(' | ');
}

/** Draws over what it drew before. `close` leaves the last state standing. */
export interface LiveView {
  update(progress: Progress): void;
  close(): void;
}

/** A view for a terminal (`stream.isTTY`), redrawn at every update; elsewhere a plain line at most every `plainEveryMs`. */
export function createLiveView(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
  { plainEveryMs = 5_000, now = () => performance.now() } = {},
): LiveView {
  if (stream.isTTY !== true) return createPlainView(stream, plainEveryMs, now);
  let drawn = 0;
  return {
    update(progress) {
      const lines = renderLive(progress, { color: true, columns: stream.columns ?? 100 });
      const back = drawn === 0 ? '' : `\x1b[${drawn}A`;
      stream.write(`${back}${lines.map((line) => `\x1b[2K${line}\n`).join('')}`);
      drawn = lines.length;
    },
    close() {
      drawn = 0;
    },
  };
}

function createPlainView(stream: NodeJS.WritableStream, everyMs: number, now: () => number): LiveView {
  let nextMs = Number.NEGATIVE_INFINITY;
  let unsaid: Progress | undefined;
  const say = (progress: Progress) => {
    stream.write(`${renderPlainLine(progress)}\n`);
    nextMs = now() + everyMs;
    unsaid = undefined;
  };
  return {
    update(progress) {
      if (now() >= nextMs) say(progress);
      else unsaid = progress;
    },
    close() {
      if (unsaid !== undefined) say(unsaid);
    },
  };
}

/** By time where time bounds the run, else by messages; null where neither is known. */
function shareDone({ elapsedNs, plannedNs, plannedCount, scheduled }: Progress): number | null {
  if (plannedNs !== null && plannedNs > 0) return Math.min(1, elapsedNs / plannedNs);
  return plannedCount !== null && plannedCount > 0 ? Math.min(1, scheduled / plannedCount) : null;
}

function describeRate({ lastRow, targetPerSec }: Progress): string {
  const now = lastRow === undefined ? '–' : formatPerSec(lastRow.acked);
  return targetPerSec === null ? `${now} acked` : `${now} acked of ${formatPerSec(targetPerSec)}`;
}

function describeCounts({ sent, acked, failed, shed, inFlight }: Progress): string {
  const counts = { sent, acked, failed, ...(shed > 0 && { shed }), 'in flight': inFlight };
  return Object.entries(counts)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(', ');
}

function describeLatency(row: Progress['lastRow']): string {
  if (row === undefined || row.p50 === null || row.p99 === null) return 'no acknowledgement in the last second';
  return `p50 ${formatMs(row.p50)} ms, p99 ${formatMs(row.p99)} ms in the last second`;
}
