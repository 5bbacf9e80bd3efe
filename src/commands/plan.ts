/** `load plan`: what a profile would send; nothing is sent. */
import { EXIT, type ExitCode } from '../errors.ts';
import { summarizePlan } from '../plan/summary.ts';
import { plan } from '../planning.ts';
import { renderPlan } from '../report/plan.ts';
import { measureRecord } from '../workload/workload.ts';
import type { Invocation } from './invocation.ts';
import { formatOf, overridesOf, profileOf } from './values.ts';

export async function execute({ values, params, terminal }: Invocation): Promise<ExitCode> {
  const format = formatOf(values);
  const planned = await plan(profileOf(values), { overrides: overridesOf(values, params) });
  const summary = summarizePlan(planned.plan, measureRecord);
  const text = format === 'json' ? JSON.stringify(summary, null, 2) : renderPlan(summary);
  terminal.stdout.write(`${text}\n`);
  return EXIT.ok;
}
