/** `load sweep` and `load run --repeat`: from a profile or an experiment file to finished runs. What the API offers. */
import type { RunRecord } from '../compare/run-record.ts';
import { EXIT, type ExitCode, type LoadError } from '../errors.ts';
import { parseGoal } from '../objective-grammar.ts';
import { openCare } from './cluster-care.ts';
import { decidedCells, type IsDecided } from './decided.ts';
import { configHashOf, type ExperimentState, writeExperiment } from './experiment-directory.ts';
import { lockExperiment, openExperiment, stoppedExit } from './open-experiment.ts';
import { type PlannedExperiment, planExperiment } from './plan-experiment.ts';
import { type CellRuns, cellRuns, type FinishedRun, runExperiment } from './run-experiment.ts';
import { checkOptions, requestOf, type SweepOptions } from './sweep-options.ts';
import { type Dimension, dimensionsOf, type Vary } from './vary.ts';

export interface SweepReport {
  readonly directory: string;
  readonly experiment: ExperimentState;
  /** Of each cell the runs that are finished. */
  readonly cells: readonly CellRuns[];
  /** All runs in their order, those that were repeated among them. */
  readonly runs: readonly RunRecord[];
  readonly rounds: number;
  readonly exitCode: ExitCode;
  /** Why it ended before its last run; it can be gone on with. */
  readonly failure?: LoadError;
}

/** @throws InputError with every problem of every cell, before anything is sent. */
export async function planSweep(profileOrFile: string, options: SweepOptions = {}): Promise<PlannedExperiment> {
  checkOptions(options);
  return planExperiment(requestOf(profileOrFile, options, (options.vary && flagDimensions(options.vary)) ?? []));
}

/**
 * Runs every cell in shuffled rounds, each run in its own process.
 * @throws InputError before anything is sent; LoadError where it cannot begin.
 */
export async function sweep(profileOrFile: string, options: SweepOptions = {}): Promise<SweepReport> {
  const planned = await planSweep(profileOrFile, options);
  return runSweep(planned, options);
}

function flagDimensions(vary: Vary): Dimension[] {
  return dimensionsOf(vary, (path) => `vary.${path}`);
}

/**
 * Runs what `planSweep` or `planExperiment` made.
 * @param isDecided ends `repeat: auto`; by default that every cell is compared with the baseline.
 */
export async function runSweep(
  planned: PlannedExperiment,
  options: SweepOptions,
  isDecided?: IsDecided,
): Promise<SweepReport> {
  const { directory, state: begun } = await openExperiment(stateOf(planned, options.command), {
    ...options,
    cwd: planned.cwd,
  });
  options.onPlan?.(planned, directory);
  const warn = (warning: string) => options.onWarning?.(warning);
  planned.warnings.forEach(warn);
  let state = begun;
  const lock = await lockExperiment(directory);
  const care = await openCare(planned, { id: state.id, idleUs: state.idleUs, onWarning: warn });
  const measures = planned.goal === undefined ? [] : measuresOf(planned.goal);
  try {
    state = { ...state, idleUs: care?.idleUs ?? null };
    await writeExperiment(directory, state);
    const end = await runExperiment(planned, state, {
      ...options,
      directory,
      ...(care !== undefined && { cluster: care }),
      measures,
      isDecided: isDecided ?? decidedCells(planned.maxRepeat, planned.baseline, measures),
    });
    return report(directory, state, end.runs, {
      rounds: end.rounds,
      ...(end.failure !== undefined && { failure: end.failure }),
      ...(end.interrupted && { stoppedBy: stoppedExit(options.signal) }),
    });
  } finally {
    await care?.close();
    lock.release();
  }
}

function measuresOf(goal: string) {
  const { constraints, optimize } = parseGoal(goal);
  return [...constraints.map(({ measure }) => measure), ...optimize];
}

function stateOf(planned: PlannedExperiment, command = 'api') {
  const { kind, name, profile, seed, vary, repeat, maxRepeat, settleMs, baseline, goal } = planned;
  const cells = planned.cells.map(({ name, factors, profileHash }) => ({ name, factors, profileHash }));
  return {
    ...{ kind, name, configHash: configHashOf({ kind, seed, cells }), seed, command },
    ...{ profile, vary: vary as ExperimentState['vary'], cells, repeat },
    ...(repeat === 'auto' && { maxRepeat }),
    ...{ settleMs, baseline },
    ...(goal !== undefined && { goal }),
  };
}

function report(
  directory: string,
  experiment: ExperimentState,
  runs: readonly FinishedRun[],
  { rounds, failure, stoppedBy }: { rounds: number; failure?: LoadError; stoppedBy?: ExitCode },
): SweepReport {
  const cells = cellRuns(experiment, runs);
  const counted = cells.flatMap(({ set }) => set.runs);
  const isAllOk = counted.every(({ status }) => status === 'ok');
  const nothing = !counted.some(({ status }) => status === 'ok');
  const own = nothing ? EXIT.failed : isAllOk ? EXIT.ok : EXIT.invalidMeasurement;
  return {
    directory,
    experiment,
    cells,
    runs: runs.map(({ record }) => record),
    rounds,
    exitCode: failure === undefined ? (stoppedBy ?? own) : EXIT.failed,
    ...(failure !== undefined && { failure }),
  };
}
