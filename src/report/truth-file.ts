/** The ground truth of a run as a file: JSON lines, the first about the run. Written as it is told, whole or not at all. */
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LoadError } from '../errors.ts';
import type { Result } from '../result/result.ts';

/** Characters that are written at once. */
const CHUNK = 1 << 16;

/**
 * Proves that the file can be written, before a run of an hour finds out.
 * @throws LoadError GROUND_TRUTH, exit code 1.
 */
export async function prepareGroundTruth(path: string): Promise<void> {
  await writing(path, async (unfinished) => {
    await (await open(unfinished, 'w')).close();
    await rm(unfinished);
  });
}

/**
 * @param entries lines after the first; read once, as fast as they can be written.
 * @returns the file's absolute path.
 * @throws LoadError GROUND_TRUTH; the caller still has the result.
 */
export async function writeGroundTruth(
  path: string,
  { run, ledger }: Pick<Result, 'run' | 'ledger'>,
  entries: Iterable<object>,
): Promise<string> {
  const { id, profile, profileHash, seed, startedAt } = run;
  const header = { version: 1, run: { id, profile, profileHash, seed, startedAt }, complete: ledger.complete };
  await writing(path, async (unfinished) => {
    const file = await open(unfinished, 'w');
    try {
      let chunk = `${JSON.stringify(header)}\n`;
      for (const entry of entries) {
        chunk += `${JSON.stringify(entry)}\n`;
        if (chunk.length < CHUNK) continue;
        await file.appendFile(chunk);
        chunk = '';
      }
      await file.appendFile(chunk);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  });
  return resolve(path);
}

async function writing(path: string, write: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await write(unfinished);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'choose another place with --ground-truth FILE';
    throw new LoadError('GROUND_TRUTH', `cannot write the ground truth to ${path}: ${reason}`, { hint, cause });
  }
}
