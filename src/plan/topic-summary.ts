/** What a plan puts on the brokers: a row for each topic, and one for all topics of a pattern. */
import type { TopicSpec } from '../profile/profile.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { LanePlan, Plan } from './plan.ts';

export interface TopicSummary {
  /** A topic, or the pattern of several. */
  readonly name: string;
  /** How many of the pattern's are sent to; absent: one. */
  readonly topics?: number;
  /** Of each topic. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /**
   * Most payload bytes on the brokers' disks at one time, all replicas, before compression; of an endless scenario at its
   * mean rate. Null when unknown.
   */
  readonly diskBytes: number | null;
  /** How long a record is kept; null for ever. */
  readonly retentionNs: number | null;
  /** False: the brokers' own default is assumed. */
  readonly retentionConfigured: boolean;
}

/** Kafka's `log.retention.hours`. */
const DEFAULT_RETENTION_MS = 7 * 24 * 3_600_000;

/** What is known of a scenario that sends there. */
interface Writer {
  readonly endless: boolean;
  readonly bytes: number | null;
  readonly bytesMean: number;
  readonly meanPerSec: number | null;
  readonly buckets: readonly number[];
}

interface TopicRow {
  readonly spec: TopicSpec;
  readonly names: string[];
  /** What each scenario sends there. */
  readonly writers: readonly Writer[];
}

export function summarizeTopics(plan: Plan, scenarios: readonly Writer[], bucketRealNs: number | null): TopicSummary[] {
  return topicRows(plan, scenarios).map((row) => summarizeTopic(row, bucketRealNs));
}

/** Topics of the same settings are one row. */
function topicRows({ topics, lanes }: Plan, scenarios: readonly Writer[]): TopicRow[] {
  const rows = new Map<TopicSpec, { names: Set<string>; writers: Writer[] }>();
  for (const [i, lane] of lanes.entries()) {
    for (const [spec, count] of countBySpec(topics, lane.topics)) {
      if (!rows.has(spec)) rows.set(spec, { names: new Set(), writers: [] });
      rows.get(spec)!.writers.push(partOf(scenarios[i]!, lane, count));
    }
    for (const name of lane.topics) rows.get(topics[name]!)!.names.add(name);
  }
  return Object.values(topics).flatMap((spec) => {
    const row = rows.get(spec);
    rows.delete(spec);
    return row === undefined ? [] : [{ spec, names: [...row.names], writers: row.writers }];
  });
}

function countBySpec(topics: Plan['topics'], names: readonly string[]): Map<TopicSpec, number> {
  const counts = new Map<TopicSpec, number>();
  for (const name of names) counts.set(topics[name]!, (counts.get(topics[name]!) ?? 0) + 1);
  return counts;
}

/** What a scenario sends to so many of its topics; unknown where they do not share it equally. */
function partOf(scenario: Writer, { topics, spread }: LanePlan, count: number): Writer {
  if (count === topics.length) return scenario;
  if (spread.kind === 'zipf' || spread.kind === 'field') return { ...scenario, bytes: null };
  const share = count / topics.length;
  const { bytes, meanPerSec, buckets } = scenario;
  return {
    ...scenario,
    bytes: bytes === null ? null : bytes * share,
    meanPerSec: meanPerSec === null ? null : meanPerSec * share,
    buckets: buckets.map((messages) => messages * share),
  };
}

function summarizeTopic({ spec, names, writers }: TopicRow, bucketRealNs: number | null): TopicSummary {
  const configured = spec.config['retention.ms'];
  const retentionMs = Number(configured ?? DEFAULT_RETENTION_MS);
  const retentionNs = retentionMs < 0 ? null : retentionMs * NS_PER_MS;
  const ending = writers.filter(({ endless }) => !endless);
  const max = ending.some(({ bytes }) => bytes === null)
    ? null
    : maxKept(ending, bucketRealNs === null ? Infinity : (retentionNs ?? Infinity) / bucketRealNs);
  const payloadBytes = sumOrNull([
    max,
    ...writers.filter(({ endless }) => endless).map((each) => alwaysKept(each, retentionNs)),
  ]);
  return {
    name: spec.pattern ?? names[0]!,
    ...(names.length > 1 && { topics: names.length }),
    partitions: spec.partitions,
    replicationFactor: spec.replicationFactor,
    diskBytes: payloadBytes === null ? null : payloadBytes * spec.replicationFactor,
    retentionNs,
    retentionConfigured: configured !== undefined,
  };
}

/** Most bytes that any `window` buckets in a row hold; what a closed loop sends by count is taken to come at once. */
function maxKept(writers: readonly Writer[], window: number): number {
  const length = Math.max(...writers.map(({ buckets }) => buckets.length));
  const bytesOf = (bucket: number) =>
    writers.reduce((sum, { buckets, bytesMean }) => sum + (buckets[bucket] ?? 0) * bytesMean, 0);
  const wide = Math.ceil(window);
  let kept = 0;
  let max = 0;
  for (let bucket = 0; bucket < length; bucket++) {
    kept += bytesOf(bucket) - (bucket >= wide ? bytesOf(bucket - wide) : 0);
    max = Math.max(max, kept);
  }
  return max + writers.reduce((sum, { buckets, bytes }) => sum + (buckets.length === 0 ? (bytes ?? 0) : 0), 0);
}

/** What an endless scenario has on the brokers once it has run for as long as they keep it; null where that is ever. */
function alwaysKept({ meanPerSec, bytesMean }: Writer, retentionNs: number | null): number | null {
  return retentionNs === null ? null : (meanPerSec! * bytesMean * retentionNs) / NS_PER_SEC;
}

export function sumOrNull(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}
