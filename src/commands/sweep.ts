/** `load sweep`: every combination of settings, in shuffled rounds. */
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { planExperiment } from '../experiments/plan-experiment.ts';
import { runSweep } from '../experiments/sweep.ts';
import { requestOf, type SweepOptions } from '../experiments/sweep-options.ts';
import { dimensionsOfFlags } from '../experiments/vary.ts';
import { endLine, experimentLines, planOfExperiment, startLine } from './experiment-text.ts';
import { describeFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { formatOf, isSet, listValue, logLevelOf, overridesOf, profileOf, textValue, type Values } from './values.ts';

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const { values, params, terminal, commandLine } = invocation;
  const format = formatOf(values);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const options = { ...experimentOptions(values), overrides: overridesOf(values, params) };
  const request = requestOf(profileOf(values), options, dimensionsOfFlags(listValue(values, 'vary')));
  const planned = await planExperiment(request);
  if (isSet(values, 'plan')) {
    const text =
      format === 'json'
        ? JSON.stringify(planOfExperiment(planned), null, 2)
        : experimentLines(planned, true).join('\n');
    terminal.stdout.write(`${text}\n`);
    return EXIT.ok;
  }
  const stop = new AbortController();
  try {
    const report = await runSweep(planned, {
      ...options,
      command: commandLine,
      signal: stop.signal,
      onPlan(experiment, directory) {
        for (const line of experimentLines(experiment, false)) notices.note(line);
        notices.note(`  directory: ${directory}`);
        terminal.onInterrupt((interruption) => {
          notices.note(
            `${interruption.by}: the run that is under way drains and is not counted; repeat to exit immediately`,
          );
          stop.abort(interruption);
        });
      },
      onRun: (run) => notices.note(startLine(run)),
      onRunEnd: (run, record) => notices.note(endLine(run, record)),
      ...(terminal.stderr.isTTY === true && { onProgress: (progress) => notices.progress(progress) }),
      onWarning: (warning) => notices.warn(warning),
      onNote: (note) => notices.note(note),
    });
    if (report.failure !== undefined) notices.error(describeFailure(report.failure, false).lines);
    return report.exitCode;
  } finally {
    notices.close();
  }
}

/** @throws InputError where a number is not one. */
export function experimentOptions(values: Values): SweepOptions {
  const names = ['repeat', 'max-repeat', 'settle', 'baseline', 'goal', 'out'];
  const [repeat, maxRepeat, settle, baseline, goal, out] = names.map((name) => textValue(values, name));
  return {
    ...(repeat !== undefined && { repeat: repeat === 'auto' ? repeat : countOf(repeat, '--repeat', 1) }),
    ...(maxRepeat !== undefined && { maxRepeat: countOf(maxRepeat, '--max-repeat', 2) }),
    ...(settle !== undefined && { settle }),
    ...(baseline !== undefined && { baseline }),
    ...(goal !== undefined && { goal }),
    ...(out !== undefined && { out }),
    ...(isSet(values, 'resume') && { resume: true }),
  };
}

function countOf(text: string, place: string, min: number): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= min) return count;
  const also = place === '--repeat' ? ', or auto' : '';
  throw new InputError([{ place, message: `expected a whole number from ${min} on${also}, not \`${text}\`` }]);
}
