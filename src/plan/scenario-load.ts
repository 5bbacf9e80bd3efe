/** What one scenario sends and when, and what `-n` leaves of it. */
import type { Problem } from '../errors.ts';
import { durationNsOf, executorOf, isClosed, isEndless, scheduleOf } from '../executors/table.ts';
import type { ScenarioProfile } from '../profile/profile.ts';
import { factorPieces } from '../schedule/multipliers.ts';
import { POISSON_MAX } from '../schedule/poisson.ts';
import {
  accelerateSchedule,
  cutSchedule,
  dueCountBefore,
  type Schedule,
  withPoissonArrivals,
} from '../schedule/schedule.ts';
import { peakRateOf } from '../schedule/segment.ts';
import { proportionalShares } from '../split.ts';
import { formatCount, formatDuration, NS_PER_SEC } from '../units.ts';
import type { ClosedLoad, OpenLoad, PlanClock } from './plan.ts';

export type Load = OpenLoad | ClosedLoad;

/** What a load depends on beside its scenario. */
export interface LoadFacts {
  readonly seed: number;
  readonly clock: PlanClock;
}

/**
 * The load of a scenario. The profile is in simulated time, the load in real time but for record times.
 * Problems go to `problems`; undefined when there is no sense in going on with it.
 */
export function planLoad(
  name: string,
  scenario: ScenarioProfile,
  facts: LoadFacts,
  problems: Problem[],
): Load | undefined {
  const { executor, startTimeNs, warmupNs } = scenario;
  const { speed } = facts.clock;
  const path = `scenarios.${name}`;
  const found = contradictions(path, scenario, speed);
  problems.push(...found);
  if (found.length > 0) return undefined;
  const pace = speed === 'max' ? 1 : speed;
  const startNs = startTimeNs / pace;
  const warmupEndNs = (startTimeNs + warmupNs) / pace;
  if (isClosed(executor)) {
    const endNs = executor.durationNs === undefined ? Infinity : (startTimeNs + executor.durationNs) / pace;
    return { kind: 'closed', startNs, endNs, count: executor.messages ?? Infinity, warmupEndNs };
  }
  const planned = simulatedSchedule(scenario, facts);
  const isPoisson = scenario.arrivals === 'poisson';
  if (isPoisson && planned.count > POISSON_MAX) {
    const message = `Poisson arrivals are drawn before the run, max ${formatCount(POISSON_MAX)}, and it plans ${formatCount(planned.count)}`;
    const hint = 'lower the rate or the duration, or use uniform arrivals';
    problems.push({ path: `${path}.arrivals`, message, hint });
    return undefined;
  }
  const schedule = isPoisson ? withPoissonArrivals(planned, facts.seed, name) : planned;
  if (schedule.count === 0) {
    const drawn = isPoisson ? `seed ${facts.seed} draws no arrival` : 'it plans less than one message';
    problems.push({ path, message: `${executor.kind}: ${drawn}`, hint: 'raise the rate or the duration' });
    return undefined;
  }
  if (schedule.count > Number.MAX_SAFE_INTEGER) {
    const message = `${executor.kind}: it plans more messages than can be distinguished`;
    problems.push({ path, message, hint: 'lower the rate, its multipliers or the duration' });
    return undefined;
  }
  if (speed === 'max') {
    const bounds = { startNs: 0, endNs: Infinity, warmupEndNs: 0 };
    return { kind: 'closed', ...bounds, count: schedule.count, recordSchedule: schedule };
  }
  // Counted before the times are divided: what is due at the very end of the warm-up stays behind it.
  const warmupCount = warmupNs > 0 ? dueCountBefore(schedule, startTimeNs + warmupNs) : 0;
  const load = openLoad(accelerateSchedule(schedule, speed), warmupEndNs, warmupCount);
  return isEndless(executor) ? { ...load, endless: true } : load;
}

/** Due times are ns of simulated time since the start of the run. */
function simulatedSchedule(scenario: ScenarioProfile, { clock }: LoadFacts): Schedule {
  const { executor, startTimeNs: startNs, multipliers } = scenario;
  if (isClosed(executor)) throw new Error('a closed loop has no schedule');
  const endNs = startNs + durationNsOf(executor)!;
  return scheduleOf(executor, {
    startNs,
    ...(multipliers && { factors: factorPieces(multipliers, clock, startNs, endNs) }),
  });
}

