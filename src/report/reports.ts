/** The files of a result directory, each whole or not at all. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MergedRun } from '../result/merge.ts';
import { histogramLog } from './histogram-log.ts';
import { makeDirectories, orDirectoryError } from './result-directory.ts';
import { seriesCsv } from './series-csv.ts';

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
  return orDirectoryError(directory, async () => {
    makeDirectories(directory);
    return Promise.all(Object.entries(files).map(([name, text]) => writeWhole(join(directory, name), text)));
  });
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
