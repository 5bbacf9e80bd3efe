/** The reports of a comparison, an entry each. The code behind one is loaded where it is used. */
import { join } from 'node:path';
import type { Comparison } from '../compare/comparison.ts';
import { writeAll, writeWhole } from '../whole-file.ts';
import { makeDirectories, orDirectoryError } from './result-directory.ts';

interface ComparisonReport {
  /** A value of `--format`. */
  readonly name: string;
  /** Its name in the directory of `--out`; absent: it is only printed. */
  readonly file?: string;
  render(comparison: Comparison, look?: { readonly color?: boolean }): Promise<string>;
}

export const COMPARISON_REPORTS: readonly ComparisonReport[] = [
  { name: 'text', render: async (comparison, look) => (await import('./comparison-text.ts')).render(comparison, look) },
  {
    name: 'json',
    file: 'comparison.json',
    render: async (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
  },
  {
    name: 'markdown',
    file: 'comparison.md',
    render: async (comparison) => (await import('./comparison-markdown.ts')).render(comparison),
  },
  {
    name: 'junit',
    file: 'junit.xml',
    render: async (comparison) => (await import('./comparison-junit.ts')).render(comparison),
  },
  { name: 'github', render: async (comparison) => (await import('./comparison-github.ts')).render(comparison) },
  {
    name: 'bmf',
    file: 'bmf.json',
    render: async (comparison) => (await import('./comparison-bmf.ts')).render(comparison),
  },
];

export const COMPARISON_FORMATS = COMPARISON_REPORTS.map(({ name }) => name);

/** @param format of COMPARISON_FORMATS. */
export async function renderComparison(
  format: string,
  comparison: Comparison,
  look: { readonly color?: boolean } = {},
): Promise<string> {
  return COMPARISON_REPORTS.find(({ name }) => name === format)!.render(comparison, look);
}

/**
 * Every report that has a file, each whole or not at all.
 * @returns their absolute paths.
 * @throws LoadError RESULT_DIRECTORY
 */
export async function writeComparison(directory: string, comparison: Comparison): Promise<string[]> {
  return orDirectoryError(directory, async () => {
    makeDirectories(directory);
    const writing = COMPARISON_REPORTS.flatMap(({ file, render }) =>
      file === undefined ? [] : [render(comparison).then((text) => writeWhole(join(directory, file), text))],
    );
    return writeAll(writing);
  });
}
