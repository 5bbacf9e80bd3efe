/** A whole run: profile → plan → measurement → result. What the command line does, and what the API offers. */

import { type ExecutedRun, type ExecuteOptions, executePlan } from './coordinator/execute.ts';
import { faultLine } from './coordinator/fault-line.ts';
import type { Observer, ReadyRun } from './coordinator/observer.ts';
import { type ExitCode, InputError } from './errors.ts';
import { guarded, observerProblems } from './observers/guarded.ts';
import { standardObservers } from './observers/standard.ts';
import { optionProblems } from './option-check.ts';
import type { Plan } from './plan/plan.ts';
import { type PlannedRun, type PlanOptions, plan, planToRun } from './planning.ts';
import { isOverride } from './profile/overrides.ts';
import type { Progress } from './recorder/progress.ts';
import { assignSchemaIds } from './registry/schema-ids.ts';
import { writeReports } from './report/reports.ts';
import { inResultDirectory } from './report/result-directory.ts';
import { groundTruthFile, prepareGroundTruth, writeGroundTruth } from './report/truth-file.ts';
import { exitCodeOf } from './result/exit-code.ts';
import { unreadNotes } from './result/reading-verdict.ts';
import type { Result } from './result/result.ts';
import { planNotes } from './result/run-identity.ts';
import { overtakingWarnings } from './result/trail-order.ts';
import { truthEntries } from './result/truth-entries.ts';
import { scrub } from './secrets.ts';

type ExecuteSettings = Pick<
  ExecuteOptions,
  'signal' | 'abandon' | 'onWarning' | 'onLog' | 'waitForBrokerMs' | 'observers'
>;

export interface RunOptions extends PlanOptions, ExecuteSettings {
  /** A few times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** The plan as it will be run, its target ready. */
  readonly onReady?: (plan: Plan, cluster: ReadyRun['cluster'], reader: ReadyRun['reader']) => void;
  /** Result directory; nothing is written without one. Result files that are in it are replaced. */
  readonly out?: string;
  /** Never a directory that is there: `out-2` in its place, or `out-3` and so on. */
  readonly ownDirectory?: boolean;
  /** File of the ground truth; by default `ground-truth.jsonl` in the result directory, where the records have one. */
  readonly groundTruth?: string;
  /** Exit code 0 for a generator-limited or incomplete run. */
  readonly allowInvalid?: boolean;
  /** The command as typed, for the result. */
  readonly command?: string;
}

/** One by one, so that a new one is not forgotten. */
const OPTIONS = {
  env: true,
  cwd: true,
  overrides: true,
  cores: true,
  signal: true,
  abandon: true,
  onProgress: true,
  onWarning: true,
  onNote: true,
  onLog: true,
  onReady: true,
  observers: true,
  out: true,
  ownDirectory: true,
  groundTruth: true,
  allowInvalid: true,
  command: true,
  waitForBrokerMs: true,
} satisfies Record<keyof RunOptions, true>;

/** What JavaScript lets pass. @throws InputError with the nearest of what there is. */
function checkOptions(options: RunOptions): void {
  // Overrides that stand beside `overrides` are reported when the profile is read.
  const problems = optionProblems(options, OPTIONS, isOverride);
  problems.push(...observerProblems(options.observers));
  if (problems.length > 0) throw new InputError(problems);
}

export interface RunReport {
  readonly result: Result;
  readonly exitCode: ExitCode;
  /** Result directory, where there is one: `out`, or what `ownDirectory` made of it. */
  readonly directory?: string;
  /** Files written; empty without a result directory. */
  readonly files: readonly string[];
  /** Why the files could not be written, though the result is there. */
  readonly writeError?: Error;
}

/**
 * Runs a profile to its end, or until `signal` stops it.
 * @throws InputError before anything is sent; LoadError when the run cannot be done or the accounting does not hold.
 */
export async function run(profile: string, options: RunOptions = {}): Promise<RunReport> {
  checkOptions(options);
  return runPlanned(await plan(profile, options), options);
}

/** How a plan becomes a measurement: in this process alone, or by several. */
export type Execute = (plan: Plan, options: ExecuteOptions) => Promise<ExecutedRun>;

/** Runs what `plan` made. */
export async function runPlanned(
  given: PlannedRun,
  options: RunOptions = {},
  execute: Execute = executePlan,
): Promise<RunReport> {
  checkOptions(options);
  const planned = await planToRun(given);
  return inResultDirectory(options, (directory) => runIn(directory, planned, options, execute));
}

