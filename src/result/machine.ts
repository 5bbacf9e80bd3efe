/** The machine and the versions a result was measured with. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './result.ts';

export function describeEnvironment(brokerVersion?: string): Environment {
  const root = packageRoot();
  const gitCommit = readCommit(root);
  return {
    os: `${type()} ${release()} ${process.arch}`,
    cpus: availableParallelism(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: memoryBytes(),
    node: process.version,
    engineVersion: engineVersion(),
    ...(gitCommit !== undefined && { gitCommit }),
    ...(brokerVersion !== undefined && { brokerVersion }),
  };
}

export function engineVersion(): string {
  const file = join(packageRoot(), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** A container's limit where there is one, else the machine's memory. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** The nearest folder above with a package.json: the sources and the compiled files lie at different depths. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The engine's own commit when it runs from a clone; an installed package has none. */
function readCommit(root: string): string | undefined {
  if (!existsSync(join(root, '.git'))) return undefined;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined; // no git on this machine: the result says nothing rather than fail
  }
}
