/** What a plan comes to in messages, bytes and time: the data of `load plan`. Nothing is sent. */
import type { TopicSpec } from '../profile/profile.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { PlanFacts } from './build-plan.ts';
import type { Plan, ScenarioPlan } from './plan.ts';
import { peakRate } from './scenario-load.ts';
import { ScheduleReader } from './schedule.ts';
import { shareOf } from './split.ts';

export interface PlanSummary {
  readonly name: string;
  readonly target: Plan['target']['kind'];
  readonly workers: number;
  readonly workersReason: string;
  readonly warnings: readonly string[];
  /** Null where a closed loop is bounded by a count alone. */
  readonly durationNs: number | null;
  /** Null where a closed loop is bounded by time alone. */
  readonly messages: number | null;
  readonly bytes: number | null;
  /** Width of the scenarios' buckets: a second, a minute or an hour, so that there are at most 120. */
  readonly bucketNs: number;
  readonly scenarios: readonly ScenarioSummary[];
  readonly topics: readonly TopicSummary[];
}

export interface ScenarioSummary {
  readonly name: string;
  readonly executor: string;
  readonly workload: string;
  readonly format: string;
  readonly topic: string;
  /** ns from run start; `endNs` is null where only a count ends it. */
  readonly startNs: number;
  readonly endNs: number | null;
  readonly messages: number | null;
  readonly warmupMessages: number | null;
  /** Mean payload of real encoded records, keys and Kafka's own overhead apart. */
  readonly bytesMean: number;
  readonly bytes: number | null;
  /** Null in a closed loop. The peak is the schedule's own; a burst counts as its size over its interval. */
  readonly meanPerSec: number | null;
  readonly peakPerSec: number | null;
  /** Messages of each worker, summing to `messages`; null where only time bounds them. */
  readonly shares: readonly number[] | null;
  readonly payloadReason: string;
  readonly inFlight: number;
  /** Messages due in each bucket of the run, from its start on; empty in a closed loop. */
  readonly buckets: readonly number[];
}

export interface TopicSummary {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Most payload bytes on the brokers' disks at one time, all replicas, before compression; null when unknown. */
  readonly diskBytes: number | null;
  /** How long a record is kept; null for ever. */
  readonly retentionNs: number | null;
  /** False: the brokers' own default is assumed. */
  readonly retentionConfigured: boolean;
}

/** Kafka's `log.retention.hours`. */
const DEFAULT_RETENTION_MS = 7 * 24 * 3_600_000;
const BUCKETS_MAX = 120;

/** @param measure the same as buildPlan was given. */
export function summarizePlan(plan: Plan, measure: PlanFacts['measure']): PlanSummary {
  const bucketNs =
    [NS_PER_SEC, 60 * NS_PER_SEC].find((ns) => plan.durationNs <= BUCKETS_MAX * ns) ?? 3_600 * NS_PER_SEC;
  const scenarios = plan.scenarios.map((scenario) => {
    const { bytesMean } = measure(scenario.record, plan.seed, scenario.name);
    return summarizeScenario(plan, scenario, bytesMean, bucketNs);
  });
  const used = Object.entries(plan.topics).filter(([name]) => scenarios.some(({ topic }) => topic === name));
  return {
    name: plan.name,
    target: plan.target.kind,
    workers: plan.workers,
    workersReason: plan.workersReason,
    warnings: plan.warnings,
    durationNs: plan.scenarios.some(({ load }) => load.endNs === Infinity) ? null : plan.durationNs,
    messages: sumOrNull(scenarios.map(({ messages }) => messages)),
    bytes: sumOrNull(scenarios.map(({ bytes }) => bytes)),
    bucketNs,
    scenarios,
    topics: used.map(([name, spec]) => summarizeTopic(name, spec, scenarios, bucketNs)),
  };
}

function summarizeScenario(plan: Plan, scenario: ScenarioPlan, bytesMean: number, bucketNs: number): ScenarioSummary {
  const { load, record } = scenario;
  const messages = load.count === Infinity ? null : load.count;
  const open = load.kind === 'open' ? load : null;
  return {
    name: scenario.name,
    executor: scenario.executor,
    workload: record.workload,
    format: record.format,
    topic: scenario.topic,
    startNs: load.startNs,
    endNs: load.endNs === Infinity ? null : load.endNs,
    messages,
    warmupMessages: open?.warmupCount ?? null,
    bytesMean,
    bytes: messages === null ? null : messages * bytesMean,
    meanPerSec: open && (open.count * NS_PER_SEC) / (open.endNs - open.startNs || Infinity),
    peakPerSec: open && peakRate(open),
    shares:
      messages === null ? null : Array.from({ length: plan.workers }, (_, w) => shareOf(messages, w, plan.workers)),
    payloadReason: record.reason,
    inFlight: scenario.inFlight,
    buckets: open === null ? [] : bucketCounts(new ScheduleReader(open.schedule), plan.durationNs, bucketNs),
  };
}

/** A bucket has what is due from its start up to, but not at, its end; the last one takes in the end of the run. */
function bucketCounts(reader: ScheduleReader, durationNs: number, bucketNs: number): number[] {
  const counts: number[] = [];
  let before = 0;
  for (let start = 0; start < durationNs; start += bucketNs) {
    const isLast = start + bucketNs >= durationNs;
    const until = isLast ? reader.dueCount(durationNs) : reader.dueCountBefore(start + bucketNs);
    counts.push(until - before);
    before = until;
  }
  return counts;
}

function summarizeTopic(
  name: string,
  spec: TopicSpec,
  scenarios: readonly ScenarioSummary[],
  bucketNs: number,
): TopicSummary {
  const configured = spec.config['retention.ms'];
  const retentionMs = Number(configured ?? DEFAULT_RETENTION_MS);
  const retentionNs = retentionMs < 0 ? null : retentionMs * NS_PER_MS;
  const writers = scenarios.filter(({ topic }) => topic === name);
  const payloadBytes = writers.some(({ bytes }) => bytes === null)
    ? null
    : mostKept(writers, (retentionNs ?? Infinity) / bucketNs);
  return {
    name,
    partitions: spec.partitions,
    replicationFactor: spec.replicationFactor,
    diskBytes: payloadBytes === null ? null : payloadBytes * spec.replicationFactor,
    retentionNs,
    retentionConfigured: configured !== undefined,
  };
}

/** Most bytes that any `window` buckets in a row hold; what a closed loop sends by count is taken to come at once. */
function mostKept(writers: readonly ScenarioSummary[], window: number): number {
  const length = Math.max(...writers.map(({ buckets }) => buckets.length));
  const bytesOf = (bucket: number) =>
    writers.reduce((sum, { buckets, bytesMean }) => sum + (buckets[bucket] ?? 0) * bytesMean, 0);
  const wide = Math.ceil(window);
  let kept = 0;
  let most = 0;
  for (let bucket = 0; bucket < length; bucket++) {
    kept += bytesOf(bucket) - (bucket >= wide ? bytesOf(bucket - wide) : 0);
    most = Math.max(most, kept);
  }
  return most + writers.reduce((sum, { buckets, bytes }) => sum + (buckets.length === 0 ? (bytes ?? 0) : 0), 0);
}

function sumOrNull(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}
