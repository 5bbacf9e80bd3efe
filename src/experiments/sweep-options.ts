/** What a caller may say of an experiment, and what its file says where that leaves it out. */

import { InputError } from '../errors.ts';
import { type OptionKind, optionProblems } from '../option-check.ts';
import type { Environment } from '../profile/environment.ts';
import { isOverride, type Overrides, overridesProblems } from '../profile/overrides.ts';
import { NS_PER_MS, parseDuration } from '../units.ts';
import { mergeOverrides } from './cells.ts';
import { readExperimentFile } from './experiment-file.ts';
import type { ExperimentRequest, PlannedExperiment } from './plan-experiment.ts';
import type { ExperimentEvents } from './run-experiment.ts';
import type { Dimension, Vary } from './vary.ts';

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
  /** Processes of this machine that each run is split over; one by default. */
  readonly shards?: number;
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
  shards: true,
  settle: true,
  baseline: 'text',
  goal: 'text',
  out: 'text',
  resume: true,
  signal: true,
  command: 'text',
  cwd: 'text',
  env: true,
  onPlan: true,
  onRun: true,
  onRunEnd: true,
  onProgress: true,
  onWarning: true,
  onNote: true,
} satisfies Record<keyof SweepOptions, OptionKind>;

/** @throws InputError with every problem of the file. */
export function requestOf(
  profileOrFile: string,
  options: SweepOptions,
  byFlag: readonly Dimension[],
): ExperimentRequest {
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
    ...(options.shards !== undefined && options.shards > 1 && { shards: options.shards }),
    ...(baseline !== undefined && { baseline }),
    ...(goal !== undefined && { goal }),
    cwd,
    ...(options.env !== undefined && { env: options.env }),
  };
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
export function checkOptions(options: SweepOptions): void {
  const problems = optionProblems(options, OPTIONS, isOverride);
  problems.push(...overridesProblems(options.overrides ?? {}, options));
  for (const [name, min] of [
    ['repeat', 1],
    ['maxRepeat', 2],
    ['shards', 1],
  ] as const) {
    const value: unknown = options[name];
    const isCount = Number.isSafeInteger(value) && (value as number) >= min;
    if (value === undefined || isCount || (name === 'repeat' && value === 'auto')) continue;
    const also = name === 'repeat' ? ', or auto' : '';
    problems.push({ place: name, message: `expected a whole number from ${min} on${also}, not \`${value}\`` });
  }
  if (problems.length > 0) throw new InputError(problems);
}
