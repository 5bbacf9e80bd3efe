/** The directory of an experiment that begins, or of one that is gone on with. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, type ExitCode, InputError, LoadError } from '../errors.ts';
import { defaultResultDirectory } from '../report/result-directory.ts';
import { scrub } from '../secrets.ts';
import {
  createExperiment,
  differences,
  EXPERIMENT_FILE,
  EXPERIMENT_VERSION,
  type ExperimentState,
  readExperiment,
} from './experiment-directory.ts';

export interface ExperimentPlace {
  /** `load-results/NAME-UTCTIME` by default. */
  readonly out?: string;
  /** Goes on with the experiment in `out`, or with the last one of the same configuration. */
  readonly resume?: boolean;
  readonly cwd: string;
}

export interface OpenExperiment {
  readonly directory: string;
  readonly state: ExperimentState;
}

/** @throws InputError where the directory holds something else. */
export async function openExperiment(
  wanted: Omit<ExperimentState, 'version' | 'id' | 'startedAt' | 'idleUs'>,
  { out, resume, cwd }: ExperimentPlace,
): Promise<OpenExperiment> {
  if (out === 'none') {
    const message = 'an experiment is made of the files of its runs';
    throw new InputError([{ place: '--out', message, hint: '--out DIR names where they go' }]);
  }
  const state: ExperimentState = {
    version: EXPERIMENT_VERSION,
    id: randomBytes(8).toString('hex'),
    ...wanted,
    command: scrub(wanted.command),
    idleUs: null,
    startedAt: new Date().toISOString(),
  };
  if (resume !== true) {
    const directory = out === undefined ? unusedDirectory(state.name, cwd) : resolve(cwd, out);
    await createExperiment(directory, state);
    return { directory, state };
  }
  const directory = out === undefined ? lastOf(state, cwd) : resolve(cwd, out);
  const onDisk = readExperiment(directory);
  const different = differences(directory, onDisk, state);
  if (different.length > 0) throw new InputError(different);
  // More rounds, another goal or another pause are the same experiment.
  const { id, startedAt, idleUs } = onDisk;
  return { directory, state: { ...state, id, startedAt, idleUs } };
}

function unusedDirectory(name: string, cwd: string): string {
  const wanted = join(cwd, defaultResultDirectory(name, new Date()));
  for (let number = 1; ; number++) {
    const directory = number === 1 ? wanted : `${wanted}-${number}`;
    if (!existsSync(directory)) return directory;
  }
}

/** @throws InputError where there is none. */
function lastOf({ name, configHash }: ExperimentState, cwd: string): string {
  const parent = resolve(cwd, 'load-results');
  const found = (existsSync(parent) ? readdirSync(parent) : [])
    .map((each) => join(parent, each))
    .filter((each) => existsSync(join(each, EXPERIMENT_FILE)) && isOf(each, configHash))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (found[0] !== undefined) return found[0];
  const message = `there is no experiment ${name} of this configuration in load-results`;
  throw new InputError([{ place: '--resume', message, hint: '--out DIR names its directory' }]);
}

function isOf(directory: string, configHash: string): boolean {
  try {
    return readExperiment(directory).configHash === configHash;
  } catch {
    return false;
  }
}

/** @throws LoadError where another process runs this experiment. */
export async function lockExperiment(directory: string) {
  const { FileLock } = await import('../lifecycle/file-lock.ts');
  let lock: ReturnType<typeof FileLock.take>;
  try {
    lock = FileLock.take(join(directory, '.lock'));
  } catch (cause) {
    const hint = 'it needs the right to write there, and room on the disk';
    throw new LoadError('EXPERIMENT_DIRECTORY', `${directory} cannot be written to`, { hint, cause });
  }
  if (lock !== undefined) return lock;
  throw new LoadError('EXPERIMENT_RUNNING', `another process runs the experiment in ${directory}`, {
    hint: 'wait for it, or stop it with Ctrl-C',
  });
}

export function stoppedExit(signal: AbortSignal | undefined): ExitCode {
  const { by } = (signal?.reason ?? {}) as { by?: string };
  return by === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint;
}
