/** What consumer groups need to know of a target: partitions, addresses, topics that must be there. */
import { LoadError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import { idleMemberWarnings } from '../plan/reading.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import type { ClientProperties } from '../profile/profile.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import type { Admin } from '../transport/librdkafka/admin.ts';
import { EMBEDDED_GROUP_PROPERTIES, EMBEDDED_READER_PROPERTIES } from '../transport/librdkafka/consumer.ts';
import type { TopicMetadata } from '../transport/librdkafka/topic-metadata.ts';

/** It answers a fetch that found nothing when its wait is over, whatever is written meanwhile: 500 ms by default. */
const EMBEDDED_FETCH = { 'fetch.wait.max.ms': '10' };

/** Properties by which the cluster itself is asked: those of a producer, where there is one. */
export function askingProperties({ clients, reading }: Plan): ClientProperties {
  return clients[0]?.properties ?? reading!.cluster;
}

/** Whether a scenario sends to it: others are only read, and are never created. */
export function isSentTo({ lanes }: Plan, topic: string): boolean {
  return lanes.some((lane) => lane.topics.includes(topic));
}

/** @throws LoadError TOPIC_MISSING where there is none. */
export async function existingTopic(admin: Admin, name: string): Promise<TopicMetadata> {
  const topic = await admin.topic(name);
  if (topic.partitions > 0) return topic;
  throw new LoadError('TOPIC_MISSING', `topic ${name} does not exist: a topic that is only read is not created`, {
    hint: 'check `consumers.NAME.topics`',
  });
}

export interface ReadingTarget {
  readonly startOffsets: RunMeasurement['startOffsets'];
  readonly isEmbedded: boolean;
  /** What every client of this target has. */
  readonly properties: ClientProperties;
}

/** The plan with the partitions that are there, and each group's properties completed. */
export function withReading(plan: Plan, { startOffsets, isEmbedded, properties }: ReadingTarget): Plan {
  const { reading } = plan;
  if (reading === undefined) return plan;
  const read = new Set(reading.groups.flatMap(({ topics }) => topics));
  const places = startOffsets
    .filter(({ topic }) => read.has(topic))
    .map(({ topic, partition }) => ({ topic, partition }));
  const own = ({ members }: GroupPlan) => {
    if (!isEmbedded) return {};
    return { ...EMBEDDED_FETCH, ...(members.length === 1 ? EMBEDDED_READER_PROPERTIES : EMBEDDED_GROUP_PROPERTIES) };
  };
  const groups = reading.groups.map((group) => ({
    ...group,
    properties: { ...own(group), ...group.properties, ...properties },
  }));
  return { ...plan, reading: { groups, places, cluster: { ...reading.cluster, ...properties } } };
}

/** Of groups whose partitions the plan could not count: it has warned of the others. */
export function idleMembers(plan: Plan): string[] {
  const { groups = [], places = [] } = plan.reading ?? {};
  const sent = new Set(plan.lanes.flatMap((lane) => lane.topics));
  const isUnknown = ({ topics }: GroupPlan) => topics.some((topic) => !sent.has(topic));
  const counts = new Map<string, number>();
  for (const { topic } of places) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return idleMemberWarnings(groups.filter(isUnknown), (topic) => counts.get(topic) ?? 0);
}
