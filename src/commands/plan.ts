/** `load plan`: what a profile would send; nothing is sent. */
import { EXIT, type ExitCode } from '../errors.ts';
import { summarizePlan } from '../plan/summary.ts';
import { plan } from '../planning.ts';
import { renderPlan } from '../report/plan-text.ts';
import { escapeControls, withoutControls } from '../report/text-escapes.ts';
import { redactTexts, scrub } from '../secrets.ts';
import type { Invocation } from './invocation.ts';
import { localShardsOf } from './shard-count.ts';
import { summaryLook } from './terminal.ts';
import { formatOf, overridesOf, profileOf } from './values.ts';

export async function execute({ values, params, args, terminal }: Invocation): Promise<ExitCode> {
  const format = formatOf(values);
  const planned = await plan(profileOf(values), {
    overrides: overridesOf(values, params),
    shards: localShardsOf({ values, args }),
    onNote: (text) => terminal.stderr.write(`${escapeControls(scrub(text))}\n`),
  });
  const summary = redactTexts(summarizePlan(planned.plan), []);
  const text =
    format === 'json'
      ? JSON.stringify(summary, null, 2)
      : renderPlan(withoutControls(summary), summaryLook(terminal.stdout, false));
  terminal.stdout.write(`${text}\n`);
  return EXIT.ok;
}
