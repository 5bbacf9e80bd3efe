/** Files that are whole or not there: readers see the old one or the new one, never half of one. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';

/** Several of them: also where one cannot be written, the others are there, or gone, when it rejects. */
export async function writeAll(writing: readonly Promise<string>[]): Promise<string[]> {
  await Promise.allSettled(writing);
  return Promise.all(writing);
}

/** Where a file is written before it gets its name. */
export function unfinishedPath(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** @returns the absolute path. */
export async function writeWhole(
  path: string,
  content: string | ((file: FileHandle) => Promise<void>),
): Promise<string> {
  const unfinished = unfinishedPath(path);
  try {
    const file = await open(unfinished, 'w');
    try {
      await (typeof content === 'string' ? file.writeFile(content) : content(file));
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
  return resolve(path);
}
