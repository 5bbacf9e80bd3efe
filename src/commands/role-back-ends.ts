/** The queue and the metrics of the roles, opened where the flags say they are. */
import { ensureTopic } from '../coordinator/target.ts';
import { KafkaMetricsReader, KafkaMetricsWriter } from '../roles/kafka-metrics.ts';
import { KafkaQueue } from '../roles/kafka-queue.ts';
import type { MetricsReader, MetricsWriter } from '../roles/metrics-store.ts';
import type { MessageQueue } from '../roles/queue.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import type { Messages } from './messages.ts';
import type { RoleSettings, RoleTopic } from './role-settings.ts';

const BROKER_TIMEOUT_MS = 8_000;

/** @throws LoadError where the cluster cannot be reached, or has no such topic and may not get it. */
export async function openQueue(settings: RoleSettings, group: string, messages: Messages): Promise<MessageQueue> {
  const { queueTopic, properties } = settings;
  const { isEmbedded } = await readyTopic(settings, queueTopic, messages);
  return new KafkaQueue({
    properties: { ...properties, 'group.id': group },
    topic: queueTopic.name,
    isEmbedded,
    onLog: (line) => messages.client(line),
  });
}

/** @throws LoadError as for the queue. */
export async function openMetricsWriter(settings: RoleSettings, messages: Messages): Promise<MetricsWriter> {
  return new KafkaMetricsWriter(await kafkaMetrics(settings, messages));
}

/** @throws LoadError as for the queue. */
export async function openMetricsReader(settings: RoleSettings, messages: Messages): Promise<MetricsReader> {
  return new KafkaMetricsReader(await kafkaMetrics(settings, messages));
}

async function kafkaMetrics(settings: RoleSettings, messages: Messages) {
  const { resultsTopic, properties } = settings;
  return {
    ...(await readyTopic(settings, resultsTopic, messages)),
    properties,
    topic: resultsTopic.name,
    onLog: (line: Parameters<Messages['client']>[0]) => messages.client(line),
    onWarning: (text: string) => messages.warn(text),
  };
}

/** Roles start in any order: whoever comes first makes the topic. An embedded cluster makes it when asked for. */
async function readyTopic(
  { properties }: RoleSettings,
  { name, spec }: RoleTopic,
  messages: Messages,
): Promise<{ isEmbedded: boolean; partitions: number }> {
  const admin = new Admin(properties, BROKER_TIMEOUT_MS);
  try {
    const isEmbedded = await admin.isEmbedded();
    const warnings: string[] = [];
    const { partitions } = isEmbedded ? await admin.topic(name) : await ensureTopic(admin, name, spec, warnings);
    for (const warning of warnings) messages.note(warning);
    return { isEmbedded, partitions };
  } finally {
    admin.close();
  }
}
