/** What a plan comes to in messages, bytes and time: the data of `load plan`. Nothing is sent. */
import { dueCountBefore, type Schedule, ScheduleReader } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import { NS_PER_SEC } from '../units.ts';
import { describeAnomalies } from '../workload/anomalies.ts';
import { isPlainBytes } from '../workload/definition.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { nameOf } from '../workload/reference.ts';
import type { TopicSpread } from '../workload/topic-spread.ts';
import { type ClientFootprint, clientFootprint, wantedClients } from './client-footprint.ts';
import { UNASKED_PER_SEC_MAX } from './database-plan.ts';
import { isEndless } from './endless.ts';
import type { DatabasePlan, LanePlan, OpenLoad, Plan, PlanClock } from './plan.ts';
import { type GroupSummary, summarizeGroups } from './reading-summary.ts';
import { peakRate } from './scenario-load.ts';
import { threadsOf } from './shard.ts';
import { summarizeTopics, sumOrNull, type TopicSummary } from './topic-summary.ts';

export interface PlanSummary {
  readonly name: string;
  /** The planned rate in words: `500/h × day shape`. */
  readonly pace: string;
  readonly target: Plan['target']['kind'];
  readonly workers: number;
  readonly workersReason: string;
  /** What the clients of this process take of the system; absent where the profile asks for no number of them. */
  readonly clients?: ClientFootprint;
  /** Absent of a run in one process. */
  readonly shards?: SplitSummary;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** Null where a closed loop is bounded by a count alone, and where only a stop ends the run. */
  readonly durationNs: number | null;
  /** Null where a closed loop is bounded by time alone, and where only a stop ends the run. */
  readonly messages: number | null;
  readonly bytes: number | null;
  /** The simulated clock; null where the real time is all there is. */
  readonly clock: PlanClock | null;
  /** Width of the scenarios' buckets, in simulated time: a second, a minute or an hour, so that there are at most 120. */
  readonly bucketNs: number;
  /** The same in real time; null where nothing but acknowledgements set the pace. */
  readonly bucketRealNs: number | null;
  /** Where the states of a scenario's messages are written; null where they are not. */
  readonly database: (Omit<DatabasePlan, 'startNs'> & { readonly unaskedPerSecMax: number }) | null;
  readonly scenarios: readonly ScenarioSummary[];
  readonly topics: readonly TopicSummary[];
  /** Absent where nothing is read. */
  readonly consumers?: readonly GroupSummary[];
}

/** How the processes of a run share it. */
export interface SplitSummary {
  readonly count: number;
  /** Worker threads of each. */
  readonly workers: number;
  /** Of each, summing to the plan's; null where only time bounds them. */
  readonly messages: readonly number[] | null;
}

export interface ScenarioSummary {
  readonly name: string;
  readonly executor: string;
  readonly workload: string;
  /** `plain`: bytes that are neither, whatever the profile says. */
  readonly format: 'avro' | 'json' | 'plain';
  readonly topic: string;
  /** Where its pattern names several topics: how many, and which of them a message goes to. */
  readonly topics?: number;
  readonly spread?: TopicSpread;
  /** Only a stop ends it: it has no end and no number of messages, and its buckets are those of one day. */
  readonly endless: boolean;
  /** ns from run start; `endNs` is null where only a count or a stop ends it. */
  readonly startNs: number;
  readonly endNs: number | null;
  readonly messages: number | null;
  readonly warmupMessages: number | null;
  /** Mean payload of real encoded records, keys and Kafka's own overhead apart. */
  readonly bytesMean: number;
  readonly bytes: number | null;
  /**
   * Null in a closed loop. Of an endless scenario the mean is that of whole weeks, whatever day it starts on. The peak is
   * the schedule's own, a burst counts as its size over its interval; that of later states is by their share, of which a
   * few messages may have more: it is at least the mean.
   */
  readonly meanPerSec: number | null;
  readonly peakPerSec: number | null;
  /** Messages of each worker, summing to `messages`; null where only time bounds them. */
  readonly shares: readonly number[] | null;
  readonly payloadReason: string;
  /** Shares of records that are wrong on purpose, in words; null where there are none. */
  readonly mess: string | null;
  readonly inFlight: number;
  /** Messages due in each bucket of the run, from its start on; empty in a closed loop that has no schedule. */
  readonly buckets: readonly number[];
}

const BUCKETS_MAX = 120;
/** So much of an endless schedule is shown, in simulated time. */
const SHOWN_NS = 86_400 * NS_PER_SEC;
const WEEK_NS = 7 * 86_400 * NS_PER_SEC;
/** Where the time of the day matters, a day has 96 of these. */
const QUARTER_NS = 900 * NS_PER_SEC;

