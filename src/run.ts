/** A whole run: profile → plan → measurement → result. What the command line does, and what the API offers. */
import { join } from 'node:path';
import { checkpoint } from './coordinator/checkpoint.ts';
import { liveInputs } from './coordinator/live-inputs.ts';
import { type RunOptions as ExecuteOptions, executePlan, type RunStart } from './coordinator/run.ts';
import { type ExitCode, InputError } from './errors.ts';
import { planOfRestByTopic } from './lifecycle/earlier-run.ts';
import { Recorder } from './lifecycle/recorder.ts';
import { suggest } from './nearest.ts';
import { Journal } from './observers/journal.ts';

import type { Plan } from './plan/plan.ts';
import { type PlannedRun, type PlanOptions, plan } from './planning.ts';
import { isOverride } from './profile/overrides.ts';
import type { Progress } from './recorder/progress.ts';
import { assignSchemaIds } from './registry/schema-ids.ts';
import { writeResultDirectory } from './report/reports.ts';
import { inResultDirectory } from './report/result-directory.ts';
import { prepareGroundTruth, writeGroundTruth } from './report/truth-file.ts';
import { endedPlan } from './result/ended-plan.ts';
import { exitCodeOf } from './result/exit-code.ts';
import { mergeRun } from './result/merge.ts';
import { beginningOf, planNotes, runFacts } from './result/plan-facts.ts';
import type { Result } from './result/result.ts';
import { breachedThresholds, describeOutcome } from './result/thresholds.ts';
import { overtakingWarnings } from './result/trail-order.ts';
import { hasGroundTruth, truthEntries } from './result/truth-entries.ts';
import { weightsFacts } from './result/weights-fit.ts';
import { redactTexts, scrub } from './secrets.ts';
import type { ClientLog } from './transport/transport.ts';
import { checkRecords } from './workload/record-check.ts';

export interface RunOptions extends PlanOptions {
  /** Aborting ends the schedule, drains, and still gives a result. */
  readonly signal?: AbortSignal;
  /** Aborting as well gives up what is in flight. */
  readonly abandon?: AbortSignal;
  /** A few times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** What a person should know and may want to change, a sentence each. */
  readonly onWarning?: (warning: string) => void;
  /** librdkafka's own log lines. */
  readonly onLog?: (line: ClientLog) => void;
  /** The plan as it will be run, its target ready. */
  readonly onReady?: (...ready: [...Parameters<NonNullable<ExecuteOptions['onReady']>>, database?: string]) => void;
  /** Result directory; nothing is written without one. Result files that are in it are replaced. */
  readonly out?: string;
  /** Never a directory that is there: `out-2` in its place, or `out-3` and so on. */
  readonly ownDirectory?: boolean;
  /** File of the ground truth; unless told `ground-truth.jsonl` in the result directory, where there is one to tell. */
  readonly groundTruth?: string;
  /** How long a broker that does not answer is asked again before the run; by default 0. */
  readonly waitForBrokerMs?: number;
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
  out: true,
  ownDirectory: true,
  groundTruth: true,
  allowInvalid: true,
  command: true,
  waitForBrokerMs: true,
} satisfies Record<keyof RunOptions, true>;

