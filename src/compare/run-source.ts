/** Where runs to compare come from: a result, the repeats of an experiment, a cell of a sweep, a baseline file. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError, type Problem } from '../errors.ts';
import { suggest } from '../nearest.ts';
import type { Measure } from '../objective-grammar.ts';
import { RUN_FILE } from '../result/run-file.ts';
import { alphaOf } from '../statistics/looks.ts';
import { chooseCell } from './cell-choice.ts';
import { type ExperimentFacts, readExperimentFacts, readFinishedRuns } from './experiment-files.ts';
import { failedRecord, type RunPlace, type RunRecord, type RunSet, recordOf } from './run-record.ts';
import { parseJson, readBaselineJson, readResultJson, type StoredRun } from './stored-run.ts';

const RESULT_FILE = 'result.json';
const EXPERIMENT_FILE = 'experiment.json';

export interface LoadOptions {
  /** Figures beside the standard ones. */
  readonly measures?: readonly Measure[];
}

/** Runs that have been found and not yet read. */
export interface RunSource {
  readonly set: Omit<RunSet, 'runs'>;
  readonly runs: readonly SourceRun[];
}

export interface SourceRun {
  readonly place: RunPlace;
  /** For problems. */
  readonly file: string;
  /** Why there is no result, where there is none. @throws InputError with the file and the field that is wrong. */
  read(): StoredRun | { readonly failure: string };
}

/**
 * @param text a result directory or its result.json, the directory of an experiment with one cell, `SWEEP#CELL`, or a
 * baseline file.
 * @throws InputError naming the file, and in it the field, that cannot be used.
 */
export async function loadRunSet(text: string, options: LoadOptions = {}): Promise<RunSet> {
  return readSource(openSource(text), options);
}

/** Every cell of an experiment, in its order. @throws InputError likewise. */
export async function loadCells(directory: string, options: LoadOptions = {}): Promise<RunSet[]> {
  const facts = readExperimentFacts(join(directory, EXPERIMENT_FILE));
  return cellSources(directory, facts).map((source) => readSource(source, options));
}

function readSource({ set, runs }: RunSource, { measures = [] }: LoadOptions): RunSet {
  return { ...set, runs: runs.map((run) => readRun(run, measures).record) };
}

/** @throws InputError likewise. */
export function readRun(
  { place, file, read }: SourceRun,
  measures: readonly Measure[] = [],
): { readonly record: RunRecord; readonly stored?: StoredRun } {
  const stored = read();
  if ('failure' in stored) return { record: failedRecord(place, stored.failure) };
  try {
    return { record: recordOf(stored.measured, stored.identity, { ...place, measures }), stored };
  } catch (error) {
    if (error instanceof RangeError) throw damaged(file, error.message);
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((each) => ({ ...each, place: `${file}: ${each.place}` })));
  }
}

/** @throws InputError likewise. */
export function openSource(text: string): RunSource {
  const { path, cell } = locate(text);
  if (statSync(path).isDirectory()) return openDirectory(path, cell, text);
  if (cell !== undefined) throw refuse(path, 'a file has no cells', 'SWEEP#CELL names a cell of a sweep directory');
  // The last line of a summary names the page.
  if (basename(path) === 'report.html') return openDirectory(dirname(path), undefined, text);
  const value = readJson(path);
  const keys = new Set(typeof value === 'object' && value !== null ? Object.keys(value) : []);
  if ((value as { kind?: unknown } | null)?.kind === 'baseline') return openBaseline(path, value);
  if (keys.has('cells')) return openDirectory(dirname(path), undefined, text);
  if (RESULT_KEYS.filter((key) => keys.has(key)).length >= RESULT_KEYS.length - 1) {
    return single(text, { place: { path }, file: path, read: () => readResultJson(path, value) });
  }
  throw refuse(path, 'neither the result of a run nor a baseline', WHAT_IS_COMPARED);
}

const RESULT_KEYS = ['run', 'verdict', 'totals', 'latency', 'histograms'];
const WHAT_IS_COMPARED =
  'give a result directory, a directory of repeats, SWEEP#CELL, or a file that `load baseline save` wrote';