export function summarizePlan(plan: Plan): PlanSummary {
  const { speed, matters } = plan.clock;
  const pace = speed === 'max' ? 1 : speed;
  const endNs = Math.max(0, ...plan.lanes.map(({ load }) => shownUntilNs(load, pace)), plan.durationNs);
  const durationNs = Math.round(endNs * pace);
  const widths = [NS_PER_SEC, 60 * NS_PER_SEC, ...(matters ? [QUARTER_NS] : [])];
  const bucketNs = widths.find((ns) => durationNs <= BUCKETS_MAX * ns) ?? 3_600 * NS_PER_SEC;
  const bucketRealNs = speed === 'max' ? null : bucketNs / speed;
  const scenarios = plan.lanes.map((scenario) =>
    summarizeScenario(plan, scenario, { durationNs: endNs, bucketNs: bucketNs / pace }),
  );
  const consumers = summarizeGroups(plan);
  return {
    name: plan.name,
    pace: plan.pace,
    target: plan.target.kind,
    workers: plan.workers,
    workersReason: plan.workersReason,
    ...(wantedClients(plan).length > 0 && { clients: clientFootprint(plan) }),
    warnings: plan.warnings,
    notes: plan.notes,
    durationNs: isUnbounded(plan) ? null : plan.durationNs,
    messages: sumOrNull(scenarios.map(({ messages }) => messages)),
    bytes: sumOrNull(scenarios.map(({ bytes }) => bytes)),
    clock: matters ? plan.clock : null,
    bucketNs,
    bucketRealNs,
    database: summarizeDatabase(plan),
    scenarios,
    topics: summarizeTopics(plan, scenarios, bucketRealNs),
    ...(consumers && { consumers }),
    ...(plan.shard && { shards: summarizeSplit(plan, plan.shard.count, scenarios) }),
  };
}

function summarizeSplit(plan: Plan, count: number, scenarios: readonly ScenarioSummary[]): SplitSummary {
  const messagesOf = (shard: number) =>
    sumOrNull(scenarios.map(({ messages }) => messages && shareOf(messages, shard, count)));
  const messages = Array.from({ length: count }, (_, shard) => messagesOf(shard));
  const known = messages.filter((each) => each !== null);
  return { count, workers: threadsOf(plan), messages: known.length === count ? known : null };
}

/** Without scenarios and a duration, what topics hold ends the run. */
function isUnbounded({ lanes, durationNs }: Plan): boolean {
  return lanes.length === 0 ? durationNs === 0 : lanes.some(({ load }) => isOpenEnded(load));
}

function summarizeDatabase({ database }: Plan): PlanSummary['database'] {
  if (database === undefined) return null;
  return { scenario: database.scenario, file: database.file, unaskedPerSecMax: UNASKED_PER_SEC_MAX };
}

interface Buckets {
  readonly durationNs: number;
  readonly bucketNs: number;
}

function scheduleOf(load: LanePlan['load']): Schedule | undefined {
  return load.kind === 'open' ? load.schedule : load.recordSchedule;
}

/** ns from run start. */
function shownUntilNs(load: LanePlan['load'], pace: number): number {
  const endNs = scheduleOf(load)?.endNs ?? 0;
  return isEndless(load) ? Math.min(endNs, load.startNs + SHOWN_NS / pace) : endNs;
}

function isOpenEnded(load: LanePlan['load']): boolean {
  return load.endNs === Infinity || isEndless(load);
}

function summarizeScenario(plan: Plan, scenario: LanePlan, into: Buckets): ScenarioSummary {
  const { load, record, bytesMean } = scenario;
  const endless = isEndless(load);
  const messages = load.count === Infinity || endless ? null : load.count;
  const open = load.kind === 'open' ? load : null;
  const schedule = scheduleOf(load);
  const meanPerSec = open && meanRate(open, plan.clock);
  return {
    name: scenario.name,
    executor: scenario.executor,
    workload: nameOf(record.workload),
    format: isPlainBytes(definitionOf(record.workload)) ? 'plain' : record.format,
    topic: scenario.topic,
    ...(scenario.topics.length > 1 && { topics: scenario.topics.length, spread: scenario.spread }),
    endless,
    startNs: load.startNs,
    endNs: isOpenEnded(load) ? null : load.endNs,
    messages,
    warmupMessages: open?.warmupCount ?? null,
    bytesMean,
    bytes: messages === null ? null : messages * bytesMean,
    meanPerSec,
    peakPerSec: open && Math.max(peakRate(open), meanPerSec!),
    shares:
      messages === null ? null : Array.from({ length: plan.workers }, (_, w) => shareOf(messages, w, plan.workers)),
    payloadReason: record.reason,
    mess: record.anomalies === undefined ? null : describeAnomalies(record.anomalies),
    inFlight: scenario.inFlight,
    buckets: schedule === undefined ? [] : bucketCounts(schedule, into),
  };
}

/**
 * Of an endless load over as many weeks of its clock as are laid out: 100 days that start on a Saturday have a Saturday and
 * a Sunday more than they have Mondays.
 */
function meanRate(load: OpenLoad, { speed }: PlanClock): number {
  const { schedule, count, startNs, endNs } = load;
  if (!isEndless(load) || speed === 'max') return (count * NS_PER_SEC) / (endNs - startNs || Infinity);
  const weekNs = WEEK_NS / speed;
  const spanNs = Math.floor((endNs - startNs) / weekNs) * weekNs;
  return (dueCountBefore(schedule, startNs + spanNs) * NS_PER_SEC) / spanNs;
}

/** A bucket has what is due from its start up to, but not at, its end; the last one takes in the end of the run. */
function bucketCounts(schedule: Schedule, { durationNs, bucketNs }: Buckets): number[] {
  const reader = new ScheduleReader(schedule);
  // Less a little: what division by a speed cost must not make a bucket of its own.
  const buckets = Math.ceil(durationNs / bucketNs - 1e-9);
  let before = 0;
  return Array.from({ length: buckets }, (_, i) => {
    const isLast = i === buckets - 1 && schedule.endNs <= durationNs;
    const until = isLast ? reader.dueCount(durationNs) : reader.dueCountBefore((i + 1) * bucketNs);
    const count = until - before;
    before = until;
    return count;
  });
}
