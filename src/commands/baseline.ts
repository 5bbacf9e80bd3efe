/** `load baseline save|show`: runs to compare with later, as a small file to commit. */
import { existsSync, readFileSync } from 'node:fs';
import { baselineOf, isBaseline, writeBaseline } from '../compare/baseline.ts';
import { loadRunSet } from '../compare/run-source.ts';
import { EXIT, type ExitCode, InputError, LoadError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { makeDirectoryOf } from '../report/result-directory.ts';
import { countOf, formatBytes } from '../units.ts';
import { writeWhole } from '../whole-file.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { logLevelOf, textValue, type Values } from './values.ts';

const ACTIONS: Readonly<Record<string, (invocation: Invocation) => Promise<void>>> = { save, show };

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const given = textValue(invocation.values, 'ACTION') ?? '';
  const action = Object.hasOwn(ACTIONS, given) ? ACTIONS[given] : undefined;
  if (action === undefined) {
    const message = given === '' ? 'save or show?' : `\`${given}\` is not an action of baseline`;
    const hint = suggest(given, Object.keys(ACTIONS)) ?? 'load baseline save DIR FILE, load baseline show FILE';
    throw new InputError([{ message, hint }]);
  }
  await action(invocation);
  return EXIT.ok;
}

async function save({ values, terminal }: Invocation): Promise<void> {
  const [directory, file] = [wordOf(values, 'DIR'), wordOf(values, 'FILE')];
  if (existsSync(file) && !isBaseline(readFileSync(file, 'utf8'))) {
    const hint = 'name another file';
    throw new InputError([{ place: file, message: 'it exists and is not a baseline: nothing is written', hint }]);
  }
  const { baseline, leftOut } = baselineOf(directory);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: false });
  for (const run of leftOut) notices.warn(`left out: ${run}`);
  const text = writeBaseline(baseline);
  try {
    makeDirectoryOf(file);
    await writeWhole(file, text);
  } catch (cause) {
    throw new LoadError('BASELINE_FILE', `${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
  const runs = baseline.runs.length;
  const alone = runs === 1 ? '; one run cannot decide a gate: use --repeat N' : '';
  terminal.stderr.write(
    `${file}: ${countOf(runs, 'run')} of ${baseline.identity.profile}, ${formatBytes(text.length)}${alone}\n`,
  );
}

async function show({ values, terminal }: Invocation): Promise<void> {
  const file = wordOf(values, 'DIR');
  const set = await loadRunSet(file);
  if (set.kind !== 'baseline') {
    const hint = '`load baseline save` writes one';
    throw new InputError([{ place: file, message: 'it is not a baseline file', hint }]);
  }
  const { renderRuns } = await import('../report/runs-text.ts');
  terminal.stdout.write(renderRuns(set));
}

function wordOf(values: Values, name: string): string {
  const word = textValue(values, name);
  if (word !== undefined) return word;
  const hint = 'load baseline save DIR FILE, load baseline show FILE';
  throw new InputError([{ message: 'an argument is missing', hint }]);
}
