/** Files of a profile's own workload, in a directory that the test leaves to the system. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, type Problem } from '../../src/errors.ts';
import { definitionOf } from '../../src/workload/loaded-definition.ts';
import { referenceOf, type WrittenWorkload } from '../../src/workload/reference.ts';

export function directoryOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'own-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

/** The definition of what a profile in a directory of these files would write. */
export function definitionFrom(written: WrittenWorkload, files: Readonly<Record<string, string | Uint8Array>>) {
  const reference = referenceOf(written, directoryOf(files));
  return { reference, definition: definitionOf(reference) };
}

/** What is wrong; fails where nothing is. */
export function problemsIn(act: () => unknown): readonly Problem[] {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('there was no problem');
}
