/** `load run --repeat`: one profile several times, each run in its own process, judged against runs that were before. */
import { join } from 'node:path';
import { compareSets } from '../compare/comparison.ts';
import type { RunSet } from '../compare/run-record.ts';
import { loadRunSet } from '../compare/run-source.ts';
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { decidedGates } from '../experiments/decided.ts';
import { type PlannedExperiment, planExperiment } from '../experiments/plan-experiment.ts';
import { requestOf } from '../experiments/sweep-options.ts';
import { type Gate, parseGate } from '../objective-grammar.ts';
import { COMPARISON_FORMATS, renderComparison, writeComparison } from '../report/comparison-reports.ts';
import { PAGE_FILE, writePage } from '../report/page-file.ts';
import { renderSweepAs, SWEEP_FORMATS, sweepPage } from '../report/sweep-reports.ts';
import { shownPath } from '../workload/shown-path.ts';
import { experimentOptions, formatsOf, runShown } from './experiment-run.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { summaryLook, writeApart } from './terminal.ts';
import { isSet, listValue, logLevelOf, overridesOf, profileOf, textValue, type Values } from './values.ts';

export async function executeRepeat(invocation: Invocation): Promise<ExitCode> {
  const { values, params, terminal } = invocation;
  const baseline = textValue(values, 'baseline');
  const formats = formatsOf(values, baseline === undefined ? SWEEP_FORMATS : COMPARISON_FORMATS);
  const gates = gatesOf(values, baseline);
  const options = { ...experimentOptions(invocation), overrides: overridesOf(values, params) };
  checkDecides(options.repeat, gates);
  const measures = gates.map(({ measure }) => measure);
  const base = baseline === undefined ? undefined : await loadRunSet(baseline, { measures });
  const planned = await planExperiment({ ...requestOf(profileOf(values), options, []), measures });
  if (base !== undefined) checkProfile(base, planned);
  const decided = base && decidedGates(planned.maxRepeat, base, gates);
  const report = await runShown(planned, options, invocation, decided);
  const { sweep, cells, directory } = report;
  if (sweep.runs.length === 0) return report.exitCode;
  if (formats[0] === 'text') writeApart(terminal);
  const look = { ...summaryLook(terminal.stdout, false), directory: shownPath(directory) };
  if (base === undefined) {
    for (const format of formats) terminal.stdout.write(await renderSweepAs(format, sweep, look));
    return report.exitCode;
  }
  const comparison = compareSets(base, cells[0]!.set, { gates });
  const isEnded = report.failure === undefined;
  if (isEnded) {
    const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
    const warn = (warning: string) => notices.warn(warning);
    await writeComparison(directory, comparison, { sets: [base, cells[0]!.set] }, warn);
    // Again, with a link to the comparison.
    await writePage(join(directory, PAGE_FILE), sweepPage(sweep, { directory, cells }), warn);
  }
  for (const format of formats) {
    if (format === 'text') terminal.stdout.write(`${await renderSweepAs(format, sweep, look)}\n`);
    terminal.stdout.write(await renderComparison(format, comparison, look));
  }
  const isStopped = report.exitCode === EXIT.sigint || report.exitCode === EXIT.sigterm;
  return isEnded && !isStopped ? comparison.exitCode : report.exitCode;
}

function gatesOf(values: Values, baseline: string | undefined): Gate[] {
  const gates = listValue(values, 'gate').map((text) => parseGate(text, '--gate'));
  if (gates.length === 0 || baseline !== undefined) return gates;
  const hint = '--baseline FILE-or-DIR, e.g. one that `load baseline save` wrote';
  throw new InputError([{ place: '--gate', message: 'a gate needs runs to compare with', hint }]);
}

/** @throws InputError where these runs cannot decide anything. */
function checkDecides(repeat: number | 'auto' | undefined, gates: readonly Gate[]): void {
  if (repeat === 1 && gates.length > 0) {
    const message = 'one run cannot decide a gate: how much runs differ by chance is not known from it';
    throw new InputError([{ place: '--repeat', message, hint: '--repeat 5 or more, or --repeat auto' }]);
  }
  if (repeat === 'auto' && gates.length === 0) {
    const message = '`auto` repeats until gates are decided, and there are none';
    throw new InputError([{ place: '--repeat', message, hint: 'add --gate and --baseline, or give a number' }]);
  }
}

/** Known before the first run: other differences are found in the results. */
function checkProfile(base: RunSet, { cells: [cell] }: PlannedExperiment): void {
  const other = base.runs.find(({ identity }) => identity !== null && identity.profileHash !== cell!.profileHash);
  if (other === undefined) return;
  const message = `not comparable: it is of another profile, or of other flags (${other.identity!.profile}, hash ${other.identity!.profileHash.slice(0, 8)})`;
  const hint = `these runs have hash ${cell!.profileHash.slice(0, 8)}: run with the baseline's profile and flags, or save a new baseline`;
  throw new InputError([{ place: '--baseline', message, hint }]);
}
