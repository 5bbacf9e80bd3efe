/** `load capacity`: the highest rate that holds, found by steps that are runs of their own. What the API offers. */

import { type ExitCode, InputError } from '../../errors.ts';
import { type OptionKind, optionProblems } from '../../option-check.ts';
import type { Environment } from '../../profile/environment.ts';
import { isOverride, type Overrides, overridesProblems } from '../../profile/overrides.ts';
import { writeCapacity } from '../../report/capacity-files.ts';
import { openCare } from '../cluster-care.ts';
import { configHashOf, writeExperiment } from '../experiment-directory.ts';
import { lockExperiment, openExperiment, stoppedExit } from '../open-experiment.ts';
import { capacityExit } from './answer.ts';
import { type PlannedCapacity, planCapacity } from './plan-capacity.ts';
import { type CapacityEnd, type CapacityEvents, CapacitySearch, type SearchOptions } from './search.ts';

export const TOLERANCE_DEFAULT = '5%';
export const REPEAT_DEFAULT = 3;
export const SETTLE_DEFAULT = '30s';

export interface CapacityOptions extends CapacityEvents {
  /** What must hold, e.g. `response_ms p(99)<50`; beside that no backlog may grow. */
  readonly slo?: readonly string[];
  /** Of a step, its warm-up apart; as long as the objectives need by default. */
  readonly hold?: string | number;
  /** Lowest rate, e.g. `500/s`; by default a quarter of what a probe at full speed reaches, and lower ones if that fails. */
  readonly from?: string | number;
  /** Highest rate; until one fails by default. */
  readonly to?: string | number;
  /** Width of the bracket: `5%` by default, or a fraction. */
  readonly tolerance?: string | number;
  /** Steps that confirm the found rate, 3 by default. */
  readonly repeat?: string | number;
  /** Processes of this machine that each step is split over; one by default. */
  readonly shards?: number;
  /** Longest pause between two steps on a real cluster, 30s by default. */
  readonly settle?: string | number;
  readonly overrides?: Overrides;
  /** Directory of the search; `load-results/NAME-UTCTIME` by default. */
  readonly out?: string;
  /** Goes on with the search in `out`, or with the last one of the same configuration. */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  /** The command as typed. */
  readonly command?: string;
  readonly cwd?: string;
  readonly env?: Environment;
  readonly onPlan?: (planned: PlannedCapacity, directory: string) => void;
}

/** One by one, so that a new one is not forgotten. */
const OPTIONS = {
  slo: 'texts',
  hold: true,
  from: true,
  to: true,
  tolerance: true,
  repeat: true,
  shards: true,
  settle: true,
  overrides: true,
  out: 'text',
  resume: true,
  signal: true,
  command: 'text',
  cwd: 'text',
  env: true,
  onPlan: true,
  onStep: true,
  onStepEnd: true,
  onProgress: true,
  onWarning: true,
  onNote: true,
} satisfies Record<keyof CapacityOptions, OptionKind>;

export interface CapacityReport extends CapacityEnd {
  readonly directory: string;
  readonly exitCode: ExitCode;
}

/** @throws InputError with every problem, before anything is sent. */
export async function capacity(profile: string, options: CapacityOptions = {}): Promise<CapacityReport> {
  return runCapacity(await planSearch(profile, options), options);
}

/** @throws InputError with every problem. */
export async function planSearch(profile: string, options: CapacityOptions): Promise<PlannedCapacity> {
  checkOptions(options);
  const { slo = [], tolerance = TOLERANCE_DEFAULT, repeat = REPEAT_DEFAULT, settle = SETTLE_DEFAULT } = options;
  const { overrides = {}, cwd = process.cwd(), hold, from, to, shards = 1, env } = options;
  return planCapacity({
    ...{ profile, overrides, slo, tolerance, repeat, settle, cwd },
    ...(hold !== undefined && { hold }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(shards > 1 && { shards }),
    ...(env !== undefined && { env }),
  });
}

function checkOptions(options: CapacityOptions): void {
  const problems = optionProblems(options, OPTIONS, isOverride);
  problems.push(...overridesProblems(options.overrides ?? {}, options));
  const { shards = 1 } = options;
  if (!Number.isSafeInteger(shards) || shards < 1) {
    problems.push({ place: 'shards', message: `expected a whole number from 1 on, not \`${shards}\`` });
  }
  if (problems.length > 0) throw new InputError(problems);
}

/** Runs what `planSearch` made. @throws LoadError where it cannot begin. */
export async function runCapacity(
  planned: PlannedCapacity,
  options: CapacityOptions & Pick<SearchOptions, 'child' | 'onLive'>,
): Promise<CapacityReport> {
  const { directory, state: begun } = await openExperiment(wantedState(planned, options.command ?? 'api'), {
    cwd: planned.cwd,
    ...(options.out !== undefined && { out: options.out }),
    ...(options.resume !== undefined && { resume: options.resume }),
  });
  options.onPlan?.(planned, directory);
  const warned = new Set<string>();
  const warn = (warning: string) => {
    if (!warned.has(warning)) options.onWarning?.(warning);
    warned.add(warning);
  };
  planned.warnings.forEach(warn);
  const lock = await lockExperiment(directory);
  let care: Awaited<ReturnType<typeof openCare>>;
  try {
    care = await openCare(careOf(planned), { id: begun.id, idleUs: begun.idleUs, onWarning: warn });
    const state = { ...begun, idleUs: care?.idleUs ?? null };
    await writeExperiment(directory, state);
    const search = new CapacitySearch(planned, state, {
      ...options,
      directory,
      onWarning: warn,
      ...(care && { cluster: care }),
    });
    const end = await search.run();
    await writeCapacity(directory, end.result, warn);
    const isStopped = options.signal?.aborted === true && !end.result.finished;
    const own = end.failure === undefined ? capacityExit(end.result) : end.failure.exitCode;
    return { ...end, directory, exitCode: isStopped ? stoppedExit(options.signal) : own };
  } finally {
    await care?.close();
    lock.release();
  }
}

function wantedState(planned: PlannedCapacity, command: string) {
  const { name, profile, profileHash, shards, seed, settleMs, settings } = planned;
  const cells = [{ name: 'all', factors: {}, profileHash }];
  const measured = { kind: 'capacity' as const, seed, cells, ...(shards !== undefined && { shards }) };
  return {
    ...{ ...measured, name, configHash: configHashOf(measured), command },
    ...{ profile, vary: {}, repeat: settings.repeat, settleMs, baseline: 'all' },
  };
}

function careOf(planned: PlannedCapacity) {
  const { target, properties, topics, profileHash, overrides, settleMs } = planned;
  const cell = { name: 'all', factors: {}, durationNs: 0, target, properties, topics, profileHash, overrides };
  return { cells: [cell], baseline: 'all', settleMs };
}