async function runIn(
  directory: string | undefined,
  planned: PlannedRun,
  options: RunOptions,
  execute: Execute,
): Promise<RunReport> {
  const { plan, loaded } = planned;
  const { onProgress, onReady, command = 'api' } = options;
  const { reported, warn, note } = openNotices(options);
  const logFault = (line: string) => options.onLog?.(faultLine(scrub(line)));
  const observers: Observer[] = [
    ...standardObservers({ plan, loaded, directory, command, notes: reported, warn, logFault }),
    ...(options.observers ?? []).map((observer, i) => guarded(observer, `observers[${i}]`, warn)),
    { ready: ({ plan, cluster, reader }) => void onReady?.(plan, cluster, reader) },
    ...(onProgress === undefined ? [] : [guarded({ progress: onProgress }, 'onProgress', warn)]),
  ];
  try {
    const truthFile = groundTruthFile(plan, planned.earlier !== undefined, options.groundTruth, directory);
    if (truthFile !== undefined) await prepareGroundTruth(truthFile);
    plan.warnings.forEach(warn);
    plan.notes.forEach(note);
    const schemas = await assignSchemaIds(plan, loaded.profile.schemaRegistry);
    const checking = verifies(plan)
      ? await (await import('./verification/run-verification.ts')).openRunVerification(schemas.plan)
      : undefined;
    const executing = execute(schemas.plan, {
      ...options,
      observers,
      openPages: checking?.openPages,
      onWarning: warn,
      onLog: (line) => options.onLog?.({ ...line, message: scrub(line.message) }),
    });
    // What is needed afterwards is loaded while the workers start.
    const [executed, { runResult }] = await Promise.all([executing, import('./result/run-result.ts')]);
    const { measurement } = executed;
    const overtaking = overtakingWarnings(
      executed.plan.lanes,
      measurement.workers.flatMap((worker) => worker.lanes),
    );
    const verification = checking?.result(executed.plan, measurement);
    const unread = unreadNotes(executed.plan, measurement.reading);
    const notes = [...overtaking, ...planNotes(executed.plan), ...schemas.notes, ...unread, ...reported];
    [...overtaking, ...unread].forEach(warn);
    const context = { ...executed, loaded, command, notes, ...(verification && { verification }) };
    const merged = runResult(context, measurement, executed.findings);
    const { result } = merged;
    const stoppedBy = result.run.stopped?.by;
    return {
      result,
      exitCode: exitCodeOf(result, { ...(stoppedBy && { stoppedBy }), allowInvalid: options.allowInvalid ?? false }),
      ...(directory !== undefined && { directory }),
      ...(await written([
        ...executed.findings.map(({ error }) => async () => {
          if (error !== undefined) throw error;
          return [];
        }),
        async () =>
          directory === undefined ? [] : writeReports(directory, { ...merged, profileYaml: loaded.resolved }, warn),
        async () =>
          directory === undefined || plan.target.kind === 'null' || plan.lanes.length === 0
            ? []
            : [
                await (await import('./verification/verify-file.ts')).writeVerifyFile(
                  directory,
                  executed.plan,
                  measurement.workers,
                ),
              ],
        async () =>
          truthFile === undefined
            ? []
            : [await writeGroundTruth(truthFile, result, truthEntries(executed.plan, measurement))],
      ])),
    };
  } finally {
    for (const observer of observers) await observer.close?.();
  }
}

function verifies({ reading }: Plan): boolean {
  return reading?.groups.some(({ verify }) => verify) === true;
}

/** What a run reports as it goes, kept for its result. */
function openNotices({ onWarning, onNote }: RunOptions) {
  const reported: string[] = [];
  const reportTo = (listener: ((text: string) => void) | undefined) => (text: string) => {
    reported.push(text);
    listener?.(scrub(text));
  };
  return { reported, warn: reportTo(onWarning), note: reportTo(onNote) };
}

/** A full disk at the end must not take the measurement with it, nor one file the others. */
async function written(
  writers: readonly (() => Promise<readonly string[]>)[],
): Promise<Pick<RunReport, 'files' | 'writeError'>> {
  const files: string[] = [];
  let writeError: Error | undefined;
  for (const write of writers) {
    try {
      files.push(...(await write()));
    } catch (error) {
      writeError ??= error as Error;
    }
  }
  return { files, ...(writeError !== undefined && { writeError }) };
}