/** The first `count` messages of a load. */
export function cutLoad(load: Load, count: number): Load {
  if (count >= load.count) return load;
  if (load.kind === 'closed') {
    const { recordSchedule } = load;
    return { ...load, count, ...(recordSchedule && { recordSchedule: cutSchedule(recordSchedule, count) }) };
  }
  return openLoad(cutSchedule(load.schedule, count), load.warmupEndNs, Math.min(load.warmupCount, count));
}

/** The greatest rate an open load reaches, per second. */
export function peakRate({ schedule, endNs }: OpenLoad): number {
  const { segments, thinning } = schedule;
  const reached = segments.filter((segment) => segment.startNs < endNs);
  const peak = reached.reduce((max, segment) => Math.max(max, peakRateOf(segment)), 0);
  return thinning === undefined ? peak : (peak * thinning.kept.length) / thinning.period;
}

/**
 * Each scenario's part of `messages`, in proportion to what it plans (`counts`). A closed loop that only time bounds plans no
 * count, nor does an endless scenario beside others: alone, such loads share equally; beside others there is no proportion, and that is a problem.
 */
export function shareMessages(messages: number, counts: readonly number[], problems: Problem[]): number[] {
  const unbounded = counts.filter((count) => count === Infinity).length;
  if (unbounded === counts.length) return proportionalShares(messages, new Array<number>(counts.length).fill(1));
  if (unbounded > 0) {
    const message = `${messages} messages cannot be shared in proportion to the planned load: a max-throughput or an endless scenario plans no count`;
    problems.push({ path: 'messages', message, hint: 'give the one `messages`, the other a `duration`' });
    return [...counts];
  }
  return proportionalShares(
    Math.min(
      messages,
      counts.reduce((a, b) => a + b, 0),
    ),
    counts,
  );
}

/** @param warmupEndNs start of the load phase; indexes below `warmupCount` are before it. */
export function openLoad(schedule: Schedule, warmupEndNs: number, warmupCount: number): OpenLoad {
  const { count, endNs, startNs } = schedule;
  const durationNs = Math.max(0, endNs - warmupEndNs);
  const targetPerSec = durationNs === 0 ? 0 : ((count - warmupCount) * NS_PER_SEC) / durationNs;
  return { kind: 'open', schedule, count, warmupCount, startNs, warmupEndNs, endNs, targetPerSec };
}

function contradictions(path: string, scenario: ScenarioProfile, speed: PlanClock['speed']): Problem[] {
  const { executor, arrivals, overload, affinity, key, warmupNs } = scenario;
  const found: Problem[] = [];
  const definition = executorOf(executor);
  const closed = definition.model === 'closed';
  const durationNs = durationNsOf(executor) ?? Infinity;
  if (durationNs <= 0) found.push({ path, message: `${executor.kind}: the duration must be greater than 0` });
  else if (warmupNs >= durationNs) {
    found.push({
      path: `${path}.warmup`,
      message: `the warm-up takes ${formatDuration(warmupNs)}, the whole schedule ${formatDuration(durationNs)}: nothing would be measured`,
      hint: 'make the warm-up shorter or the run longer',
    });
  }
  for (const { at, ...problem } of definition.check?.(executor) ?? []) {
    found.push({ path: [path, ...at].join('.'), ...problem });
  }
  if (isEndless(executor) && speed === 'max') {
    const message = 'as fast as acknowledgements allow (`clock.speed: max`) an endless schedule has no last record';
    found.push({ path: `${path}.duration`, message, hint: 'give it a duration, e.g. 1h' });
  }
  if (arrivals === 'poisson' && (closed || !definition.hasRate)) {
    const message = `Poisson arrivals need a rate, ${executor.kind} has none`;
    found.push({ path: `${path}.arrivals`, message, hint: 'use a constant or ramping arrival rate' });
  }
  if (overload.kind === 'shed' && closed) {
    const message = 'a closed loop is never late, there is nothing to shed';
    found.push({ path: `${path}.overload`, message, hint: 'leave overload out' });
  }
  if (speed === 'max' && !closed) {
    const message = 'as fast as acknowledgements allow (`clock.speed: max`)';
    if (overload.kind === 'shed') {
      found.push({ path: `${path}.overload`, message: `${message} nothing is late, there is nothing to shed` });
    }
    if (warmupNs > 0) {
      const hint = 'leave warmup out, or give a speed';
      found.push({ path: `${path}.warmup`, message: `${message} there is no time by which to cut a warm-up`, hint });
    }
  }
  if (affinity === 'key' && key.kind === 'none') {
    const message = 'one worker per key needs a key';
    found.push({ path: `${path}.affinity`, message, hint: 'set `key`, or `affinity: none`' });
  }
  return found;
}
