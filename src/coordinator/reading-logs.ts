/** What a cluster says of the logs that a run reads: whose clock dates records, and what it may have removed meanwhile. */
import type { Plan } from '../plan/plan.ts';
import type { ReadingPlan } from '../plan/reading-plan.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import type { LogFacts } from '../recorder/reading-measurement.ts';
import { formatCount } from '../units.ts';

/** By topic. */
export type TopicConfigs = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function appendTimeTopics(configs: TopicConfigs): string[] {
  return [...configs]
    .filter(([, config]) => config.get('message.timestamp.type') === 'LogAppendTime')
    .map(([topic]) => topic);
}

export interface LogsAfter {
  readonly plan: Plan & { readonly reading: ReadingPlan };
  readonly startOffsets: RunMeasurement['startOffsets'];
  readonly topicConfigs: TopicConfigs;
  readonly isEmbedded: boolean;
  /** By place, after the run; undefined where the cluster did not answer. */
  readonly beginnings: readonly number[] | undefined;
  readonly elapsedMs: number;
}

export function logFacts(after: LogsAfter): Record<string, LogFacts> {
  const removals = removalsOf(after);
  const topics = new Set(after.plan.reading.places.map(({ topic }) => topic));
  return Object.fromEntries(
    [...topics].map((topic) => {
      const policy = after.topicConfigs.get(topic)?.get('cleanup.policy') ?? 'delete';
      const removal = removals.get(topic);
      const facts: LogFacts = {
        isCompacted: policy.includes('compact'),
        ...(removal !== undefined && { removal }),
        ...(after.isEmbedded && { showsAborted: true }),
      };
      return [topic, facts] as const;
    }),
  );
}

/**
 * By topic. Only where records of the run are gone, and the topic's own settings explain it: what somebody deleted is
 * lost.
 */
function removalsOf(after: LogsAfter): ReadonlyMap<string, string> {
  const { plan, startOffsets, beginnings } = after;
  const { places } = plan.reading;
  if (beginnings === undefined) {
    return new Map(places.map(({ topic }) => [topic, `the cluster did not say where the log of ${topic} begins now`]));
  }
  const starts = new Map(startOffsets.map((each) => [`${each.topic} ${each.partition}`, each.startOffset]));
  const removals = new Map<string, string>();
  for (const [i, { topic, partition }] of places.entries()) {
    const start = starts.get(`${topic} ${partition}`)!;
    const begins = beginnings[i]!;
    if (begins <= start || removals.has(topic)) continue;
    const where = `${topic} [${partition}] begins at offset ${formatCount(begins)} now, at the start of the run it ended at ${formatCount(start)}`;
    const why = removalOf(topic, after);
    if (why !== undefined) removals.set(topic, `${why}: ${where}`);
  }
  return removals;
}

function removalOf(topic: string, { plan, topicConfigs, isEmbedded, elapsedMs }: LogsAfter): string | undefined {
  if (isEmbedded) return 'the embedded cluster dropped old records';
  const config = topicConfigs.get(topic);
  if (config?.get('cleanup.policy')?.includes('delete') === false) return undefined;
  const bytes = Number(config?.get('retention.bytes') ?? -1);
  const ms = Number(config?.get('retention.ms') ?? -1);
  const isSimulated = plan.lanes.some((lane) => lane.recordTimestamp === 'intended' && lane.topics.includes(topic));
  if (bytes >= 0) return `retention.bytes ${bytes} may have removed records`;
  return ms >= 0 && (ms <= elapsedMs || isSimulated) ? `retention.ms ${ms} may have removed records` : undefined;
}
