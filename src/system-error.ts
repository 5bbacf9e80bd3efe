/** What the system refuses: the limits of this process, and the files it works on. None of it is a bug of ours. */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { EXIT, LoadError } from './errors.ts';

const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files: raise the limit (ulimit -n 4096)',
  ENFILE: 'too many open files on this machine',
  EAGAIN: 'no more memory or threads for this process: see ulimit -u and ulimit -v, or the limits of the container',
  ENOMEM: 'no more memory for this process: see ulimit -v, or the limit of the container',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the disk is read-only',
};
const NO_MEMORY = /allocation failed|out of memory|could not allocate|bad_alloc/i;

/** @returns undefined where it is not the system's. */
export function systemFailure(error: unknown): LoadError | undefined {
  if (!(error instanceof Error) || error instanceof LoadError) return undefined;
  const { code: given, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') {
    return new LoadError('NO_DIRECTORY', 'the working directory was removed', {
      exitCode: EXIT.badInput,
      hint: 'start from an existing directory',
      cause: error,
    });
  }
  const unopened = given === 'ERR_MODULE_NOT_FOUND' ? installedPackageOf(message) : undefined;
  if (unopened !== undefined) {
    const refused = `the system refuses: EMFILE: ${unopened} cannot be opened`;
    return new LoadError('SYSTEM', refused, { hint: LIMITS.EMFILE!, cause: error });
  }
  // A thread that cannot be started has the system's word for it in its message alone.
  const named = [given, ...(message.match(/\bE[A-Z0-9]+\b/g) ?? [])];
  const code = named.find((name) => name !== undefined && name in constants.errno);
  const short = NO_MEMORY.test(message) || given === 'ERR_WORKER_OUT_OF_MEMORY' ? 'ENOMEM' : code;
  if (short === undefined) return undefined;
  const hint = LIMITS[short];
  return new LoadError('SYSTEM', `the system refuses: ${message}`, { ...(hint && { hint }), cause: error });
}

/** A package that Node.js does not find although it is installed: it could not open the package's files. */
function installedPackageOf(message: string): string | undefined {
  const [, path] = /'([^']*node_modules[^']*)'/.exec(message) ?? [];
  return path !== undefined && existsSync(join(dirname(path), 'package.json')) ? dirname(path) : undefined;
}
