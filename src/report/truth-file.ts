/** The ground truth of a run as a file: JSON lines, the first about the run. Written line by line, whole or not at all. */
import { type FileHandle, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Result } from '../result/result.ts';
import { hasGroundTruth } from '../result/truth-entries.ts';
import { unfinishedPath, writeWhole } from '../whole-file.ts';
import { makeDirectoryOf } from './result-directory.ts';

const FILE = 'ground-truth.jsonl';
/** Characters that are written at once. */
const CHUNK = 1 << 16;

/**
 * @param isRest of a run that an earlier one has begun.
 * @param asked a file that somebody named.
 * @throws InputError where a file is asked for and there is nothing to tell.
 */
export function groundTruthFile(
  plan: Plan,
  isRest: boolean,
  asked: string | undefined,
  directory: string | undefined,
): string | undefined {
  const refuse = (message: string, hint: string) => new InputError([{ place: '--ground-truth', message, hint }]);
  if (isRest) {
    if (asked === undefined) return undefined;
    const message = `of a run that goes on after another, ${plan.database?.file} can tell`;
    throw refuse(message, 'its messages have sent_at and delivered_at');
  }
  if (hasGroundTruth(plan)) return asked ?? (directory === undefined ? undefined : join(directory, FILE));
  if (asked === undefined) return undefined;
  throw refuse('these records have no ground truth', 'a scenario with anomalies has a ground truth');
}

/**
 * Proves that the file can be written, before a run of an hour finds out.
 * @throws LoadError GROUND_TRUTH, exit code 1.
 */
export async function prepareGroundTruth(path: string): Promise<void> {
  const unfinished = unfinishedPath(path);
  await orGroundTruthError(path, async () => {
    makeDirectoryOf(path);
    await writeFile(unfinished, '');
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
  const write = async (file: FileHandle) => {
    let chunk = `${JSON.stringify(header)}\n`;
    for (const entry of entries) {
      chunk += `${JSON.stringify(entry)}\n`;
      if (chunk.length < CHUNK) continue;
      await file.appendFile(chunk);
      chunk = '';
    }
    await file.appendFile(chunk);
  };
  return orGroundTruthError(path, () => writeWhole(path, write));
}

async function orGroundTruthError<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'choose another place with --ground-truth FILE';
    throw new LoadError('GROUND_TRUTH', `cannot write the ground truth to ${path}: ${reason}`, { hint, cause });
  }
}
