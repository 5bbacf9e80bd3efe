/** What running an experiment is at a terminal: its plan, its progress, and signals. */

import { EXIT, InputError } from '../errors.ts';
import type { IsDecided } from '../experiments/decided.ts';
import type { PlannedExperiment } from '../experiments/plan-experiment.ts';
import { trackSweep } from '../experiments/progress-tracker.ts';
import { runSweep, type SweepReport } from '../experiments/sweep.ts';
import type { SweepOptions } from '../experiments/sweep-options.ts';
import { suggest } from '../nearest.ts';
import { shownPath } from '../workload/shown-path.ts';
import { endLine, experimentLines, startLine } from './experiment-text.ts';
import { describeFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import { type LivePage, openLivePage, reportIn } from './live-page.ts';
import { Notices } from './notices.ts';
import { localShardsOf } from './shard-count.ts';
import { isSet, logLevelOf, textValue, type Values } from './values.ts';

const KEPT = 'finished runs are kept: the same command with --resume goes on';
const DRAINS = 'the run under way drains and is not counted; repeat to exit immediately';

export async function runShown(
  planned: PlannedExperiment,
  options: SweepOptions,
  { values, terminal, commandLine }: Invocation,
  isDecided?: IsDecided,
): Promise<SweepReport> {
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const stop = new AbortController();
  let tracker: ReturnType<typeof trackSweep> | undefined;
  let live: LivePage | undefined;
  try {
    live = await openLivePage(values, notices);
    const report = await runSweep(
      planned,
      {
        ...options,
        command: commandLine,
        signal: stop.signal,
        onPlan(experiment, directory) {
          for (const line of experimentLines(experiment, { isResumed: options.resume === true })) notices.note(line);
          notices.note(`  directory: ${shownPath(directory)}`);
          tracker = trackSweep(experiment, (progress) => {
            notices.experiment(progress);
            live?.experiment(progress);
          });
          terminal.onInterrupt((interruption) => {
            notices.note(`${interruption.by}: ${DRAINS}`);
            stop.abort(interruption);
          });
        },
        onRun(run) {
          if (!notices.isLive) notices.note(startLine(run));
          tracker?.onRun(run);
        },
        onRunEnd(run, record) {
          notices.note(endLine(run, record));
          tracker?.onRunEnd(run, record);
        },
        ...((notices.isLive || live) && { onProgress: (progress) => tracker?.onProgress(progress) }),
        ...(live && { onLive: live.send }),
        onWarning: (warning) => notices.warn(warning),
        onNote: (note) => notices.note(note),
      },
      isDecided,
    );
    tracker?.done();
    const { failure, exitCode } = report;
    if (failure !== undefined) notices.error([...describeFailure(failure, false).lines, `  ${KEPT}`]);
    else if (exitCode === EXIT.sigint || exitCode === EXIT.sigterm) notices.note(KEPT);
    await live?.end(() => reportIn(report.directory));
    return report;
  } finally {
    live?.close();
    notices.close();
  }
}

/** @throws InputError where a number is not one. */
export function experimentOptions(invocation: Invocation): SweepOptions {
  const { values } = invocation;
  const names = ['repeat', 'max-repeat', 'settle', 'out'];
  const [repeat, maxRepeat, settle, out] = names.map((name) => textValue(values, name));
  return {
    ...(repeat !== undefined && { repeat: repeat === 'auto' ? repeat : countOf(repeat, '--repeat', 1) }),
    ...(maxRepeat !== undefined && { maxRepeat: countOf(maxRepeat, '--max-repeat', 2) }),
    ...(settle !== undefined && { settle }),
    ...(out !== undefined && { out }),
    shards: localShardsOf(invocation),
    ...(isSet(values, 'resume') && { resume: true }),
  };
}

/** `text,json` @throws InputError with the nearest of what there is. */
export function formatsOf(values: Values, known: readonly string[]): string[] {
  const formats = (textValue(values, 'format') ?? '').split(',').map((name) => name.trim());
  const unknown = formats.filter((name) => !known.includes(name));
  if (unknown.length === 0) return formats;
  throw new InputError(
    unknown.map((name) => {
      const hint = suggest(name, known);
      return { place: '--format', message: `\`${name}\` is not known`, ...(hint && { hint }) };
    }),
  );
}

function countOf(text: string, place: string, min: number): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= min) return count;
  const also = place === '--repeat' ? ', or auto' : '';
  throw new InputError([{ place, message: `expected a whole number from ${min} on${also}, not \`${text}\`` }]);
}
