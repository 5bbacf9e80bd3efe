/** `load report`: results again, as text and as a page; several runs side by side. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, type ExitCode, InputError, LoadError, type Problem } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { isOwnPage, PAGE_FILE, writePage } from '../report/page-file.ts';
import { makeDirectoryOf } from '../report/result-directory.ts';
import type { NamedRun } from '../report/runs-html.tsx';
import { writeWhole } from '../whole-file.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { orDamaged, type PastResult, readPast } from './past-results.ts';
import { summaryLook } from './terminal.ts';
import { formatOf, isSet, listValue, logLevelOf, textValue } from './values.ts';

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const directories = listValue(invocation.values, 'DIR');
  return directories.length === 1 ? reportOne(directories[0]!, invocation) : reportSeveral(directories, invocation);
}

async function reportOne(directory: string, { values, terminal }: Invocation): Promise<ExitCode> {
  const out = textValue(values, 'out');
  if (out !== undefined) checkReplaceable(out);
  const past = await orDamaged(directory, () => readPast(directory));
  const format = textValue(values, 'format') ?? 'text';
  const printed = past.filter(({ formats }) => formats.includes(format));
  if (printed.length === 0) throw unknownFormat(format, past);
  const look = summaryLook(terminal.stdout, isSet(values, 'histogram'));
  // As `run --repeat --baseline` prints them: the comparison alone in what is not text.
  for (const [i, each] of (format === 'text' ? printed : printed.slice(-1)).entries()) {
    const text = await orDamaged(directory, () => each.print(format, look));
    terminal.stdout.write(i === 0 ? text : `\n${text}`);
  }
  const notices = noticesOf({ values, terminal });
  if (out !== undefined) await writeAsked(out, () => past[0]!.page(dirname(resolve(out))), directory);
  else for (const each of past) await writeInPlace(directory, each, notices);
  return past.at(-1)!.exitCode;
}

/** What was asked for as text is printed already, and a page that cannot be written is a warning. */
async function writeInPlace(directory: string, past: PastResult, notices: Notices): Promise<void> {
  const page = async () => {
    if (!isReplaceable(past.pageFile)) throw new Error(`${FOREIGN} (-o FILE writes the page elsewhere)`);
    return orDamaged(directory, () => past.page(directory));
  };
  const written = await writePage(past.pageFile, page(), (warning) => notices.warn(warning));
  if (written.length > 0) notices.note(`page: ${past.pageFile}`);
}

async function reportSeveral(directories: readonly string[], { values, terminal }: Invocation): Promise<ExitCode> {
  const format = formatOf(values);
  const out = textValue(values, 'out') ?? PAGE_FILE;
  const problems: Problem[] = [...replaceProblems(out), ...repeatedProblems(directories)];
  const found: PastResult[] = [];
  const runs: NamedRun[] = [];
  for (const directory of directories) {
    try {
      const [past] = await orDamaged(directory, () => readPast(directory));
      if (past!.result === undefined) problems.push(notARun(directory, past!.kind));
      else {
        found.push(past!);
        runs.push({ directory, result: past!.result });
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  const text = await orDamaged(directories.join(', '), async () =>
    format === 'json'
      ? `${JSON.stringify(
          runs.map(({ result }) => result),
          null,
          2,
        )}\n`
      : (await import('../report/runs-beside-text.ts')).renderBeside(runs, summaryLook(terminal.stdout, false)),
  );
  terminal.stdout.write(text);
  const page = async () => (await import('../report/runs-html.tsx')).runsHtml(runs, dirname(resolve(out)));
  await writeAsked(out, page, directories.join(', '));
  noticesOf({ values, terminal }).note(`page: ${out}`);
  const codes = found.map(({ exitCode }) => exitCode);
  return ORDER.find((code) => codes.includes(code)) ?? EXIT.ok;
}

/** Of several runs the first of these. */
const ORDER = [EXIT.failed, EXIT.sigint, EXIT.sigterm, EXIT.invalidMeasurement, EXIT.thresholdFailed];

const FOREIGN = 'a file that is not a report of this engine is there';

function isReplaceable(file: string): boolean {
  return !existsSync(file) || (statSync(file).isFile() && isOwnPage(readFileSync(file)));
}

function replaceProblems(file: string): Problem[] {
  if (isReplaceable(file)) return [];
  if (!statSync(file).isDirectory()) return [{ place: file, message: FOREIGN, hint: '-o FILE: another name' }];
  return [{ place: file, message: 'it is a directory', hint: `-o ${join(file, PAGE_FILE)}` }];
}

function checkReplaceable(file: string): void {
  const problems = replaceProblems(file);
  if (problems.length > 0) throw new InputError(problems);
}

/** @throws LoadError: unlike a page beside its numbers this one was asked for. */
async function writeAsked(file: string, page: () => Promise<string>, place: string): Promise<void> {
  const text = await orDamaged(place, page);
  try {
    makeDirectoryOf(file);
    await writeWhole(file, text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError('REPORT', `cannot write ${file}: ${reason}`, { hint: '-o FILE: another place', cause });
  }
}

function repeatedProblems(directories: readonly string[]): Problem[] {
  const real = directories.map((directory) => (existsSync(directory) ? realpathSync(directory) : directory));
  return directories.flatMap((directory, i) =>
    real.indexOf(real[i]!) < i ? [{ place: directory, message: 'it is there twice', hint: 'name each run once' }] : [],
  );
}

function notARun(directory: string, kind: PastResult['kind']): Problem {
  const hints = {
    sweep: `one of its runs: ${directory}/runs/001`,
    capacity: `one of its steps: ${directory}/runs/001`,
    comparison: 'alone: load report DIR',
    run: '',
  };
  const what = kind === 'capacity' ? 'a search for a capacity' : `a ${kind}`;
  return { place: directory, message: `side by side stand single runs, and this is ${what}`, hint: hints[kind] };
}

function unknownFormat(format: string, past: readonly PastResult[]): InputError {
  const known = [...new Set(past.flatMap(({ formats }) => formats))];
  const hint = suggest(format, known);
  return new InputError([{ place: '--format', message: `\`${format}\` is not known`, ...(hint && { hint }) }]);
}

function noticesOf({ values, terminal }: Pick<Invocation, 'values' | 'terminal'>): Notices {
  return new Notices(terminal.stderr, { level: logLevelOf(values), quiet: false });
}
