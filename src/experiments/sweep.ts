/** `load sweep` and `load run --repeat`: from a profile or an experiment file to finished runs. What the API offers. */
import type { RunRecord } from '../compare/run-record.ts';
import { EXIT, type ExitCode, InputError, type LoadError, type Problem } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { parseGoal } from '../objective-grammar.ts';
import type { Environment } from '../profile/environment.ts';
import { isOverride, type Overrides, overridesProblems } from '../profile/overrides.ts';
import { NS_PER_MS, parseDuration } from '../units.ts';
import { mergeOverrides } from './cells.ts';
import { openCare } from './cluster-care.ts';
import { isDecidedFor } from './decided.ts';
import { configHashOf, type ExperimentState, writeExperiment } from './experiment-directory.ts';
import { readExperimentFile } from './experiment-file.ts';
import { lockExperiment, type OpenExperiment, openExperiment, stoppedExit } from './open-experiment.ts';
import { type PlannedExperiment, planExperiment } from './plan-experiment.ts';
import { type CellRuns, cellRuns, type ExperimentEvents, type FinishedRun, runExperiment } from './run-experiment.ts';
import { type Dimension, dimensionsOf, type Vary } from './vary.ts';

export const REPEAT_DEFAULT = 5;
export const MAX_REPEAT_DEFAULT = 20;
export const SETTLE_DEFAULT = '30s';

export interface SweepOptions extends ExperimentEvents {
  /** Values by path, each a dimension; or a list of maps whose factors move together. Added to the file's. */
  readonly vary?: Vary;
  /** Hold for all cells. */
  readonly overrides?: Overrides;
  /** Rounds, 5 by default; `auto`: until every comparison with the baseline is decided. */
  readonly repeat?: number | 'auto';
  /** Of `auto`; 20 by default. */
  readonly maxRepeat?: number;
  /** Longest pause between two runs on a real cluster, 30s by default. */
  readonly settle?: string | number;
  /** Name of a cell; the first one by default. */
  readonly baseline?: string;
  readonly goal?: string;
  /** Directory of the experiment; `load-results/NAME-UTCTIME` by default. */
  readonly out?: string;
  /** Goes on with the experiment in `out`, or with the last one of the same configuration. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  /** The command as typed. */
  readonly command?: string;
  readonly cwd?: string;
  readonly env?: Environment;
  /** The cells as they will be run, before anything is sent. */
  readonly onPlan?: (planned: PlannedExperiment, directory: string) => void;
}

/** One by one, so that a new one is not forgotten. */
const OPTIONS = {
  vary: true,
  overrides: true,
  repeat: true,
  maxRepeat: true,
  settle: true,
  baseline: true,
  goal: true,
  out: true,
  resume: true,
  signal: true,
  command: true,
  cwd: true,
  env: true,
  onPlan: true,
  onRun: true,
  onRunEnd: true,
  onProgress: true,
  onWarning: true,
  onNote: true,
} satisfies Record<keyof SweepOptions, true>;

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

/** Runs what `planSweep` or `planExperiment` made. */
export async function runSweep(planned: PlannedExperiment, options: SweepOptions): Promise<SweepReport> {
  const { directory, state: begun } = await openDirectory(planned, options);
  options.onPlan?.(planned, directory);
  const warn = (warning: string) => options.onWarning?.(warning);
  planned.warnings.forEach(warn);
  let state = begun;
  const lock = await lockExperiment(directory);
  const care = await openCare(planned, { id: state.id, idleUs: state.idleUs, onWarning: warn });
  try {
    state = { ...state, idleUs: care?.idleUs ?? null };
    await writeExperiment(directory, state);
    const end = await runExperiment(planned, state, {
      ...options,
      directory,
      ...(care !== undefined && { cluster: care }),
      measures: planned.goal === undefined ? [] : measuresOf(planned.goal),
      isDecided: isDecidedFor(planned),
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

export function requestOf(profileOrFile: string, options: SweepOptions, byFlag: readonly Dimension[]) {
  const cwd = options.cwd ?? process.cwd();
  const file = readExperimentFile(profileOrFile, cwd, options.env ?? process.env);
  const kind = file === undefined && byFlag.length === 0 ? 'repeat' : 'sweep';
  const baseline = options.baseline ?? file?.baseline;
  const goal = options.goal ?? file?.goal;
  return {
    kind,
    ...(file !== undefined && { name: file.name }),
    profile: file?.profile ?? profileOrFile,
    dimensions: file?.dimensions ?? [],
    flagDimensions: byFlag,
    overrides: mergeOverrides({ set: file?.set ?? [] }, options.overrides ?? {}),
    repeat: options.repeat ?? file?.repeat ?? REPEAT_DEFAULT,
    maxRepeat: options.maxRepeat ?? file?.maxRepeat ?? MAX_REPEAT_DEFAULT,
    settleMs: settleOf(options.settle ?? (file?.settleMs === undefined ? SETTLE_DEFAULT : `${file.settleMs}ms`)),
    ...(baseline !== undefined && { baseline }),
    ...(goal !== undefined && { goal }),
    cwd,
    ...(options.env !== undefined && { env: options.env }),
  } as const;
}

function settleOf(input: string | number): number {
  try {
    return parseDuration(input) / NS_PER_MS;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => ({ ...problem, place: '--settle' })));
  }
}

/** What JavaScript lets pass. @throws InputError with the nearest of what there is. */
function checkOptions(options: SweepOptions): void {
  const problems: Problem[] = Object.keys(options).flatMap((name) => {
    const hint = suggest(name, Object.keys(OPTIONS));
    return Object.hasOwn(OPTIONS, name) || isOverride(name)
      ? []
      : [{ message: `there is no option \`${name}\``, ...(hint !== undefined && { hint }) }];
  });
  problems.push(...overridesProblems(options.overrides ?? {}, options));
  for (const [name, min] of [
    ['repeat', 1],
    ['maxRepeat', 2],
  ] as const) {
    const value: unknown = options[name];
    const isCount = Number.isSafeInteger(value) && (value as number) >= min;
    if (value === undefined || isCount || (name === 'repeat' && value === 'auto')) continue;
    const also = name === 'repeat' ? ', or auto' : '';
    problems.push({ place: name, message: `expected a whole number from ${min} on${also}, not \`${value}\`` });
  }
  if (problems.length > 0) throw new InputError(problems);
}

function openDirectory(planned: PlannedExperiment, options: SweepOptions): Promise<OpenExperiment> {
  const { kind, name, seed, vary, repeat, maxRepeat, settleMs, baseline, goal } = planned;
  const cells = planned.cells.map(({ name, factors, profileHash }) => ({ name, factors, profileHash }));
  const wanted = {
    ...{ kind, name, configHash: configHashOf({ kind, seed, cells }), seed, command: options.command ?? 'api' },
    ...{ profile: planned.profile, vary: vary as ExperimentState['vary'], cells, repeat },
    ...(repeat === 'auto' && { maxRepeat }),
    ...{ settleMs, baseline },
    ...(goal !== undefined && { goal }),
  };
  return openExperiment(wanted, { ...options, cwd: planned.cwd });
}

function measuresOf(goal: string) {
  const { constraints, optimize } = parseGoal(goal);
  return [...constraints.map(({ measure }) => measure), ...optimize];
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
