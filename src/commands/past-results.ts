/** What a directory holds of runs that were: to print, and to make its pages from. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { CAPACITY_VERSION, type CapacityResult } from '../compare/capacity-result.ts';
import { COMPARISON_VERSION, type Comparison, compareSets } from '../compare/comparison.ts';
import { CAPACITY_SCHEMA, COMPARISON_SCHEMA } from '../compare/experiment-schemas.ts';
import type { RunSet } from '../compare/run-record.ts';
import { loadRunSet } from '../compare/run-source.ts';
import { checked, checkVersion, parseJson } from '../compare/stored-run.ts';
import { EXIT, type ExitCode, InputError, LoadError } from '../errors.ts';
import { capacityExit } from '../experiments/capacity/answer.ts';
import { readSweep } from '../experiments/past-sweep.ts';
import { sweepExit } from '../experiments/sweep.ts';
import { nearest } from '../nearest.ts';
import { parseMeasure } from '../objective-grammar.ts';
import { capacityPage, renderCapacityAs } from '../report/capacity-files.ts';
import type { ComparisonSources } from '../report/comparison-html.tsx';
import {
  COMPARISON_FORMATS,
  comparisonPage,
  comparisonPageIn,
  renderComparison,
} from '../report/comparison-reports.ts';
import { readInterrupted } from '../report/interrupted.ts';
import { PAGE_FILE } from '../report/page-file.ts';
import { FORMATS, type Look, renderReport } from '../report/reports.ts';
import { renderSweepAs, SWEEP_FORMATS, sweepPage } from '../report/sweep-reports.ts';
import { exitCodeOf } from '../result/exit-code.ts';
import { RESULT_VERSION, type Result } from '../result/result.ts';
import { RESULT_SCHEMA } from '../result/result-schema.ts';
import { systemFailure } from '../system-error.ts';

/** A directory holds one, or repeats and their comparison with a baseline. */
export interface PastResult {
  readonly kind: 'run' | 'sweep' | 'comparison' | 'capacity';
  readonly formats: readonly string[];
  readonly exitCode: ExitCode;
  /** Where its page belongs. */
  readonly pageFile: string;
  /** Of a run. */
  readonly result?: Result;
  print(format: string, look: Look): Promise<string>;
  /** @param directory in which it is to stand. */
  page(directory: string): Promise<string>;
}

/** @throws InputError where there is nothing of ours, or a file of it is damaged. */
export async function readPast(directory: string): Promise<PastResult[]> {
  checkDirectory(directory);
  const has = (name: string) => statSync(join(directory, name), { throwIfNoEntry: false })?.isFile() === true;
  const found: PastResult[] = [];
  let own: RunSet | undefined;
  if (has('run.json') || has('result.json')) found.push(pastRun(directory));
  else if (has('capacity.json')) found.push(pastCapacity(directory));
  else if (has('experiment.json')) {
    const sweep = pastSweep(directory);
    own = sweep.own;
    found.push(sweep.past);
  }
  if (has('comparison.json')) found.push(await pastComparison(directory, own));
  if (found.length > 0) return found;
  const message = 'it holds neither a result, nor a sweep, a comparison or a search for a capacity';
  throw new InputError([{ place: directory, message, hint: insideOf(directory) }]);
}

/** What was edited by hand can break anywhere. @throws InputError in place of any other error. */
export async function orDamaged<T>(place: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LoadError) throw error;
    const refused = systemFailure(error);
    if (refused !== undefined) throw new InputError([{ place, message: refused.message }]);
    const message = `it is damaged: ${error instanceof Error ? error.message : String(error)}`;
    throw new InputError([{ place, message, hint: 'it was edited by hand, or another program wrote it' }]);
  }
}

const WHAT_IS_SHOWN = 'the directory that a run, sweep, comparison or search wrote';

function checkDirectory(directory: string): void {
  if (!existsSync(directory)) {
    const near = nearest(basename(directory), namesIn(dirname(directory)));
    const hint = near === undefined ? WHAT_IS_SHOWN : `did you mean \`${near}\`?`;
    throw new InputError([{ place: directory, message: 'there is no such directory', hint }]);
  }
  if (!statSync(directory).isDirectory()) {
    throw new InputError([{ place: directory, message: 'it is a file', hint: `its directory: ${dirname(directory)}` }]);
  }
  accessSync(directory, constants.R_OK | constants.X_OK);
}

