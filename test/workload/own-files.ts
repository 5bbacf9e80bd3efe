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

export const MODULE =
  "import { defineWorkload } from 'kafka-load-engine';\nexport default defineWorkload({ value: () => ({ a: 1 }) });";
export const SCHEMA = '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}';

/** One workload of each kind, as a profile writes it, and its name; the files are those of `ownFiles`. */
export const OWN_WORKLOADS: readonly [WrittenWorkload, string][] = [
  ['./orders.ts', 'orders.ts'],
  [{ schema: 'order.avsc' }, 'order.avsc'],
  [{ schema: ['order.avsc', './part.avsc'] }, 'order.avsc+part.avsc'],
  [{ file: './orders.jsonl' }, 'orders.jsonl'],
  [{ file: 'orders.jsonl', schema: './order.avsc' }, 'orders.jsonl'],
];

const PART = '{"type":"fixed","name":"Part","size":1}';

export const ownFiles = {
  'orders.ts': MODULE,
  'order.avsc': SCHEMA,
  'part.avsc': PART,
  'orders.jsonl': '{"id":"a"}\n',
};

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
