/** The whole result of a run: merged, with what its observers found, without secrets. */
import type { RunMeasurement } from '../recorder/measurement.ts';
import { redactTexts } from '../secrets.ts';
import { type MergedRun, mergeRun } from './merge.ts';
import type { Result, RunEvent } from './result.ts';
import type { RunContext } from './run-identity.ts';
import { weightsFacts } from './weights-fit.ts';

/** @throws LoadError ACCOUNTING when a message is counted twice or not at all. */
export function runResult(
  context: Omit<RunContext, 'weightsFits'>,
  measurement: RunMeasurement,
  findings: readonly { readonly result?: Pick<Result, 'messages'>; readonly events?: readonly RunEvent[] }[],
): MergedRun {
  const lanes = measurement.workers.flatMap((worker) => worker.lanes);
  const fits = weightsFacts(context.loaded.profile.thresholds, context.plan, lanes);
  const merged = mergeRun({ ...context, ...fits }, measurement);
  const whole: Result = Object.assign({ ...merged.result }, ...findings.map(({ result }) => result));
  const events = [...(whole.events ?? []), ...findings.flatMap((finding) => finding.events ?? [])];
  Object.assign(whole, { events: events.toSorted((a, b) => a.at - b.at) });
  return { ...merged, result: redactTexts(whole, Object.keys(whole.scenarios)) };
}
