/** The reports of an experiment, an entry each. The code behind one is loaded where it is used. */
import { join } from 'node:path';
import type { SweepFile } from '../compare/sweep-file.ts';
import { writeAll, writeWhole } from '../whole-file.ts';
import { PAGE_FILE, writePage } from './page-file.ts';
import { orDirectoryError } from './result-directory.ts';
import type { SweepSources } from './sweep-html.tsx';
import type { SweepLook } from './sweep-text.ts';

interface SweepReport {
  /** A value of `--format` where it is printed. */
  readonly name: string;
  readonly prints: boolean;
  /** Its name in the experiment's directory; absent: it is only printed. */
  readonly file?: string;
  render(sweep: SweepFile, look?: SweepLook): Promise<string>;
}

export const SWEEP_REPORTS: readonly SweepReport[] = [
  {
    name: 'text',
    prints: true,
    render: async (sweep, look) => (await import('./sweep-text.ts')).renderSweep(sweep, look),
  },
  {
    name: 'json',
    prints: true,
    file: 'sweep.json',
    render: async (sweep) => `${JSON.stringify(sweep, null, 2)}\n`,
  },
  {
    name: 'markdown',
    prints: true,
    file: 'sweep.md',
    render: async (sweep) => (await import('./sweep-markdown.ts')).renderSweepMarkdown(sweep),
  },
  {
    name: 'csv',
    prints: false,
    file: 'runs.csv',
    render: async (sweep) => (await import('./runs-csv.ts')).runsCsv(sweep),
  },
];

export const SWEEP_FORMATS = SWEEP_REPORTS.flatMap(({ name, prints }) => (prints ? [name] : []));

/** @param format of SWEEP_FORMATS. */
export async function renderSweepAs(format: string, sweep: SweepFile, look: SweepLook): Promise<string> {
  return SWEEP_REPORTS.find(({ name }) => name === format)!.render(sweep, look);
}

/** What the page needs beside the analysis. */
export async function sweepPage(sweep: SweepFile, sources: SweepSources): Promise<string> {
  return (await import('./sweep-html.tsx')).sweepHtml(sweep, sources);
}

/**
 * Every report that has a file, each whole or not at all, and the page.
 * @returns their absolute paths.
 * @throws LoadError RESULT_DIRECTORY; not because of the page.
 */
export async function writeSweep(
  sweep: SweepFile,
  sources: SweepSources,
  onWarning: (warning: string) => void,
): Promise<string[]> {
  const { directory } = sources;
  const work = () =>
    writeAll(
      SWEEP_REPORTS.flatMap(({ file, render }) =>
        file === undefined ? [] : [render(sweep).then((text) => writeWhole(join(directory, file), text))],
      ),
    );
  const files = await orDirectoryError(directory, work, 'make room there, or let it be written to');
  return [...files, ...(await writePage(join(directory, PAGE_FILE), sweepPage(sweep, sources), onWarning))];
}
