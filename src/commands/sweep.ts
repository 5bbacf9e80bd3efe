/** `load sweep`: every combination of settings, in shuffled rounds. */
import { EXIT, type ExitCode } from '../errors.ts';
import { planExperiment } from '../experiments/plan-experiment.ts';
import { requestOf } from '../experiments/sweep-options.ts';
import { dimensionsOfFlags } from '../experiments/vary.ts';
import { renderSweepAs, SWEEP_FORMATS } from '../report/sweep-reports.ts';
import { shownPath } from '../workload/shown-path.ts';
import { experimentOptions, formatsOf, runShown } from './experiment-run.ts';
import { experimentLines, planOfExperiment } from './experiment-text.ts';
import type { Invocation } from './invocation.ts';
import { summaryLook, writeApart } from './terminal.ts';
import { isSet, listValue, overridesOf, profileOf, textValue } from './values.ts';

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const { values, params, terminal } = invocation;
  const formats = formatsOf(values, SWEEP_FORMATS);
  const [baseline, goal] = [textValue(values, 'baseline'), textValue(values, 'goal')];
  const options = {
    ...experimentOptions(invocation),
    overrides: overridesOf(values, params),
    ...(baseline !== undefined && { baseline }),
    ...(goal !== undefined && { goal }),
  };
  const request = requestOf(profileOf(values), options, dimensionsOfFlags(listValue(values, 'vary')));
  const planned = await planExperiment(request);
  if (isSet(values, 'plan')) {
    const isJson = formats.includes('json');
    const plan = isJson
      ? JSON.stringify(planOfExperiment(planned), null, 2)
      : experimentLines(planned, { withCells: true }).join('\n');
    terminal.stdout.write(`${plan}\n`);
    return EXIT.ok;
  }
  const { sweep, directory, exitCode } = await runShown(planned, options, invocation);
  if (sweep.runs.length === 0) return exitCode;
  if (formats[0] === 'text') writeApart(terminal);
  const look = { ...summaryLook(terminal.stdout, false), directory: shownPath(directory) };
  for (const format of formats) terminal.stdout.write(await renderSweepAs(format, sweep, look));
  return exitCode;
}
