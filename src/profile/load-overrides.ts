/** `-r -t -b -n` change how much is sent: they work on the finished Profile. */
import { InputError, type Problem } from '../errors.ts';
import { ENDLESS, parseSpan, type Span } from '../executors/span.ts';
import {
  durationNsOf,
  type ExecutorProfile,
  executorOf,
  isClosed,
  isEndless,
  plannedMessages,
} from '../executors/table.ts';
import { formatDuration, NS_PER_SEC, parseRate, rateUnitNs } from '../units.ts';
import type { Overrides } from './overrides.ts';
import type { Profile, ScenarioProfile } from './profile.ts';

/** `-r -t -b -n`, known to be readable. */
export interface LoadOverrides {
  /** As written: what it counts against is in the profile. */
  readonly rate?: string | number;
  readonly span?: Span;
  readonly burst: boolean;
  readonly messages?: number;
}

/** @throws InputError with every flag that cannot be read. */
export function parseLoadOverrides(overrides: Overrides): LoadOverrides {
  const problems: Problem[] = [];
  const read = (flag: string, input: string | number | undefined, parse: (input: string | number) => number) => {
    if (input === undefined) return undefined;
    try {
      const value = parse(input);
      if (value > 0) return value;
      problems.push({ place: flag, message: `must be greater than 0, not \`${input}\`` });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, place: flag })));
    }
    return undefined;
  };
  const ratePerSec = read('--rate', overrides.rate, parseRate);
  let span: Span | undefined;
  read('--duration', overrides.duration, (input) => {
    span = parseSpan(input);
    return span.durationNs;
  });
  const messages = read('--messages', overrides.messages, parseMessages);
  const burst = overrides.burst ?? false;
  if (burst && ratePerSec !== undefined && !Number.isInteger(ratePerSec)) {
    const hint = 'a burst is a whole number of messages at the start of each second';
    problems.push({
      place: '--rate',
      message: `\`${overrides.rate}\` with --burst is ${Number(ratePerSec.toPrecision(3))} a second`,
      hint,
    });
  }
  if (problems.length > 0) throw new InputError(problems);
  return {
    burst,
    ...(overrides.rate !== undefined && { rate: overrides.rate }),
    ...(span !== undefined && { span }),
    ...(messages !== undefined && { messages }),
  };
}

/** @throws InputError where a duration cannot be given to what the profile plans. */
export function applyLoadOverrides(profile: Profile, load: LoadOverrides): Profile {
  if (Object.keys(profile.scenarios).length === 0) return withReadingTime(profile, load);
  const executors = load.rate !== undefined || load.burst ? replaceExecutors(profile, load) : resize(profile, load);
  return { ...profile, scenarios: executors, ...(load.messages !== undefined && { messages: load.messages }) };
}

/** Without scenarios a duration is how long each group reads, and the other flags have nothing to change. */
function withReadingTime(profile: Profile, { span, rate, burst, messages }: LoadOverrides): Profile {
  const given = { '--rate': rate !== undefined, '--burst': burst, '--messages': messages !== undefined };
  const problems = Object.entries(given).flatMap(([place, isGiven]): Problem[] => {
    if (!isGiven) return [];
    const message = 'it changes what is sent, and this run only reads';
    return [{ place, message, hint: 'e.g. --set consumers.NAME.rate=1000' }];
  });
  if (span?.endless) problems.push({ place: '--duration', message: 'a run that only reads cannot be endless' });
  if (problems.length > 0) throw new InputError(problems);
  if (span === undefined) return profile;
  const consumers = Object.entries(profile.consumers ?? {}).map(
    ([name, group]) => [name, { ...group, durationNs: span.durationNs }] as const,
  );
  return { ...profile, consumers: Object.fromEntries(consumers) };
}

type Scenarios = Profile['scenarios'];

/** What replaces every executor, its rate per second. */
interface Replacement extends Omit<LoadOverrides, 'rate'> {
  readonly ratePerSec?: number;
}