/** What JavaScript lets pass. @throws InputError with the nearest of what there is. */
function checkOptions(options: RunOptions): void {
  // Overrides that stand beside `overrides` are told when the profile is read.
  const problems = Object.keys(options).flatMap((name) => {
    const hint = suggest(name, Object.keys(OPTIONS));
    return Object.hasOwn(OPTIONS, name) || isOverride(name)
      ? []
      : [{ message: `there is no option \`${name}\``, ...(hint !== undefined && { hint }) }];
  });
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

/** Runs what `plan` made. */
export async function runPlanned(given: PlannedRun, options: RunOptions = {}): Promise<RunReport> {
  checkOptions(options);
  const { earlier, loaded } = given;
  const readsTopic = earlier !== undefined && given.plan.target.kind === 'kafka';
  const planned = readsTopic ? { ...given, plan: await planOfRestByTopic(earlier, loaded.profile.kafka) } : given;
  if (typeof planned.plan.database?.file !== 'string') return runAndReport(planned, options);
  const recorder = new Recorder(planned.plan, loaded.hash);
  try {
    return await runAndReport(planned, options, recorder);
  } finally {
    recorder.close();
  }
}

/** @param named the database that somebody named. */
async function runAndReport(planned: PlannedRun, options: RunOptions, named?: Recorder): Promise<RunReport> {
  for (const { name, record, load } of planned.plan.lanes) {
    checkRecords(record, { seed: planned.plan.seed, scenario: name, runTag: planned.plan.runTag }, load.count);
  }
  return inResultDirectory(options, async (directory) => {
    if (directory === undefined) return measure(planned, options, () => named);
    let unasked: Recorder | undefined;
    const openRecorder: OpenRecorder = (plan, warn) => {
      if (named !== undefined || plan.database === undefined) return named;
      unasked = Recorder.openUnasked(plan, planned.loaded.hash, directory, warn);
      return unasked;
    };
    try {
      return { ...(await measure(planned, { ...options, out: directory }, openRecorder)), directory };
    } finally {
      unasked?.close();
    }
  });
}

/** When all is ready: before that nothing may come of the run, and its directory goes again. */
type OpenRecorder = (plan: Plan, warn: (warning: string) => void) => Recorder | undefined;

/** @param options `out` is there. */
async function measure(planned: PlannedRun, options: RunOptions, openRecorder: OpenRecorder): Promise<RunReport> {
  const { loaded } = planned;
  const truthFile = groundTruthFile(planned, options);
  if (truthFile !== undefined) await prepareGroundTruth(truthFile);
  const { said, warn, note } = openSayings(options);
  planned.plan.warnings.forEach(warn);
  planned.plan.notes.forEach(note);
  const schemas = await assignSchemaIds(planned.plan, loaded.profile.schemaRegistry);
  let ready = schemas.plan;
  const command = options.command ?? 'api';
  let recorder: Recorder | undefined;
  let journal: Journal | undefined;
  let progress: Progress | undefined;
  const tellProgress = (now: Progress) => {
    progress = now;
    options.onProgress?.(recorder?.live === undefined ? now : { ...now, database: recorder.live });
  };
  const begin = (out: string) => (start: RunStart) => {
    const facts = runFacts(loaded, start.plan, start.isEmbedded, [...planNotes(start.plan), ...said], command);
    journal = new Journal(out, beginningOf(facts, start), loaded.resolved, (error) =>
      warn(`${out} cannot be written: ${error.message}; the run goes on, and its result is tried at the end`),
    );
  };
  const outcome = await executePlan(schemas.plan, {
    ...pick(options, ['signal', 'abandon', 'waitForBrokerMs']),
    onProgress: tellProgress,
    onLog: (line) => options.onLog?.({ ...line, message: scrub(line.message) }),
    onWarning: warn,
    onReady: (plan, cluster, reader) => {
      ready = plan;
      recorder = openRecorder(plan, warn);
      recorder?.ready(plan, reader);
      options.onReady?.(plan, cluster, reader, recorder?.file);
    },
    ...(options.out !== undefined && { onStart: begin(options.out) }),
    onSecond: (row, reader, rows) => {
      const elapsedNs = (row.second + 1) * 1e9;
      journal?.append(rows, checkpoint(ready, reader, elapsedNs));
      recorder?.write(elapsedNs, warn);
      const inputsOf = (scenario: string | undefined) => liveInputs(ready, reader, elapsedNs, scenario);
      const [breach] = breachedThresholds(loaded.profile.thresholds, inputsOf, elapsedNs);
      return breach && { by: 'threshold', reason: describeOutcome(breach) };
    },
  });
  const carriedOut = endedPlan(outcome.plan, outcome.measurement);
  const lanes = outcome.measurement.workers.flatMap((worker) => worker.lanes);
  const overtaking = overtakingWarnings(outcome.plan.lanes, lanes);
  const notes = [...overtaking, ...planNotes(outcome.plan), ...schemas.notes, ...said];
  overtaking.forEach(warn);
  const facts = {
    ...runFacts(loaded, carriedOut, outcome.isEmbedded, notes, command),
    ...weightsFacts(loaded.profile.thresholds, outcome.plan, lanes),
  };
  const database = recorder?.finish(outcome.measurement.loadEndNs);
  // Once more, with what was written last.
  if (database?.messages !== undefined && progress !== undefined) tellProgress(progress);
  const measured = mergeRun(facts, outcome.measurement);
  const whole = { ...measured.result, ...(database?.messages && { messages: database.messages }) };
  const result = redactTexts(whole, Object.keys(whole.scenarios));
  const merged = { ...measured, result };
  const { stopped } = result.run;
  return {
    result,
    exitCode: exitCodeOf({
      ...(stopped && { stoppedBy: stopped.by }),
      sent: result.totals.sent + (result.warmup?.totals.sent ?? 0),
      acked: result.totals.acked + (result.warmup?.totals.acked ?? 0),
      verificationFailed: false,
      status: result.verdict.status,
      thresholds: result.thresholds,
      allowInvalid: options.allowInvalid ?? false,
    }),
    ...(await written([
      async () => {
        if (database?.error !== undefined) throw database.error;
        return [];
      },
      async () => {
        if (options.out === undefined) return [];
        await journal?.close();
        const files = await writeResultDirectory(options.out, merged, loaded.resolved);
        await journal?.remove();
        return files;
      },
      async () => {
        const entries = truthEntries(outcome.plan, outcome.measurement);
        return truthFile === undefined ? [] : [await writeGroundTruth(truthFile, result, entries)];
      },
    ])),
  };
}

/** What a run has to say as it goes, kept for its result. */
function openSayings({ onWarning, onNote }: RunOptions) {
  const said: string[] = [];
  const sayTo = (listener: ((text: string) => void) | undefined) => (text: string) => {
    said.push(text);
    listener?.(scrub(text));
  };
  return { said, warn: sayTo(onWarning), note: sayTo(onNote) };
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

/** @throws InputError where a file is asked for and there is nothing to tell. */
function groundTruthFile({ plan, earlier }: PlannedRun, { out, groundTruth }: RunOptions): string | undefined {
  if (earlier !== undefined) {
    if (groundTruth === undefined) return undefined;
    const message = `of a run that goes on after another, ${plan.database?.file} can tell`;
    const hint = 'its messages have sent_at and delivered_at';
    throw new InputError([{ place: '--ground-truth', message, hint }]);
  }
  if (hasGroundTruth(plan)) return groundTruth ?? (out === undefined ? undefined : join(out, 'ground-truth.jsonl'));
  if (groundTruth === undefined) return undefined;
  const message = 'there is nothing to tell about these records';
  throw new InputError([{ place: '--ground-truth', message, hint: 'a scenario with mess has a ground truth' }]);
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const result: Partial<Pick<T, K>> = {};
  for (const key of keys) if (from[key] !== undefined) result[key] = from[key];
  return result as Pick<T, K>;
}
