/** A search for the capacity before it begins: what each of its steps will be, with every problem there is. */
import type { CapacitySettings } from '../../compare/capacity-result.ts';
import { collect, InputError, type Problem } from '../../errors.ts';
import { suggest } from '../../nearest.ts';
import { type Objective, parseObjective } from '../../objective-grammar.ts';
import type { LanePlan, Plan } from '../../plan/plan.ts';
import { usedTopics } from '../../plan/used-topics.ts';
import { plan } from '../../planning.ts';
import type { Environment } from '../../profile/environment.ts';
import { loadProfile } from '../../profile/load.ts';
import type { Overrides } from '../../profile/overrides.ts';
import type { ClientProperties, Profile, TopicSpec } from '../../profile/profile.ts';
import { metricRule } from '../../threshold-grammar.ts';
import { formatRate, MS_PER_SEC, NS_PER_MS, NS_PER_SEC, parseDuration, parseRate } from '../../units.ts';
import { mergeOverrides } from '../cells.ts';
import { checkHold, type StepLength, stepLength } from './step-length.ts';
import { thresholdsOf } from './step-outcome.ts';

/** As written on the command line; the API takes the same. */
export interface CapacityRequest {
  readonly profile: string;
  /** Without rate, duration, burst and messages: those are what the search sets. */
  readonly overrides: Overrides;
  readonly slo: readonly string[];
  readonly hold?: string | number;
  readonly from?: string | number;
  readonly to?: string | number;
  /** `5%`, or a fraction. */
  readonly tolerance: string | number;
  readonly repeat: string | number;
  readonly settle: string | number;
  /** Processes of this machine that each step is split over; one by default. */
  readonly shards?: number;
  readonly cwd: string;
  readonly env?: Environment;
}

export interface PlannedCapacity {
  readonly name: string;
  readonly profile: string;
  readonly overrides: Overrides;
  readonly slo: readonly Objective[];
  /** `from` is null where a probe finds it. */
  readonly settings: Omit<CapacitySettings, 'from'> & { readonly from: number | null };
  readonly settleMs: number;
  readonly seed: number;
  /** Of the profile with the objectives, at a nominal rate. */
  readonly profileHash: string;
  /** Of each scenario in the rate. */
  readonly shares: Readonly<Record<string, number>>;
  readonly target: Plan['target']['kind'];
  readonly topics: Readonly<Record<string, TopicSpec>>;
  readonly shards?: number;
  readonly properties: ClientProperties;
  readonly warnings: readonly string[];
  readonly cwd: string;
  readonly env?: Environment;
}

const WARMUP_MIN_SEC = 2;
/** A step that failed waits no longer than this for what it left in flight, unless an objective allows more. */
const GRACE_MIN_SEC = 5;
const PROBE_SEC = 3;
const NOMINAL = { ratePerSec: 1000, sec: 10 };
/** A search has 60 steps in all. */
const REPEAT_MAX = 20;
const TOLERANCE_RANGE = [0.001, 1] as const;
const SET_BY_SEARCH = ['rate', 'duration', 'burst', 'messages'] as const;

/** @throws InputError with every problem. */
export async function planCapacity(request: CapacityRequest): Promise<PlannedCapacity> {
  const { profile, overrides, shards, cwd, env } = request;
  const problems: Problem[] = [];
  const at = <T>(place: string, read: () => T) => collect(problems, () => placed(place, read));
  for (const name of SET_BY_SEARCH) {
    if (overrides[name] === undefined) continue;
    problems.push({ place: `--${name}`, message: 'the search sets it', hint: 'use --from, --to and --hold' });
  }
  const slo = request.slo.map((text) => collect(problems, () => parseObjective(text, '--slo')));
  const from = at('--from', () => positive(request.from, parseRate)) ?? null;
  const to = at('--to', () => positive(request.to, parseRate)) ?? null;
  const holdNs = at('--hold', () => positive(request.hold, parseDuration));
  const holdMs = holdNs === undefined ? null : Math.ceil(holdNs / NS_PER_SEC) * MS_PER_SEC;
  collect(problems, () => checkHold(holdMs ?? undefined));
  if (from !== null && to !== null && from > to) {
    problems.push({ place: '--from', message: `${request.from} is above --to ${request.to}` });
  }
  const tolerance = at('--tolerance', () => fraction(request.tolerance));
  const repeat = at('--repeat', () => wholeNumber(request.repeat));
  const settleMs = at('--settle', () => parseDuration(request.settle) / NS_PER_MS);
  if (problems.length > 0) throw new InputError(problems);
  const options = { cwd, ...(env !== undefined && { env }) };
  const written = (await loadProfile(profile, { overrides, ...options })).profile;
  const warmupMs = MS_PER_SEC * warmupSecOf(written);
  const objectives = slo as Objective[];
  checkObjectives(objectives, written);
  const fixed = mergeOverrides(overrides, { set: stepSettings(written, objectives, warmupMs / MS_PER_SEC) });
  const nominal = { rate: `${NOMINAL.ratePerSec}/s`, duration: `${NOMINAL.sec + warmupMs / MS_PER_SEC}s` };
  const split = shards === undefined ? {} : { shards };
  const step = await plan(profile, { overrides: { ...fixed, ...nominal }, ...options, ...split });
  const { lanes, database, seed, target, clients, name, warnings } = step.plan;
  if (database !== undefined && database.file !== null) {
    const message = `all steps would go on with one message database, ${database.file}`;
    throw new InputError([{ place: profile, message, hint: 'add --database none' }]);
  }
  const planned: PlannedCapacity = {
    ...{ name, profile, overrides: fixed, slo: objectives, settleMs: settleMs!, seed },
    settings: { from, isFromGiven: from !== null, to, tolerance: tolerance!, repeat: repeat!, holdMs, warmupMs },
    profileHash: step.loaded.hash,
    shares: sharesOf(lanes),
    target: target.kind,
    topics: Object.fromEntries(usedTopics(step.plan)),
    properties: clients[0]!.properties,
    warnings,
    ...options,
    ...split,
  };
  checkLowest(planned);
  return planned;
}