function replaceExecutors(profile: Profile, { rate, ...load }: LoadOverrides): Scenarios {
  const names = Object.keys(profile.scenarios);
  const scenarios = Object.values(profile.scenarios);
  const { burst, messages } = load;
  const timeUnitNs = rate === undefined || burst ? NS_PER_SEC : timeUnitFor(rate, profile);
  const ratePerSec = rate === undefined ? undefined : parseRate(rate, timeUnitNs);
  const span = load.span ?? spanFor(profile, { ...load, ...(ratePerSec !== undefined && { ratePerSec }) });
  const weights = plannedShares(scenarios);
  if (burst && ratePerSec !== undefined && wholeShares(ratePerSec, weights).includes(0)) {
    const message = `bursts of ${ratePerSec} do not leave a message for each of ${names.length} scenarios`;
    throw new InputError([{ place: '--rate', message }]);
  }
  if (ratePerSec === undefined && span?.endless) {
    const message = 'as fast as acknowledgements allow needs a duration or a number of messages, not an endless run';
    throw new InputError([{ place: '--burst', message, hint: 'add --duration 30s, or --messages 100000' }]);
  }
  const executors = weights.map((share, i): ExecutorProfile => {
    if (ratePerSec === undefined) {
      const count = messages === undefined ? undefined : wholeShares(messages, weights)[i]!;
      return {
        kind: 'max-throughput',
        ...span,
        ...(count !== undefined && { messages: count }),
      };
    }
    if (!burst) return { kind: 'constant-arrival-rate', ratePerSec: ratePerSec * share, ...span! };
    const size = wholeShares(ratePerSec, weights)[i]!;
    return { kind: 'burst', size, everyNs: NS_PER_SEC, ...span! };
  });
  return Object.fromEntries(
    names.map((name, i) => {
      const { multipliers, timeUnitNs: _, ...kept } = scenarios[i]!;
      return [
        name,
        {
          ...kept,
          // A total from start to end leaves no room for scenarios that start later, nor a closed loop for windows.
          startTimeNs: 0,
          executor: executors[i]!,
          ...(timeUnitNs !== NS_PER_SEC && { timeUnitNs }),
          ...(ratePerSec !== undefined && multipliers && { multipliers }),
        },
      ] as const;
    }),
  );
}

/** Of the rate itself where it names one, else that of the scenarios. */
function timeUnitFor(rate: string | number, { scenarios }: Profile): number {
  const own = rateUnitNs(rate);
  if (own !== undefined) return own;
  const units = Object.entries(scenarios).map(([name, { timeUnitNs = NS_PER_SEC }]) => ({ name, timeUnitNs }));
  const [first] = units;
  const other = units.find(({ timeUnitNs }) => timeUnitNs !== first!.timeUnitNs);
  if (other === undefined) return first!.timeUnitNs;
  const shown = [first!, other].map((each) => `${formatDuration(each.timeUnitNs)} (${each.name})`).join(' or ');
  const message = `\`${rate}\` has no unit: it could count against ${shown}`;
  throw new InputError([{ place: '--rate', message, hint: `write ${rate}/s or ${rate}/h` }]);
}

/** Without `-t`: what `-n` messages need at the rate, else the profile's own; undefined where a count alone ends it. */
function spanFor(profile: Profile, load: Replacement): Span | undefined {
  const scenarios = Object.values(profile.scenarios);
  if (load.messages === undefined && scenarios.some(({ executor }) => isEndless(executor))) return ENDLESS;
  const isShaped = load.ratePerSec !== undefined && scenarios.some(({ multipliers }) => multipliers !== undefined);
  // How long the count takes depends on the time of the day: as long as there is, and the count ends it.
  if (load.messages !== undefined && isShaped) return { durationNs: ENDLESS.durationNs };
  const durationNs = durationFor(profile, load);
  return durationNs === undefined ? undefined : { durationNs };
}

