/** The reports of a comparison, an entry each. The code behind one is loaded where it is used. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison } from '../compare/comparison.ts';
import { writeAll, writeWhole } from '../whole-file.ts';
import type { ComparisonSources } from './comparison-html.tsx';
import { PAGE_FILE, writePage } from './page-file.ts';
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

/** What the page needs beside the comparison. */
export async function comparisonPage(comparison: Comparison, sources: ComparisonSources): Promise<string> {
  return (await import('./comparison-html.tsx')).comparisonHtml(comparison, sources);
}

/** In the directory of a run or of repeats `report.html` is theirs. */
export function comparisonPageIn(directory: string): string {
  const isOthers = ['experiment.json', 'result.json'].some((name) => existsSync(join(directory, name)));
  return join(directory, isOthers ? 'comparison.html' : PAGE_FILE);
}

/**
 * Every report that has a file, each whole or not at all, and the page.
 * @returns their absolute paths.
 * @throws LoadError RESULT_DIRECTORY; not because of the page.
 */
export async function writeComparison(
  directory: string,
  comparison: Comparison,
  sources: ComparisonSources,
  onWarning: (warning: string) => void,
): Promise<string[]> {
  const files = await orDirectoryError(directory, async () => {
    makeDirectories(directory);
    const writing = COMPARISON_REPORTS.flatMap(({ file, render }) =>
      file === undefined ? [] : [render(comparison).then((text) => writeWhole(join(directory, file), text))],
    );
    return writeAll(writing);
  });
  return [...files, ...(await writePage(comparisonPageIn(directory), comparisonPage(comparison, sources), onWarning))];
}
