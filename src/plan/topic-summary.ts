/** What a plan puts on the brokers: a row for each topic, and one for all topics of a pattern. */
import type { TopicSpec } from '../profile/profile.ts';
import { countByEntry } from '../topic-table.ts';
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
  readonly entry: string;
  readonly spec: TopicSpec;
  /** How many of the entry's topics are sent to. */
  readonly count: number;
  /** What each scenario sends there. */
  readonly writers: readonly Writer[];
}

export function summarizeTopics(plan: Plan, scenarios: readonly Writer[], bucketRealNs: number | null): TopicSummary[] {
  return topicRows(plan, scenarios).map((row) => summarizeTopic(row, bucketRealNs));
}

function topicRows({ topics, lanes }: Plan, scenarios: readonly Writer[]): TopicRow[] {
  const sent = countByEntry(topics, new Set(lanes.map(({ topic }) => topic)));
  const parts = lanes.map(({ topic }) => countByEntry(topics, [topic]));
  return Object.entries(topics).flatMap(([entry, spec]) => {
    const count = sent.get(entry);
    if (count === undefined) return [];
    const writers = lanes.flatMap((lane, i) => {
      const part = parts[i]!.get(entry);
      return part === undefined ? [] : [partOf(scenarios[i]!, lane, part)];
    });
    return [{ entry, spec, count, writers }];
  });
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

function summarizeTopic({ entry, spec, count, writers }: TopicRow, bucketRealNs: number | null): TopicSummary {
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
    name: entry,
    ...(count > 1 && { topics: count }),
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
