/** The queue and the metrics of the roles, opened where the settings say they are. */
import { ensureTopic } from '../coordinator/target.ts';
import { KafkaMetricsReader, KafkaMetricsWriter } from '../roles/kafka-metrics.ts';
import { KafkaQueue } from '../roles/kafka-queue.ts';
import type { MetricsReader, MetricsWriter } from '../roles/metrics-store.ts';
import type { BackEndOptions, MessageQueue } from '../roles/queue.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import type { LogSink } from '../transport/transport.ts';
import type { LogLevel } from './flags.ts';
import type { Messages } from './messages.ts';
import { outageFilter } from './outage.ts';
import type { RoleSettings, RoleTopic } from './role-settings.ts';

const BROKER_TIMEOUT_MS = 8_000;

/** Where back ends say what a person should know. */
export interface RoleLog extends BackEndOptions {
  readonly onLog: LogSink;
  readonly onNote: (text: string) => void;
}

/** One for all back ends of a process: an outage is told once. */
export function roleLog({ properties }: RoleSettings, level: LogLevel, messages: Messages): RoleLog {
  const onWarning = (text: string) => messages.warn(text);
  const all: LogSink = (line) => messages.client(line);
  const onLog = level === 'debug' ? all : outageFilter(properties['bootstrap.servers']!, onWarning, all);
  return { onLog, onWarning, onNote: (text) => messages.note(text) };
}

/** @throws LoadError where the cluster cannot be reached, or has no such topic and may not get it. */
export async function openQueue(settings: RoleSettings, group: string, log: RoleLog): Promise<MessageQueue> {
  const { queueTopic, properties } = settings;
  const { isEmbedded } = await readyTopic(settings, queueTopic, log);
  const member = { ...properties, 'group.id': group };
  return new KafkaQueue({ properties: member, topic: queueTopic.name, isEmbedded, onLog: log.onLog });
}

/** @throws LoadError as for the queue. */
export async function openMetricsWriter(settings: RoleSettings, log: RoleLog): Promise<MetricsWriter> {
  return new KafkaMetricsWriter(await kafkaMetrics(settings, log));
}

/** @throws LoadError as for the queue. */
export async function openMetricsReader(settings: RoleSettings, log: RoleLog): Promise<MetricsReader> {
  return new KafkaMetricsReader(await kafkaMetrics(settings, log));
}

async function kafkaMetrics(settings: RoleSettings, log: RoleLog) {
  const { resultsTopic, properties } = settings;
  return { ...(await readyTopic(settings, resultsTopic, log)), properties, topic: resultsTopic.name, ...log };
}

/** Roles start in any order: whoever comes first makes the topic. An embedded cluster makes it when asked for. */
async function readyTopic(
  { properties }: RoleSettings,
  { name, spec }: RoleTopic,
  { onNote }: RoleLog,
): Promise<{ isEmbedded: boolean; partitions: number }> {
  const admin = new Admin(properties, BROKER_TIMEOUT_MS);
  try {
    const isEmbedded = await admin.isEmbedded();
    const notes: string[] = [];
    const { partitions } = isEmbedded ? await admin.topic(name) : await ensureTopic(admin, name, spec, notes);
    notes.forEach(onNote);
    return { isEmbedded, partitions };
  } finally {
    admin.close();
  }
}