function openDirectory(path: string, cell: string | undefined, text: string): RunSource {
  const has = (name: string) => existsSync(join(path, name));
  if (has(EXPERIMENT_FILE)) return openExperiment(path, cell);
  if (cell !== undefined) throw refuse(path, 'not the directory of a sweep', 'SWEEP#CELL names a cell of one');
  const file = join(path, RESULT_FILE);
  if (has(RESULT_FILE)) return single(text, { place: { path: text }, file, read: () => readResult(file) });
  if (has(RUN_FILE)) {
    const hint = `\`load report\` shows how far it came; run it again`;
    throw refuse(path, 'the run did not come to its end, so there is no result', hint);
  }
  throw refuse(path, `it has neither a ${RESULT_FILE} nor an ${EXPERIMENT_FILE}`, WHAT_IS_COMPARED);
}

function single(label: string, run: SourceRun): RunSource {
  return { set: { label, kind: 'run' }, runs: [run] };
}

function openExperiment(directory: string, wanted: string | undefined): RunSource {
  const facts = readExperimentFacts(join(directory, EXPERIMENT_FILE));
  const sources = cellSources(directory, facts);
  if (facts.kind === 'capacity') {
    throw refuse(directory, 'a search for capacity has no repeats to compare', 'name one of its runs: DIR/runs/NNN');
  }
  if (wanted !== undefined) return sources[chooseCell(directory, facts.cells, wanted)]!;
  if (sources.length === 1) return sources[0]!;
  const names = facts.cells.map(({ name }) => `${directory}#${name}`);
  throw refuse(directory, `a sweep of ${names.length} cells`, `name one, e.g. '${names.slice(0, 3).join("', '")}'`);
}

function cellSources(directory: string, facts: ExperimentFacts): RunSource[] {
  const { id, kind, cells } = facts;
  const alpha = alphaOf(facts);
  const finished = readFinishedRuns(directory);
  return cells.map(({ name, factors }) => ({
    set: {
      ...(kind === 'sweep'
        ? ({ label: `${directory}#${name}`, kind: 'cell', experiment: id, factors } as const)
        : ({ label: directory, kind: 'repeats', experiment: id } as const)),
      ...(alpha !== undefined && { alpha }),
    },
    runs: finished
      .filter(({ cell }) => cell === name)
      .map(({ path, round, attempt, exitCode, reason = 'it left no result' }) => {
        const file = join(directory, path, RESULT_FILE);
        return {
          place: { path, round, attempt, exitCode },
          file,
          read: () => (existsSync(file) ? readResult(file) : { failure: reason }),
        };
      }),
  }));
}

function openBaseline(path: string, value: unknown): RunSource {
  const { identity, runs } = readBaselineJson(path, value);
  return {
    set: { label: path, kind: 'baseline' },
    runs: runs.map((measured, i) => ({
      place: { path: `${path}: runs[${i}]` },
      file: `${path}: runs[${i}]`,
      read: () => ({ measured, identity }),
    })),
  };
}

function readResult(file: string): StoredRun {
  return readResultJson(file, readJson(file));
}

/** What is there, whatever it is called; else the part in front of a `#` that is a directory, and the cell behind it. */
function locate(text: string): { readonly path: string; readonly cell?: string } {
  if (existsSync(text)) return { path: text };
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    const path = text.slice(0, at);
    if (path !== '' && existsSync(path)) return { path, cell: text.slice(at + 1) };
  }
  const [path = ''] = text.split('#');
  const near = suggest(basename(path), siblingsOf(path));
  throw refuse(text, 'no such file or directory', near ?? WHAT_IS_COMPARED);
}

function siblingsOf(path: string): string[] {
  try {
    return readdirSync(dirname(path) || '.');
  } catch {
    return [];
  }
}

const SERIES = '\n  "series": [';
const SERIES_END = '\n  ],';

/**
 * The rows of a series are nearly all of a long run's result, and nothing here looks at them: they are not parsed where
 * they stand as a run writes them.
 */
function readJson(file: string): unknown {
  const bytes = readBytes(file);
  const from = bytes.indexOf(SERIES);
  const to = from < 0 ? -1 : bytes.indexOf(SERIES_END, from);
  if (to > 0) {
    try {
      const head = bytes.toString('utf8', 0, from + SERIES.length);
      return JSON.parse(head + bytes.toString('utf8', to));
    } catch {
      // The whole text gives the place of what is wrong.
    }
  }
  return parseJson(file, bytes.toString('utf8'));
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw refuse(file, `it cannot be read: ${(error as Error).message}`);
  }
}

function damaged(place: string, message: string): InputError {
  return new InputError([{ place, path: 'histograms', message, hint: 'it was edited by hand, or cut short' }]);
}

function refuse(place: string, message: string, hint?: string): InputError {
  const problem: Problem = { place, message, ...(hint !== undefined && { hint }) };
  return new InputError([problem]);
}
