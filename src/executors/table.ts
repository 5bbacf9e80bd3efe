/** The executors there are, and what is asked of any of them. */
import { z } from 'zod';
import { type FactorPiece, scaleShapes } from '../schedule/multipliers.ts';
import { createSchedule, type Schedule } from '../schedule/schedule.ts';
import { messagesOf, type SegmentShape } from '../schedule/segment.ts';
import { formatDuration, NS_PER_SEC, parseRate } from '../units.ts';
import { burst } from './burst.ts';
import { constantArrivalRate } from './constant-arrival-rate.ts';
import type { DecodeContext, Executor, OpenExecutor } from './executor.ts';
import { maxThroughput } from './max-throughput.ts';
import { rampingArrivalRate } from './ramping-arrival-rate.ts';
import { replay } from './replay.ts';
import { sine } from './sine.ts';
import { spike } from './spike.ts';

const TABLE = [constantArrivalRate, rampingArrivalRate, spike, burst, sine, replay, maxThroughput] as const;

type Row = (typeof TABLE)[number];
type ProfileOf<R extends Row> = NonNullable<ReturnType<R['decode']>>;

/** An executor in a Profile: plain data, rates per second and times in ns. */
export type ExecutorProfile = ProfileOf<Row>;
export type OpenProfile = ProfileOf<Extract<Row, { readonly model: 'open' }>>;
export type ClosedProfile = ProfileOf<Extract<Row, { readonly model: 'closed' }>>;

/** By name, in the order of the docs. */
export const EXECUTORS: ReadonlyMap<string, Executor<ExecutorProfile>> = new Map(
  TABLE.map((row) => [row.kind, row as unknown as Executor<ExecutorProfile>]),
);

export function executorOf({ kind }: ExecutorProfile): Executor<ExecutorProfile> {
  return EXECUTORS.get(kind)!;
}

export function isClosed(profile: ExecutorProfile): profile is ClosedProfile {
  return executorOf(profile).model === 'closed';
}

/** Whether only a stop ends it. */
export function isEndless(profile: ExecutorProfile): boolean {
  return 'endless' in profile && profile.endless === true;
}

/** Length of the schedule; undefined when only a count ends it. */
export function durationNsOf(profile: ExecutorProfile): number | undefined {
  if (isClosed(profile)) return profile.durationNs;
  return shapesOf(profile, 0).reduce((endNs, { startNs, durationNs }) => Math.max(endNs, startNs + durationNs), 0);
}

/** Messages it plans, as a real number (the schedule has the whole ones); NaN in a closed loop. */
export function plannedMessages(profile: ExecutorProfile): number {
  if (isClosed(profile)) return Number.NaN;
  return shapesOf(profile, 0).reduce((sum, shape) => sum + messagesOf(shape), 0);
}

/** @param factors on the rate, from `startNs` on: the first piece holds there, the last one to the end. */
export function scheduleOf(
  profile: OpenProfile,
  { startNs, factors }: { readonly startNs: number; readonly factors?: readonly FactorPiece[] },
): Schedule {
  const shapes = shapesOf(profile, startNs);
  return createSchedule(factors === undefined ? shapes : scaleShapes(shapes, factors), startNs);
}

function shapesOf(profile: OpenProfile, startNs: number): SegmentShape[] {
  const executor = executorOf(profile) as OpenExecutor<OpenProfile, z.ZodRawShape>;
  return executor.shapes(profile).map((shape) => ({ ...shape, startNs: startNs + shape.startNs }));
}

/**
 * The executor that a scenario names, and the unit of its rates.
 * @param scenario as written, unknown keys aside. Undefined where it names none, or a key of it cannot be read.
 */
export function decodeExecutor(
  scenario: Readonly<Record<string, unknown>>,
  context: Pick<DecodeContext, 'directory' | 'report' | 'attempt'>,
): { readonly executor: ExecutorProfile; readonly timeUnitNs: number } | undefined {
  const definition = EXECUTORS.get(String(scenario.executor));
  const input = definition && z.object(definition.keys).safeParse(scenario).data;
  if (input === undefined) return undefined;
  const { timeUnit: timeUnitNs = NS_PER_SEC } = input as { readonly timeUnit?: number };
  const perSec = (rate: string | number) => parseRate(rate, timeUnitNs);
  const executor = definition!.decode(input, { ...context, timeUnitNs, perSec });
  if (executor === undefined) return undefined;
  for (const problem of definition!.check?.(executor) ?? []) context.report(problem);
  return { executor, timeUnitNs };
}

/** Keys of a scenario. */
export function encodeExecutor(profile: ExecutorProfile, timeUnitNs = NS_PER_SEC): Readonly<Record<string, unknown>> {
  const timeUnit = timeUnitNs === NS_PER_SEC ? {} : { timeUnit: formatDuration(timeUnitNs) };
  const rate = (perSec: number) => encodeRate(perSec, timeUnitNs);
  return { executor: profile.kind, ...executorOf(profile).encode(profile, { rate, timeUnit }) };
}

/** Against the time unit where that reads back as the same number, else a second. */
function encodeRate(perSec: number, timeUnitNs: number): number | string {
  if (timeUnitNs === NS_PER_SEC) return perSec;
  const amount = Number(((perSec * timeUnitNs) / NS_PER_SEC).toPrecision(12));
  return parseRate(amount, timeUnitNs) === perSec ? amount : `${perSec}/s`;
}
