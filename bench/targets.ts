/** The brokers a bench can run against. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { startKafka } from '../test/kafka/cluster.ts';
import { packageRoot } from '../test/kafka/java.ts';
import { createTopic, deleteTopic, topicOffsets } from '../test/kafka/topics.ts';

export interface BenchTarget {
  readonly name: string;
  readonly bootstrapServers: string;
  /** Gives `use` a topic, and afterwards tells how many records the broker holds in it; undefined: it cannot tell. */
  withTopic<T>(
    partitions: number,
    use: (topic: string) => Promise<T>,
  ): Promise<{ value: T; stored: number | undefined }>;
  stop(): Promise<void>;
}

/** Apache Kafka in a process of its own; every run gets a new topic, deleted afterwards. */
export async function kafkaTarget(): Promise<BenchTarget> {
  const kafka = await startKafka({ heapMb: 1024, optimized: true });
  const { bootstrapServers } = kafka;
  return {
    name: 'Apache Kafka 4.3.1, one node on the same machine',
    bootstrapServers,
    withTopic: async (partitions, use) => {
      const topic = `bench-${randomUUID()}`;
      await createTopic(bootstrapServers, topic, { partitions, config: { 'file.delete.delay.ms': '1000' } });
      const value = await use(topic);
      const offsets = await topicOffsets(bootstrapServers, topic);
      await deleteTopic(bootstrapServers, topic);
      return { value, stored: offsets.reduce((sum, { low, high }) => sum + high - low, 0) };
    },
    stop: kafka.stop,
  };
}

/** The embedded cluster, served by `load embedded`. The same topics for all runs: it keeps memory for every one it ever saw. */
export async function embeddedTarget(partitions: number, topics: readonly string[] = ['bench']): Promise<BenchTarget> {
  const cli = join(packageRoot(), 'dist/src/cli.js');
  const args = [cli, 'embedded', '--topics', topics.map((topic) => `${topic}:${partitions}`).join(',')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of child.stdout) {
    said += chunk;
    if (/\d+\.\d+\.\d+\.\d+:\d+/.test(said)) break;
  }
  const bootstrapServers = /[\d.]+:\d+(,[\d.]+:\d+)*/.exec(said)?.[0];
  if (bootstrapServers === undefined) throw new Error(`load embedded printed no address: ${said}`);
  return {
    name: 'embedded cluster in another process',
    bootstrapServers,
    withTopic: async (_partitions, use) => ({ value: await use(topics[0]!), stored: undefined }),
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** No broker: every message is acknowledged at once, and what a run costs besides stands out most. */
export function nullTarget(): BenchTarget {
  return {
    name: 'null transport',
    bootstrapServers: 'null',
    withTopic: async (_partitions, use) => ({ value: await use('bench'), stored: undefined }),
    stop: async () => {},
  };
}