/** What is in it is often meant. */
function insideOf(directory: string): string {
  const ours = ['result.json', 'run.json', 'experiment.json', 'comparison.json'];
  const inside = namesIn(directory).filter((name) => ours.some((file) => existsSync(join(directory, name, file))));
  return inside.length === 0 ? WHAT_IS_SHOWN : `in it is e.g. ${join(directory, inside.toSorted().at(-1)!)}`;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function pastRun(directory: string): PastResult {
  const interrupted = readInterrupted(directory);
  if (interrupted !== undefined) checked(directory, RESULT_SCHEMA, interrupted);
  const result = interrupted ?? readResult(directory);
  const profile = join(directory, 'profile.yaml');
  const profileYaml = existsSync(profile) ? readFileSync(profile, 'utf8') : null;
  return {
    kind: 'run',
    formats: FORMATS,
    exitCode: result.verdict.status === 'INCOMPLETE' ? EXIT.invalidMeasurement : exitCodeOf(result),
    pageFile: join(directory, PAGE_FILE),
    result,
    print: (format, look) => renderReport(format, { result }, { ...look, directory }),
    page: async () => (await import('../report/run-html.tsx')).renderRunHtml(result, profileYaml),
  };
}

function readResult(directory: string): Result {
  return readVersioned(directory, 'result.json', { version: RESULT_VERSION, what: 'a result', schema: RESULT_SCHEMA });
}

interface Versioned {
  readonly version: number;
  readonly what: string;
  readonly schema: z.ZodType;
}

/** With what the schema does not name. */
function readVersioned<T>(directory: string, name: string, { version, what, schema }: Versioned): T {
  const file = join(directory, name);
  const value = parseJson(file, readFileSync(file, 'utf8'));
  checkVersion(file, value, version, what, 'read it with the version of the engine that wrote it');
  checked(file, schema, value);
  return value as T;
}

function pastSweep(directory: string): { readonly past: PastResult; readonly own?: RunSet } {
  const { sweep, sources } = readSweep(directory);
  const [cell] = sources.cells;
  return {
    ...(cell !== undefined && { own: cell.set }),
    past: {
      kind: 'sweep',
      formats: SWEEP_FORMATS,
      exitCode: sweepExit(sweep),
      pageFile: join(directory, PAGE_FILE),
      print: (format, look) => renderSweepAs(format, sweep, { ...look, directory }),
      page: (pageDirectory) => sweepPage(sweep, { ...sources, pageDirectory }),
    },
  };
}

function pastCapacity(directory: string): PastResult {
  const result = readVersioned<CapacityResult>(directory, 'capacity.json', {
    version: CAPACITY_VERSION,
    what: 'a search for a capacity',
    schema: CAPACITY_SCHEMA,
  });
  return {
    kind: 'capacity',
    formats: ['text', 'json'],
    exitCode: capacityExit(result),
    pageFile: join(directory, PAGE_FILE),
    print: async (format, look) => renderCapacityAs(format, result, { ...look, directory }),
    page: (pageDirectory) => capacityPage(result, { directory, pageDirectory }),
  };
}

async function pastComparison(directory: string, own: RunSet | undefined): Promise<PastResult> {
  const comparison = readVersioned<Comparison>(directory, 'comparison.json', {
    version: COMPARISON_VERSION,
    what: 'a comparison',
    schema: COMPARISON_SCHEMA,
  });
  return {
    kind: 'comparison',
    formats: COMPARISON_FORMATS,
    exitCode: comparison.exitCode,
    pageFile: comparisonPageIn(directory),
    print: (format, look) => renderComparison(format, comparison, look),
    page: async () => comparisonPage(comparison, await comparisonSources(comparison, own)),
  };
}

/** The compared runs, if they are still where they were, and still those. @param own what BASE was compared with. */
async function comparisonSources(comparison: Comparison, own: RunSet | undefined): Promise<ComparisonSources> {
  const { base, other, measures, alpha } = comparison;
  const asked = measures.map(({ measure }) => parseMeasure(measure));
  try {
    const load = (label: string) => loadRunSet(label, { measures: asked });
    const sets = [await load(base.label), own ?? (await load(other.label))] as const;
    const again = compareSets(...sets, { measures: asked, force: comparison.comparable.forced, alpha });
    if (JSON.stringify(again.measures) === JSON.stringify(measures)) return { sets };
    return { sets: [], gaps: ['the runs are others now: there are no percentile curves of those that were compared'] };
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    const why = error instanceof InputError ? error.problems[0]!.message : error.message;
    return { sets: [], gaps: [`the compared runs cannot be read any more, so there are no percentile curves: ${why}`] };
  }
}
