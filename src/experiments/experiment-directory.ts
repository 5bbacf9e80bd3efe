/** The directory of an experiment: what it is, and every run that is finished. What stands there can be gone on with. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readLines } from '../compare/experiment-files.ts';
import { checked, checkVersion, parseJson } from '../compare/stored-run.ts';
import { InputError, type Problem } from '../errors.ts';
import { makeDirectories } from '../report/result-directory.ts';
import { writeWhole } from '../whole-file.ts';

export const EXPERIMENT_VERSION = 1;
export const EXPERIMENT_FILE = 'experiment.json';
const RUNS_FILE = 'runs.jsonl';

const cell = z.object({
  name: z.string(),
  factors: z.record(z.string(), z.string()),
  /** Of the profile as this cell has it. */
  profileHash: z.string(),
});

const experiment = z.object({
  version: z.literal(EXPERIMENT_VERSION),
  /** 16 hex digits. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  kind: z.enum(['sweep', 'repeat', 'capacity']),
  name: z.string(),
  /** Of what it measures: profile, cells and order. Equal hashes are one experiment. */
  configHash: z.string(),
  seed: z.number(),
  command: z.string(),
  profile: z.string(),
  /** Values by factor. */
  vary: z.record(z.string(), z.array(z.string())),
  cells: z.array(cell).min(1),
  /** Processes that each run is split over, where there are several. */
  shards: z.int().min(2).optional(),
  repeat: z.union([z.int(), z.literal('auto')]),
  maxRepeat: z.int().optional(),
  /** Longest pause between two runs. */
  settleMs: z.number(),
  /** Idle latency of a single message in µs, measured before the first run; null without a probe. */
  idleUs: z.number().nullable(),
  /** Name of a cell. */
  baseline: z.string(),
  goal: z.string().optional(),
  gates: z.array(z.string()).optional(),
  startedAt: z.string(),
});

export type ExperimentState = z.infer<typeof experiment>;

const entry = z.object({
  run: z.int(),
  /** 2: repeated at the end, because the first one did not count. */
  attempt: z.int(),
  round: z.int(),
  cell: z.string(),
  /** Of its result directory, relative to the experiment's. */
  path: z.string(),
  startedAt: z.string(),
  wallMs: z.number(),
  exitCode: z.number(),
  /** Of the result; null where there is none. */
  id: z.string().nullable(),
  /** What a run without a result said last. */
  reason: z.string().optional(),
  /** The pause before it. */
  settle: z.object({ waitedMs: z.number(), reached: z.boolean() }).nullable(),
  topicSuffix: z.string().optional(),
  /** Of a search for the capacity: what was offered. */
  step: z
    .object({
      rate: z.number(),
      phase: z.enum(['probe', 'doubling', 'halving', 'bisection', 'confirmation']),
      warmupSec: z.number(),
      holdSec: z.number(),
    })
    .optional(),
});

/** A finished run. */
export type RunEntry = z.infer<typeof entry>;

export function configHashOf(facts: Pick<ExperimentState, 'kind' | 'seed' | 'cells' | 'shards'>): string {
  const { kind, seed, cells, shards } = facts;
  const ofCells = cells.map(({ name, profileHash }) => [name, profileHash]);
  const parts = [kind, seed, ofCells, ...(shards === undefined ? [] : [{ shards }])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export function runPath(run: number, attempt: number): string {
  return join('runs', `${String(run).padStart(3, '0')}${attempt === 1 ? '' : `-${attempt}`}`);
}

/** @throws InputError where an experiment is there already, or anything else. */
export async function createExperiment(directory: string, state: ExperimentState): Promise<void> {
  if (existsSync(join(directory, EXPERIMENT_FILE))) {
    const hint = '--resume goes on with it; --out DIR names another directory';
    throw new InputError([{ place: directory, message: 'an experiment is there already', hint }]);
  }
  const isThere = existsSync(directory);
  if (isThere && (!statSync(directory).isDirectory() || readdirSync(directory).length > 0)) {
    const hint = 'an experiment needs a directory of its own: --out DIR';
    throw new InputError([{ place: directory, message: 'something else is there', hint }]);
  }
  makeDirectories(join(directory, 'runs'));
  await writeExperiment(directory, state);
}

export async function writeExperiment(directory: string, state: ExperimentState): Promise<void> {
  await writeWhole(join(directory, EXPERIMENT_FILE), `${JSON.stringify(state, null, 2)}\n`);
}

/** @throws InputError naming file and field. */
export function readExperiment(directory: string): ExperimentState {
  const file = join(directory, EXPERIMENT_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = `not the directory of an experiment: ${(error as Error).message}`;
    throw new InputError([{ place: directory, message, hint: 'without --resume one is begun there' }]);
  }
  const value = parseJson(file, text);
  checkVersion(file, value, EXPERIMENT_VERSION, 'an experiment');
  return checked(file, experiment, value);
}

/** What makes an experiment another one than that on disk, a problem each. */
export function differences(directory: string, onDisk: ExperimentState, wanted: ExperimentState): Problem[] {
  const place = join(directory, EXPERIMENT_FILE);
  const problem = (what: string, there: unknown, here: unknown): Problem[] =>
    there === here ? [] : [{ place, message: `${what} is ${there} there, and ${here} here` }];
  const names = (state: ExperimentState) => state.cells.map(({ name }) => name).join(', ');
  const found = [
    ...problem('the kind', onDisk.kind, wanted.kind),
    ...problem('the profile', onDisk.profile, wanted.profile),
    ...problem('the seed', onDisk.seed, wanted.seed),
    ...problem('the number of shards', onDisk.shards ?? 1, wanted.shards ?? 1),
    ...(names(onDisk) === names(wanted)
      ? []
      : [{ place, message: `the cells are ${names(onDisk)} there, and ${names(wanted)} here` }]),
  ];
  if (found.length > 0) return found;
  const changed = wanted.cells.filter(({ profileHash }, i) => onDisk.cells[i]!.profileHash !== profileHash);
  if (changed.length === 0) return [];
  const message = `the profile of cell ${changed.map(({ name }) => name).join(', ')} is another one than there`;
  return [
    { place, message, hint: 'the file, a flag or the environment has changed; --out DIR begins another experiment' },
  ];
}

/** The finished runs, in the order in which they ran. One whose result is not there any more is not one. @throws InputError */
export function readRuns(directory: string): RunEntry[] {
  const file = join(directory, RUNS_FILE);
  if (!existsSync(file)) return [];
  return readLines(file, entry).filter(({ id, path }) => id === null || id === resultId(join(directory, path)));
}

export function appendRun(directory: string, run: RunEntry): void {
  const file = join(directory, RUNS_FILE);
  // After a line that was cut a new one begins.
  const isCut = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8'));
  appendFileSync(file, `${isCut ? '\n' : ''}${JSON.stringify(run)}\n`, { flush: true } as object);
}

/** An empty directory for a run; what an earlier attempt left is taken away. True where there was one. */
export function clearRun(directory: string, path: string): boolean {
  const full = join(directory, path);
  const isAgain = existsSync(full);
  rmSync(full, { recursive: true, force: true });
  mkdirSync(full, { recursive: true });
  return isAgain;
}

function resultId(directory: string): string | undefined {
  const file = join(directory, 'result.json');
  const result = existsSync(file) ? orNull(readFileSync(file, 'utf8')) : null;
  return (result as { run?: { id?: string } } | null)?.run?.id;
}

function orNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
