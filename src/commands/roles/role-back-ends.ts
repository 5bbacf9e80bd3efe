/** The queue and the metrics of the roles, opened where the settings say they are; only those clients are loaded. */
import { ensureTopics } from '../../coordinator/run-topics.ts';
import { KafkaMetricsReader, KafkaMetricsWriter } from '../../roles/kafka-metrics.ts';
import { KafkaQueue } from '../../roles/kafka-queue.ts';
import type { MetricsReader, MetricsWriter } from '../../roles/metrics-store.ts';
import type { BackEndOptions, MessageQueue } from '../../roles/queue.ts';
import { paceOf } from '../../roles/sender.ts';
import { Admin } from '../../transport/librdkafka/admin.ts';
import type { LogSink } from '../../transport/transport.ts';
import type { LogLevel } from '../flags.ts';
import type { Notices } from '../notices.ts';
import { outageFilter } from '../outage.ts';
import type { RolePlace, RoleSettings } from './role-settings.ts';
import type { SendersSettings } from './sender-settings.ts';

const BROKER_TIMEOUT_MS = 8_000;

/** Where back ends say what a person should know. */
export interface RoleLog extends BackEndOptions {
  readonly onLog: LogSink;
  readonly onNote: (text: string) => void;
}

/** One for all back ends of a process: an outage is reported once. */
export function roleLog({ properties }: RoleSettings, level: LogLevel, notices: Notices): RoleLog {
  const onWarning = (text: string) => notices.warn(text);
  const all: LogSink = (line) => notices.client(line);
  const outage = { servers: properties['bootstrap.servers']!, meanwhile: 'no message is lost' };
  const onLog = level === 'debug' ? all : outageFilter(outage, onWarning, all);
  return { onLog, onWarning, onNote: (text) => notices.note(text) };
}

/** @throws LoadError where the server cannot be reached, or has no such topic and may not get it. */
export async function openQueue({ senders, group, ...settings }: SendersSettings, log: RoleLog): Promise<MessageQueue> {
  const { queue, properties } = settings;
  if (queue.url !== undefined) {
    const { openRabbitmqQueue } = await import('../../roles/rabbitmq-queue.ts');
    return openRabbitmqQueue({ url: queue.url, queue: queue.name, senders: senders.length, ...log });
  }
  const topic = await readyTopic(settings, queue, log);
  const member = { ...properties, 'group.id': group };
  return new KafkaQueue({ ...topic, properties: member, topic: queue.name, pace: paceOf(senders), ...log });
}

/** @throws LoadError as for the queue. */
export async function openMetricsWriter(settings: RoleSettings, log: RoleLog): Promise<MetricsWriter> {
  const { name, url } = settings.results;
  if (url === undefined) return new KafkaMetricsWriter(await kafkaMetrics(settings, log));
  const { openRedisWriter } = await import('../../roles/redis-metrics.ts');
  return openRedisWriter({ url, name, ...log });
}

/** @throws LoadError as for the queue. */
export async function openMetricsReader(settings: RoleSettings, log: RoleLog): Promise<MetricsReader> {
  const { name, url } = settings.results;
  if (url === undefined) {
    return new KafkaMetricsReader({ ...(await kafkaMetrics(settings, log)), ends: await endsOf(settings) });
  }
  const { openRedisReader } = await import('../../roles/redis-metrics.ts');
  return openRedisReader({ url, name, ...log });
}

async function kafkaMetrics(settings: RoleSettings, log: RoleLog) {
  const { results, properties } = settings;
  return { ...(await readyTopic(settings, results, log)), properties, topic: results.name, ...log };
}

/** What a monitor has to read before it knows all. */
async function endsOf({ results, properties }: RoleSettings): Promise<readonly number[]> {
  const admin = new Admin(properties, BROKER_TIMEOUT_MS);
  try {
    const { partitions } = await admin.topic(results.name);
    return await admin.endOffsets(results.name, partitions);
  } finally {
    await admin.close();
  }
}

/** Roles start in any order: whoever comes first makes the topic. An embedded cluster makes it when asked for. */
async function readyTopic(
  { properties }: RoleSettings,
  { name, spec }: RolePlace,
  { onNote }: RoleLog,
): Promise<{ isEmbedded: boolean; partitions: number }> {
  const admin = new Admin(properties, BROKER_TIMEOUT_MS);
  try {
    const isEmbedded = await admin.isEmbedded();
    const warnings: string[] = [];
    const [topic] = isEmbedded
      ? [await admin.topic(name)]
      : await ensureTopics(admin, [{ name, spec }], { warnings, created: [] });
    warnings.forEach(onNote);
    return { isEmbedded, partitions: topic!.partitions };
  } finally {
    await admin.close();
  }
}
