/** `load compare`: what changed from one set of runs to another, and whether it may. */
import { resolve } from 'node:path';
import { compareSources } from '../compare/compare.ts';
import { type ExitCode, InputError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import {
  COMPARISON_FORMATS,
  comparisonPageIn,
  renderComparison,
  writeComparison,
} from '../report/comparison-reports.ts';
import { prepareResultDirectory } from '../report/result-directory.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { usesColor } from './terminal.ts';
import { isSet, listValue, logLevelOf, textValue, type Values } from './values.ts';

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const formats = formatsOf(values);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: false });
  const out = textValue(values, 'out');
  const { comparison, sets } = await compareSources(textValue(values, 'BASE')!, textValue(values, 'NEW')!, {
    gates: listValue(values, 'gate'),
    measures: listValue(values, 'measure'),
    force: isSet(values, 'force'),
  });
  const { comparable, exitCode } = comparison;
  if (comparable.forced) notices.warn(`not comparable, compared by --force: ${comparable.reasons.join('; ')}`);
  if (out !== undefined) {
    await prepareResultDirectory(out);
    const files = await writeComparison(out, comparison, { sets }, (warning) => notices.warn(warning));
    const page = comparisonPageIn(out);
    if (files.includes(resolve(page))) notices.note(`page: ${page}`);
  }
  for (const format of formats) {
    terminal.stdout.write(await renderComparison(format, comparison, { color: usesColor(terminal.stdout) }));
  }
  return exitCode;
}

/** @throws InputError with the nearest of what there is. */
function formatsOf(values: Values): string[] {
  const formats = (textValue(values, 'format') ?? '').split(',').map((name) => name.trim());
  const unknown = formats.filter((name) => !COMPARISON_FORMATS.includes(name));
  if (unknown.length === 0) return formats;
  throw new InputError(
    unknown.map((name) => {
      const hint = suggest(name, COMPARISON_FORMATS);
      return { place: '--format', message: `\`${name}\` is not known`, ...(hint && { hint }) };
    }),
  );
}
