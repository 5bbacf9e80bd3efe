/** A sweep, or repeated runs, that were: read again from their directory. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SWEEP_SCHEMA } from '../compare/experiment-schemas.ts';
import { checked, checkVersion, parseJson } from '../compare/stored-run.ts';
import { measuresOf } from '../compare/sweep-analysis.ts';
import { SWEEP_VERSION, type SweepFile, sweepFile } from '../compare/sweep-file.ts';
import { InputError } from '../errors.ts';
import { parseGoal, parseMeasure } from '../objective-grammar.ts';
import type { SweepSources } from '../report/sweep-html.tsx';
import { alphaOf } from '../statistics/looks.ts';
import { countOf } from '../units.ts';
import { readExperiment, readRuns } from './experiment-directory.ts';
import { cellRuns, type FinishedRun } from './run-experiment.ts';
import { recordOnDisk } from './run-outcome.ts';

export interface PastSweep {
  readonly sweep: SweepFile;
  readonly sources: SweepSources;
}

/**
 * As its sweep.json has it; of one that was killed before it had any from the runs that are finished.
 * @throws InputError naming the file that is damaged.
 */
export function readSweep(directory: string): PastSweep {
  const state = readExperiment(directory);
  const written = readSweepFile(directory);
  const goal = state.goal === undefined ? undefined : parseGoal(state.goal);
  const asked = written?.analysis.measures.map(({ measure }) => parseMeasure(measure)) ?? measuresOf(goal);
  const gaps: string[] = [];
  const runs = readRuns(directory).flatMap((entry): FinishedRun[] => {
    try {
      return [{ entry, record: recordOnDisk(directory, entry, asked) }];
    } catch (error) {
      if (!(error instanceof InputError) || written === undefined) throw error;
      gaps.push(`${entry.path} cannot be read: ${error.problems[0]!.message}`);
      return [];
    }
  });
  const cells = cellRuns(state, runs);
  const records = runs.map(({ entry, record }) => ({ cell: entry.cell, record }));
  const sweep = written ?? sweepFile(state, cells, records, alphaOf(state));
  const gone = sweep.runs.filter(({ id, path }) => id !== '' && !existsSync(join(directory, path, 'result.json')));
  if (gone.length > 0) {
    const names = gone.map(({ path }) => path).join(', ');
    gaps.push(`${countOf(gone.length, 'run')} not there any more: percentile curves are without them (${names})`);
  }
  return { sweep, sources: { directory, cells, gaps } };
}

function readSweepFile(directory: string): SweepFile | undefined {
  const file = join(directory, 'sweep.json');
  if (!existsSync(file)) return undefined;
  const value = parseJson(file, readFileSync(file, 'utf8'));
  checkVersion(file, value, SWEEP_VERSION, 'a sweep');
  checked(file, SWEEP_SCHEMA, value);
  return value as SweepFile;
}