function durationFor(profile: Profile, { ratePerSec, burst, messages }: Replacement): number | undefined {
  const scenarios = Object.values(profile.scenarios);
  if (messages !== undefined) {
    if (ratePerSec === undefined) return undefined;
    if (burst) return Math.ceil(messages / ratePerSec) * NS_PER_SEC;
    // Each scenario sends whole messages only: one more for each makes up for what rounding down takes.
    return Math.ceil(((messages + scenarios.length - 1) / ratePerSec) * NS_PER_SEC);
  }
  const endNs = runEndNs(scenarios);
  if (endNs !== undefined || ratePerSec === undefined) return endNs;
  const counted = scenarios.map(({ executor }) => (isClosed(executor) ? (executor.messages ?? 0) : 0));
  return Math.ceil((counted.reduce((sum, count) => sum + count, 0) / ratePerSec) * NS_PER_SEC);
}

/** Shares of the planned messages, of the mean rates where one is endless; equal ones where a closed loop plans none. */
function plannedShares(scenarios: readonly ScenarioProfile[]): number[] {
  const byRate = scenarios.some(({ executor }) => isEndless(executor));
  const planned = scenarios.map(({ executor }) => {
    return plannedMessages(executor) / (byRate ? (durationNsOf(executor) ?? 0) / NS_PER_SEC : 1);
  });
  const total = planned.reduce((sum, messages) => sum + messages, 0);
  return planned.map((messages) => (Number.isNaN(total) ? 1 / scenarios.length : messages / total));
}

/** `total` split by shares into whole numbers that sum up to it (largest remainders). */
export function wholeShares(total: number, shares: readonly number[]): number[] {
  const exact = shares.map((share) => share * total);
  const whole = exact.map(Math.floor);
  const byRemainder = exact.map((_, i) => i).sort((a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!) || a - b);
  let left = total - whole.reduce((sum, count) => sum + count, 0);
  for (const i of byRemainder) if (left-- > 0) whole[i]!++;
  return whole;
}

/** Cuts every scenario at the new end; one that ends with the run is extended with it. */
function resize(profile: Profile, { span }: LoadOverrides): Scenarios {
  if (span === undefined) return profile.scenarios;
  const { durationNs: endNs } = span;
  const oldEndNs = runEndNs(Object.values(profile.scenarios));
  const problems: Problem[] = [];
  const resized = Object.entries(profile.scenarios).map(([name, scenario]) => {
    const { executor, startTimeNs } = scenario;
    const definition = executorOf(executor);
    const problem = (message: string, hint: string) =>
      problems.push({ place: '--duration', path: `scenarios.${name}`, message, hint });
    const durationNs = durationNsOf(executor);
    if (startTimeNs >= endNs) problem('it would not have started by then', 'give a longer duration');
    const scenarioEndNs = durationNs === undefined ? undefined : startTimeNs + durationNs;
    const endsEarly = scenarioEndNs !== undefined && scenarioEndNs < endNs && scenarioEndNs !== oldEndNs;
    if (endsEarly || startTimeNs >= endNs) return [name, scenario] as const;
    const changed = span.endless ? definition.withoutEnd?.(executor) : definition.resize(executor, endNs - startTimeNs);
    if (changed === undefined && span.endless)
      problem(`${executor.kind} cannot be endless`, 'add a rate, as in --rate 25');
    else if (changed === undefined)
      problem('its rate ends at 0: a longer run would send nothing more', 'add a rate, as in --rate 25');
    return [name, { ...scenario, executor: changed ?? executor }] as const;
  });
  if (problems.length > 0) throw new InputError(problems);
  return Object.fromEntries(resized);
}

/** When the last scenario ends that has an end in time. */
function runEndNs(scenarios: readonly ScenarioProfile[]): number | undefined {
  const ends = scenarios.flatMap(({ executor, startTimeNs }) => {
    const durationNs = durationNsOf(executor);
    return durationNs === undefined ? [] : [startTimeNs + durationNs];
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function parseMessages(input: string | number): number {
  const count = Number(input);
  if (!Number.isSafeInteger(count) || String(input).trim() === '') {
    throw new InputError([
      { message: `\`${input}\` is not a number of messages`, hint: 'a whole number, e.g. 100000' },
    ]);
  }
  return count;
}
