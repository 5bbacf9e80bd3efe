/**
 * The result directory: found unusable before the run, one run's alone where nobody named it, and gone if nothing came of
 * the run. It is made without waiting: a signal, which may end the process, finds it either not there or known.
 */
import { mkdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LoadError } from '../errors.ts';

/** `load-results/PROFILE-UTCTIME`, the default place of a run's files. */
export function defaultResultDirectory(profileName: string, now: Date): string {
  const time = now.toISOString().replaceAll(/[-:]/g, '').replace(/\..*/, 'Z');
  return join('load-results', `${profileName}-${time}`);
}

export interface ResultDirectory {
  readonly path: string;
  /** It was not there before this run. */
  readonly isNew: boolean;
}

/**
 * Creates the directory, where it is not there, and proves that files can be written in it, before a run of an hour finds out.
 * @throws LoadError RESULT_DIRECTORY, exit code 1.
 */
export async function prepareResultDirectory(path: string): Promise<ResultDirectory> {
  return orDirectoryError(path, async () => {
    return writable({ path, isNew: makeDirectories(path) });
  });
}

/**
 * `mkdir -p`; true when the last one was not there before. Not Node's own `recursive`: where a directory is there and
 * answers ENOENT for what is made in it, as /proc does, that tries for ever.
 */
export function makeDirectories(path: string): boolean {
  try {
    return makeDirectory(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    makeDirectories(dirname(path));
    return makeDirectory(path);
  }
}

/** For a file that somebody named. */
export function makeDirectoryOf(file: string): void {
  makeDirectories(dirname(file));
}

function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (statSync(path).isDirectory()) return false;
    throw new Error(`${path} is not a directory`, { cause: error });
  }
}

/** On a full disk the probe may be there with nothing in it. */
function writable(directory: ResultDirectory): ResultDirectory {
  const probe = join(directory.path, `.probe-${process.pid}`);
  try {
    writeFileSync(probe, 'x');
    rmSync(probe);
    return directory;
  } catch (error) {
    rmSync(probe, { force: true });
    drop(directory);
    throw error;
  }
}

/** Where something is in it, it stays. */
function drop({ path, isNew }: ResultDirectory): void {
  try {
    if (isNew) rmdirSync(path);
  } catch {
    // It is as it is.
  }
}

/**
 * Creates `wanted`, or where something of that name is there `wanted-2`, `wanted-3` and so on. Only one process can
 * create a directory, so that two runs of one second never share one.
 * @throws LoadError RESULT_DIRECTORY, exit code 1.
 */
export async function newResultDirectory(wanted: string): Promise<ResultDirectory> {
  return orDirectoryError(wanted, async () => {
    makeDirectories(dirname(wanted));
    for (let number = 1; ; number++) {
      const path = number === 1 ? wanted : `${wanted}-${number}`;
      try {
        mkdirSync(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      return writable({ path, isNew: true });
    }
  });
}

/**
 * Does `work` with the directory made: a new one (`newResultDirectory`) or `out` itself. Where the work fails, or the
 * process ends, before there is anything in it, a directory that was not there before is taken away again.
 * @throws LoadError RESULT_DIRECTORY, exit code 1; and what `work` throws.
 */
export async function inResultDirectory<T>(
  { out, ownDirectory }: { readonly out?: string; readonly ownDirectory?: boolean },
  work: (path: string | undefined) => Promise<T>,
): Promise<T> {
  if (out === undefined) return work(undefined);
  const directory = await (ownDirectory === true ? newResultDirectory(out) : prepareResultDirectory(out));
  const ended = () => drop(directory);
  process.once('exit', ended);
  try {
    return await work(directory.path);
  } catch (error) {
    drop(directory);
    throw error;
  } finally {
    process.off('exit', ended);
  }
}

/** @throws LoadError RESULT_DIRECTORY in place of what `work` throws. */
export async function orDirectoryError<T>(
  directory: string,
  work: () => Promise<T>,
  hint = 'choose another place with --out DIR, or --out none to write nothing',
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof LoadError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError('RESULT_DIRECTORY', `cannot write results to ${directory}: ${reason}`, {
      hint,
      cause,
    });
  }
}
