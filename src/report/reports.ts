/** The reports of a run, an entry each. The code behind one is loaded where it is used. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MergedRun } from '../result/merge.ts';
import { CHECKPOINTS_FILE, LATENCIES_FILE, RUN_FILE } from '../result/run-file.ts';
import { writeAll, writeWhole } from '../whole-file.ts';
import { makeDirectories, orDirectoryError } from './result-directory.ts';

/** A run that has just ended. */
export interface MeasuredRun extends MergedRun {
  /** The resolved profile, secrets masked. */
  readonly profileYaml: string;
}

/** How a report is printed. */
export interface Look {
  /** Only where the output is a terminal. */
  readonly color?: boolean;
  /** Where the result files are. */
  readonly directory?: string;
  /** Height of the terminal, where it is one, in rows of 100 columns. */
  readonly rows?: number;
  /** The latency histogram, however tall the terminal is. */
  readonly histogram?: boolean;
}

/** A value of `--format`. It needs the result alone, and so `load report` prints it later as well. */
interface PrintedReport {
  readonly name: string;
  readonly prints: true;
  /** Its name in the result directory; absent: it is only printed. */
  readonly file?: string;
  render(run: Pick<MeasuredRun, 'result'>, look?: Look): Promise<string>;
}

interface FileReport {
  readonly name: string;
  readonly prints: false;
  readonly file: string;
  /** Made of the other files: a run is not worth less without it. */
  readonly isView?: true;
  render(run: MeasuredRun): Promise<string>;
}

export const REPORTS: readonly (PrintedReport | FileReport)[] = [
  {
    name: 'text',
    prints: true,
    render: async ({ result }, look) => `${(await import('./run-text.ts')).renderSummary(result, look)}\n`,
  },
  {
    name: 'json',
    prints: true,
    file: 'result.json',
    render: async ({ result }) => (await import('./result-json.ts')).resultJson(result),
  },
  {
    name: 'markdown',
    prints: true,
    render: async ({ result }) => (await import('./run-markdown.ts')).runMarkdown(result),
  },
  {
    name: 'junit',
    prints: true,
    render: async ({ result }) => (await import('./run-junit.ts')).runJunit(result),
  },
  {
    name: 'github',
    prints: true,
    render: async ({ result }) => (await import('./run-github.ts')).runGithub(result),
  },
  {
    name: 'csv',
    prints: false,
    file: 'series.csv',
    render: async ({ result }) => (await import('./series-csv.ts')).seriesCsv(result.series),
  },
  {
    name: 'hlog',
    prints: false,
    file: 'histograms.hlog',
    render: async (run) => (await import('./histogram-log.ts')).histogramLog(run),
  },
  { name: 'profile', prints: false, file: 'profile.yaml', render: async ({ profileYaml }) => profileYaml },
  {
    name: 'html',
    prints: false,
    file: 'report.html',
    isView: true,
    render: async ({ result, profileYaml }) => (await import('./run-html.tsx')).renderRunHtml(result, profileYaml),
  },
];

export const FORMATS = REPORTS.flatMap(({ name, prints }) => (prints ? [name] : []));

/** @param format of FORMATS. */
export async function renderReport(format: string, run: Pick<MeasuredRun, 'result'>, look: Look): Promise<string> {
  const report = REPORTS.find((each): each is PrintedReport => each.prints && each.name === format)!;
  return report.render(run, look);
}

/**
 * Writes each report's file whole or not at all, in place of what a run leaves until it has a result.
 * @param warn of a view that could not be written; all else is there.
 * @returns the files' absolute paths.
 * @throws LoadError RESULT_DIRECTORY; the caller still has the result and prints it.
 */
export async function writeReports(
  directory: string,
  run: MeasuredRun,
  warn: (warning: string) => void,
): Promise<string[]> {
  return orDirectoryError(directory, async () => {
    makeDirectories(directory);
    const [data, views] = [REPORTS.filter((report) => !isView(report)), REPORTS.filter(isView)];
    const files = await writeAll(data.flatMap((report) => writing(directory, report, run)));
    for (const name of [RUN_FILE, CHECKPOINTS_FILE, LATENCIES_FILE]) await rm(join(directory, name), { force: true });
    for (const view of views) {
      const written = await Promise.allSettled(writing(directory, view, run));
      for (const each of written) {
        if (each.status === 'fulfilled') files.push(each.value);
        else warn(`${view.file} was not written: ${(each.reason as Error).message}`);
      }
    }
    return files;
  });
}

/**
 * What is made of a result alone, beside the files of a run that came from elsewhere: not those of its histograms.
 * @param warn of one that could not be written.
 * @returns the files' absolute paths.
 */
export async function writeFromResult(
  directory: string,
  { result, profileYaml }: Pick<MeasuredRun, 'result' | 'profileYaml'>,
  warn: (warning: string) => void,
): Promise<string[]> {
  const made = REPORTS.filter(({ name }) => name === 'csv' || name === 'html');
  const written = await Promise.allSettled(
    made.flatMap((report) => writing(directory, report, { result, profileYaml, histograms: [] })),
  );
  return written.flatMap((each, i) => {
    if (each.status === 'fulfilled') return each.value;
    warn(`${made[i]!.file} was not written: ${(each.reason as Error).message}`);
    return [];
  });
}

function isView(report: PrintedReport | FileReport): report is FileReport {
  return !report.prints && report.isView === true;
}

/** None where it has no file. */
function writing(directory: string, report: PrintedReport | FileReport, run: MeasuredRun): Promise<string>[] {
  const { file } = report;
  return file === undefined ? [] : [report.render(run).then((text) => writeWhole(join(directory, file), text))];
}
