/** Messages that a client or a topic will not take, found before they are sent. */

import { clientPropertyDefault } from '../profile/client-properties/client-properties.ts';
import type { ClientProperties, Profile } from '../profile/profile.ts';
import { topicList } from '../topic-pattern.ts';
import { ofTopics, topicFinder } from '../topic-table.ts';
import { formatCount } from '../units.ts';
import { MARK_BYTES, MARK_HEADER } from '../workload/encoding/mark.ts';
import type { ClientPlan, LanePlan } from './plan.ts';

/** What librdkafka adds to value, key and headers before it compares (RD_KAFKAP_MESSAGE_V2_MAX_OVERHEAD). */
const CLIENT_OVERHEAD_BYTES = 36;
/** A batch of one record: its header, and at least this much of the record's own. */
const BATCH_OVERHEAD_BYTES = 61 + 7;
/** Lengths of a header's name and value (rd_kafka_header_add). */
const HEADER_OVERHEAD_BYTES = 10;
export const MARK_HEADER_BYTES = MARK_HEADER.length + MARK_BYTES + HEADER_OVERHEAD_BYTES;
export const TOPIC_LIMIT = 'max.message.bytes';
const CLIENT_LIMIT = 'message.max.bytes';

export function headerBytes(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + HEADER_OVERHEAD_BYTES,
    0,
  );
}

/** @param bytes of value, key and headers of the largest message that was measured. */
export function clientSizeWarning(scenario: string, bytes: number, properties: ClientProperties): string | undefined {
  const limit = Number(properties[CLIENT_LIMIT] ?? clientPropertyDefault(CLIENT_LIMIT));
  const whole = bytes + CLIENT_OVERHEAD_BYTES;
  if (whole <= limit) return undefined;
  return (
    `scenario ${scenario}: messages of up to ${formatCount(whole)} bytes, key and overhead included, are above ` +
    `${CLIENT_LIMIT} (${formatCount(limit)}): the client refuses them. Set producer.${CLIENT_LIMIT} higher, ` +
    `and ${TOPIC_LIMIT} of the topic as well`
  );
}

/** @param topics as `topicList` names them. @param limit theirs. Compression may bring a batch below it, which nobody knows before. */
export function topicSizeWarning(scenario: string, bytes: number, topics: string, limit: number): string | undefined {
  const whole = bytes + BATCH_OVERHEAD_BYTES;
  if (whole <= limit) return undefined;
  return (
    `scenario ${scenario}: messages of up to ${formatCount(whole)} bytes, key and overhead included, are above ` +
    `${TOPIC_LIMIT} (${formatCount(limit)}) of ${topics}: the broker refuses them, unless compression makes ` +
    'them smaller'
  );
}

/** Messages that will be refused, as far as the profile tells; the topic itself is asked before the run. */
export function sizeWarnings(
  { topics }: Pick<Profile, 'topics'>,
  lanes: readonly LanePlan[],
  clients: readonly ClientPlan[],
): string[] {
  const specOf = topicFinder(topics);
  const warnings = lanes.flatMap(({ name, topic, topics: names, client, messageBytesMax: bytes }) => {
    if (bytes === undefined) return [];
    const limitOf = (topic: string) => specOf(topic)!.config[TOPIC_LIMIT];
    const all = ofTopics(topics, [topic]).map(({ config }) => config[TOPIC_LIMIT]);
    const limits = [...new Set(all)].filter((limit) => limit !== undefined);
    return [
      clientSizeWarning(name, bytes, clients[client]!.properties),
      ...limits.map((limit) => {
        const limited = names.filter((topic) => limitOf(topic) === limit);
        return topicSizeWarning(name, bytes, topicList(limited), Number(limit));
      }),
    ];
  });
  return warnings.filter((warning) => warning !== undefined);
}
