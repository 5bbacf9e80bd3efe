/** The result directory: found unusable before the run, written after it, each file whole or not at all. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LoadError } from '../errors.ts';
import { histogramLog } from './histogram-log.ts';
import type { MergedRun } from './merge.ts';
import { seriesCsv } from './series.ts';

/**
 * Creates the directory and proves that files can be written there, before a run of an hour finds out.
 * @throws LoadError RESULT_DIRECTORY, exit code 1.
 */
export async function prepareResultDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    const probe = join(directory, `.probe-${process.pid}`);
    await writeFile(probe, 'x');
    await rm(probe);
  } catch (cause) {
    throw directoryError(directory, cause);
  }
}

/**
 * Writes result.json, series.csv, histograms.hlog and profile.yaml.
 * @param profileYaml the resolved profile, secrets already masked.
 * @returns the files' absolute paths.
 * @throws LoadError RESULT_DIRECTORY; the caller still has the result and prints it.
 */
export async function writeResultDirectory(
  directory: string,
  { result, histograms }: MergedRun,
  profileYaml: string,
): Promise<string[]> {
  const files = {
    'result.json': `${JSON.stringify(result, null, 2)}\n`,
    'series.csv': seriesCsv(result.series),
    'histograms.hlog': histogramLog(histograms, result.run.startedAt, `run ${result.run.id}, ${result.run.profile}`),
    'profile.yaml': profileYaml,
  };
  try {
    await mkdir(directory, { recursive: true });
    return await Promise.all(Object.entries(files).map(([name, text]) => writeWhole(join(directory, name), text)));
  } catch (cause) {
    throw directoryError(directory, cause);
  }
}

/** A reader sees the old file or the new one, never half of one. */
async function writeWhole(path: string, text: string): Promise<string> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return resolve(path);
}

function directoryError(directory: string, cause: unknown): LoadError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LoadError('RESULT_DIRECTORY', `cannot write results to ${directory}: ${reason}`, {
    hint: 'choose another place with --out DIR, or --out none to write nothing',
    cause,
  });
}