/** A step without a message says nothing. */
function checkLowest(planned: PlannedCapacity): void {
  const { from, to } = planned.settings;
  const lowest = from ?? to;
  if (lowest === null) return;
  const { sec } = lengthOf(planned, lowest);
  if (lowest * sec >= 1) return;
  const message = `a step of ${sec} s has less than one message at ${formatRate(lowest)}`;
  throw new InputError([
    { place: from === null ? '--to' : '--from', message, hint: 'a longer --hold, or a higher rate' },
  ]);
}

/** What `load run` gets for a step. */
export function stepOverrides({ overrides, settings }: PlannedCapacity, rate: number, holdSec: number): Overrides {
  return { ...overrides, rate: `${rate}/s`, duration: `${holdSec + settings.warmupMs / MS_PER_SEC}s` };
}

/** As fast as acknowledgements allow: where a search begins that was not told. */
export function probeOverrides({ overrides, settings }: PlannedCapacity): Overrides {
  return { ...overrides, burst: true, duration: `${PROBE_SEC + settings.warmupMs / MS_PER_SEC}s` };
}

export function lengthOf({ slo, shares, settings }: PlannedCapacity, rate: number): StepLength {
  return stepLength(rate, slo, shares, settings.holdMs === null ? undefined : settings.holdMs / MS_PER_SEC);
}

/** A step is one constant rate in real time, without an end of its own; its thresholds are the objectives. */
function stepSettings(profile: Profile, slo: readonly Objective[], warmupSec: number): string[] {
  const limitsMs = slo.map(({ measure, value }) => (measure.metric.endsWith('_ms') ? value : 0));
  const grace = `${Math.max(GRACE_MIN_SEC, Math.ceil((2 * Math.max(0, ...limitsMs)) / MS_PER_SEC))}s`;
  return [
    `thresholds=${JSON.stringify(thresholdsOf(slo))}`,
    'clock.speed=1',
    ...(profile.messages === undefined ? [] : [`messages=${Number.MAX_SAFE_INTEGER}`]),
    ...Object.entries(profile.scenarios).flatMap(([name, { multipliers }]) => [
      `scenarios.${name}.warmup=${warmupSec}s`,
      `scenarios.${name}.gracefulStop=${grace}`,
      ...(multipliers === undefined ? [] : [`scenarios.${name}.multipliers=none`]),
    ]),
  ];
}

/** The longest of the profile's, in whole seconds: what is measured begins with a row of the series. */
function warmupSecOf({ scenarios }: Profile): number {
  const longestNs = Math.max(...Object.values(scenarios).map(({ warmupNs }) => warmupNs));
  return Math.max(WARMUP_MIN_SEC, Math.ceil(longestNs / NS_PER_SEC));
}

function sharesOf(lanes: readonly LanePlan[]): Readonly<Record<string, number>> {
  const rateOf = ({ load }: LanePlan) => (load.kind === 'open' ? load.targetPerSec : 0);
  return Object.fromEntries(lanes.map((lane) => [lane.name, rateOf(lane) / NOMINAL.ratePerSec]));
}

function checkObjectives(slo: readonly Objective[], { scenarios, consumers }: Profile): void {
  const names = Object.keys(scenarios);
  const problems = slo.flatMap(({ measure: { metric, scenario }, text }): Problem[] => {
    if (metricRule(metric)?.reading && consumers === undefined) {
      const message = `\`${text}\`: the profile has no consumer group`;
      return [{ place: '--slo', message, hint: 'add one under `consumers:`' }];
    }
    if (scenario === undefined || names.includes(scenario)) return [];
    const hint = suggest(scenario, names);
    const message = `\`${text}\`: there is no scenario \`${scenario}\``;
    return [{ place: '--slo', message, ...(hint !== undefined && { hint }) }];
  });
  if (problems.length > 0) throw new InputError(problems);
}

function positive(input: string | number | undefined, parse: (input: string | number) => number): number | undefined {
  if (input === undefined) return undefined;
  const value = parse(input);
  if (value > 0) return value;
  throw new InputError([{ message: `must be greater than 0, not \`${input}\`` }]);
}

function fraction(input: string | number): number {
  const text = String(input).trim();
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  const [min, max] = TOLERANCE_RANGE;
  if (text !== '' && value >= min && value <= max) return value;
  throw new InputError([{ message: `\`${input}\` is not between 0.1% and 100%`, hint: 'e.g. 5%' }]);
}

function wholeNumber(input: string | number): number {
  const value = Number(input);
  if (Number.isSafeInteger(value) && value >= 0 && value <= REPEAT_MAX && String(input).trim() !== '') return value;
  const message = `expected how many steps confirm the rate, up to ${REPEAT_MAX}, not \`${input}\``;
  throw new InputError([{ message, hint: 'e.g. 3' }]);
}

function placed<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((problem) => ({ ...problem, place })));
  }
}
