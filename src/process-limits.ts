/** What the system lets this process have: open files and threads. Only Linux tells; elsewhere there is no limit to hold against. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessLimits {
  /** `ulimit -n`, as Node.js raised it at its start. */
  readonly openFiles: number;
  /** Threads of the container (`pids.max`) or the user (`ulimit -u`), those of other processes among them. */
  readonly threads: number;
  readonly openFilesNow: number;
  readonly threadsNow: number;
}

const NO_LIMIT = Number.POSITIVE_INFINITY;
const CGROUP = '/sys/fs/cgroup';

export function processLimits(): ProcessLimits {
  const limits = textOf('/proc/self/limits');
  const group = /^0::(.*)$/m.exec(textOf('/proc/self/cgroup'))?.[1] ?? '';
  const cgroup = [`${CGROUP}${group}`, CGROUP, `${CGROUP}/pids`].find((folder) => textOf(`${folder}/pids.max`) !== '');
  const pidsMax = cgroup === undefined ? NO_LIMIT : numberOf(textOf(`${cgroup}/pids.max`));
  // Root is not held to it.
  const perUser = process.getuid?.() === 0 ? NO_LIMIT : limitOf(limits, 'Max processes');
  const own = namesIn('/proc/self/task').length;
  const inGroup = cgroup === undefined ? own : numberOf(textOf(`${cgroup}/pids.current`));
  return {
    openFiles: limitOf(limits, 'Max open files'),
    threads: Math.min(pidsMax, perUser),
    openFilesNow: namesIn('/proc/self/fd').length,
    threadsNow: Number.isFinite(inGroup) && pidsMax <= perUser ? inGroup : own,
  };
}

/** The soft one. */
function limitOf(limits: string, name: string): number {
  return numberOf(new RegExp(`^${name} +(\\S+)`, 'm').exec(limits)?.[1] ?? '');
}

/** Infinity of `max`, `unlimited` and nothing. */
function numberOf(text: string): number {
  return /^\d+\s*$/.test(text) ? Number(text) : NO_LIMIT;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
