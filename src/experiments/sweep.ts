/** `load sweep` and `load run --repeat`: from a profile or an experiment file to finished runs. What the API offers. */

import type { CellRuns } from '../compare/cell-figures.ts';
import { measuresOf } from '../compare/sweep-analysis.ts';
import { type SweepFile, sweepFile } from '../compare/sweep-file.ts';
import { EXIT, type ExitCode, InputError, LoadError } from '../errors.ts';
import { parseGoal } from '../objective-grammar.ts';
import type { SweepSources } from '../report/sweep-html.tsx';
import { writeSweep } from '../report/sweep-reports.ts';
import { alphaOf } from '../statistics/looks.ts';
import { openCare } from './cluster-care.ts';
import { decidedCells, type IsDecided } from './decided.ts';
import { configHashOf, type ExperimentState, writeExperiment } from './experiment-directory.ts';
import { lockExperiment, openExperiment, stoppedExit } from './open-experiment.ts';
import { type PlannedExperiment, planExperiment } from './plan-experiment.ts';
import { cellRuns, type ExperimentEnd, type RunExperimentOptions, runExperiment } from './run-experiment.ts';
import { checkOptions, requestOf, type SweepOptions } from './sweep-options.ts';
import { dimensionsOf } from './vary.ts';

export interface SweepReport {
  readonly directory: string;
  /** As in sweep.json. */
  readonly sweep: SweepFile<ExperimentState>;
  /** Of each cell the runs that are finished; of one that was repeated the second. */
  readonly cells: readonly CellRuns[];
  /** Those that are complete. */
  readonly rounds: number;
  readonly exitCode: ExitCode;
  /** Why it ended before its last run, or could not write what came of it; it can be gone on with. */
  readonly failure?: LoadError;
}

/** @throws InputError with every problem of every cell, before anything is sent. */
export async function planSweep(profileOrFile: string, options: SweepOptions = {}): Promise<PlannedExperiment> {
  checkOptions(options);
  const byFlag = dimensionsOf(options.vary ?? {}, (path) => `vary.${path}`);
  return planExperiment(requestOf(profileOrFile, options, byFlag));
}

/**
 * Runs every cell in shuffled rounds, each run in its own process.
 * @throws InputError before anything is sent; LoadError where it cannot begin.
 */
export async function sweep(profileOrFile: string, options: SweepOptions = {}): Promise<SweepReport> {
  return runSweep(await planSweep(profileOrFile, options), options);
}

/**
 * Runs what `planSweep` or `planExperiment` made.
 * @param isDecided ends `repeat: auto`; by default that every cell is compared with the baseline.
 */
export async function runSweep(
  planned: PlannedExperiment,
  options: SweepOptions & Pick<RunExperimentOptions, 'onLive'>,
  isDecided?: IsDecided,
): Promise<SweepReport> {
  if (planned.repeat === 'auto' && planned.cells.length === 1 && isDecided === undefined) {
    const message = '`auto` repeats until cells are compared, and there is one';
    throw new InputError([{ place: '--repeat', message, hint: 'vary something, or give a number' }]);
  }
  const wanted = stateOf(planned, options.command ?? 'api');
  const { directory, state: begun } = await openExperiment(wanted, { ...options, cwd: planned.cwd });
  options.onPlan?.(planned, directory);
  const warn = (warning: string) => options.onWarning?.(warning);
  planned.warnings.forEach(warn);
  const lock = await lockExperiment(directory);
  const goal = planned.goal === undefined ? undefined : parseGoal(planned.goal);
  try {
    const care = await openCare(planned, { id: begun.id, idleUs: begun.idleUs, onWarning: warn });
    const state = { ...begun, idleUs: care?.idleUs ?? null };
    try {
      await writeExperiment(directory, state);
      const end = await runExperiment(planned, state, {
        ...options,
        directory,
        ...(care !== undefined && { cluster: care }),
        measures: [...measuresOf(goal), ...(planned.measures ?? [])],
        isDecided: isDecided ?? decidedCells(planned.maxRepeat, planned.baseline, goal),
      });
      return await report(directory, state, end, { warn, signal: options.signal });
    } finally {
      await care?.close();
    }
  } finally {
    lock.release();
  }
}

function stateOf(planned: PlannedExperiment, command: string) {
  const { kind, name, profile, seed, vary, shards, repeat, maxRepeat, settleMs, baseline, goal } = planned;
  const split = shards === undefined ? {} : { shards };
  const cells = planned.cells.map(({ name, factors, profileHash }) => ({ name, factors, profileHash }));
  return {
    ...{ kind, name, configHash: configHashOf({ kind, seed, cells, ...split }), seed, command },
    ...split,
    ...{ profile, vary: vary as ExperimentState['vary'], cells, repeat },
    ...(repeat === 'auto' && { maxRepeat }),
    ...{ settleMs, baseline },
    ...(goal !== undefined && { goal }),
  };
}

async function report(
  directory: string,
  experiment: ExperimentState,
  { runs, rounds, failure, interrupted }: ExperimentEnd,
  { warn, signal }: { readonly warn: (warning: string) => void; readonly signal: AbortSignal | undefined },
): Promise<SweepReport> {
  const cells = cellRuns(experiment, runs);
  const records = runs.map(({ entry, record }) => ({ cell: entry.cell, record }));
  const sweep = sweepFile(experiment, cells, records, alphaOf(experiment));
  const failed = failure ?? (await writeError(sweep, { directory, cells }, warn));
  const exitCode = failed !== undefined ? EXIT.failed : interrupted ? stoppedExit(signal) : sweepExit(sweep);
  return { directory, sweep, cells, rounds, exitCode, ...(failed !== undefined && { failure: failed }) };
}

/** 1: nothing came of any run. 3: some do not count. */
export function sweepExit({ runs }: SweepFile): ExitCode {
  const counted = runs.filter(({ counts }) => counts);
  if (counted.every(({ status }) => status === 'failed')) return EXIT.failed;
  return counted.every(({ status }) => status === 'ok') ? EXIT.ok : EXIT.invalidMeasurement;
}

/** What was measured is not lost with the files: it is printed, and `--resume` writes them. */
async function writeError(
  sweep: SweepFile,
  sources: SweepSources,
  warn: (warning: string) => void,
): Promise<LoadError | undefined> {
  try {
    await writeSweep(sweep, sources, warn);
    return undefined;
  } catch (error) {
    if (error instanceof LoadError) return error;
    throw error;
  }
}
