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
  const topics = new Set(after.plan.reading.places.map(({ topic }) => topic));
  return Object.fromEntries(
    [...topics].map((topic) => {
      const policy = after.topicConfigs.get(topic)?.get('cleanup.policy') ?? 'delete';
      const removal = removalOf(topic, after);
      const facts: LogFacts = {
        isCompacted: policy.includes('compact'),
        ...(removal !== undefined && { removal }),
        ...(after.isEmbedded && { showsAborted: true }),
      };
      return [topic, facts] as const;
    }),
  );
}

/** Only where records of the run are gone, and the topic's own settings explain it: what somebody deleted is lost. */
function removalOf(
  topic: string,
  { plan, startOffsets, topicConfigs, isEmbedded, ...after }: LogsAfter,
): string | undefined {
  const { beginnings, elapsedMs } = after;
  if (beginnings === undefined) return `the cluster did not say where the log of ${topic} begins now`;
  const starts = new Map(startOffsets.map((each) => [`${each.topic} ${each.partition}`, each.startOffset]));
  const moved = plan.reading.places.flatMap((place, i) => {
    const start = starts.get(`${place.topic} ${place.partition}`)!;
    return place.topic === topic && beginnings[i]! > start ? [{ ...place, start, begins: beginnings[i]! }] : [];
  });
  const [first] = moved;
  if (first === undefined) return undefined;
  const where = `${topic} [${first.partition}] begins at offset ${formatCount(first.begins)} now, at the start of the run it ended at ${formatCount(first.start)}`;
  if (isEmbedded) return `the embedded cluster dropped old records: ${where}`;
  const config = topicConfigs.get(topic);
  const bytes = Number(config?.get('retention.bytes') ?? -1);
  const ms = Number(config?.get('retention.ms') ?? -1);
  const isSimulated = plan.lanes.some((lane) => lane.topic === topic && lane.recordTimestamp === 'intended');
  if (config?.get('cleanup.policy')?.includes('delete') === false) return undefined;
  if (bytes >= 0) return `retention.bytes ${bytes} may have removed records: ${where}`;
  return ms >= 0 && (ms <= elapsedMs || isSimulated)
    ? `retention.ms ${ms} may have removed records: ${where}`
    : undefined;
}
