/** One workload for the OpenMessaging Benchmark and the engine, and what both measure of it. */
import { topicNames, withAdmin } from '../../../test/kafka/topics.ts';

export interface Workload {
  readonly title: string;
  readonly topics: number;
  readonly partitionsPerTopic: number;
  /** Producers of the engine; the OpenMessaging Benchmark has one for each topic. */
  readonly clients: number;
  /** Over all topics; undefined: as fast as acknowledgements allow. */
  readonly ratePerSec: number | undefined;
}

/** Seconds; the first ones are measured by neither. */
export interface Phases {
  readonly warmup: number;
  readonly load: number;
}

export const MESSAGE_BYTES = 1024;

/** The producer of its `kafka-latency.yaml`, with the Java client's default of `enable.idempotence` written out. */
export const PRODUCER = {
  acks: 'all',
  'linger.ms': '1',
  'batch.size': '131072',
  'enable.idempotence': 'true',
} as const;

/** Of the same file. */
export const CONSUMER = { 'max.partition.fetch.bytes': '10485760' } as const;

/** Topics are deleted after each run, and their files soon. */
export const TOPIC_CONFIG = { 'file.delete.delay.ms': '1000' } as const;

/** ms; what a client does not measure is NaN. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export const NOT_MEASURED: Latency = { p50: Number.NaN, p99: Number.NaN, max: Number.NaN };

/** Of the load phase. */
export interface Measured {
  readonly ackedPerSec: number;
  readonly reportedPerSec: number;
  /** From the actual send to the acknowledgement. */
  readonly service: Latency;
  /** From the intended time to the actual send. */
  readonly delay: Latency;
  /** From the intended time to the acknowledgement. */
  readonly response: Latency;
  /** Of the process, which sends and reads, per million acknowledged. */
  readonly cpuSecondsPerMillion: number;
  readonly peakRssBytes: number;
  readonly verdict: string;
}

/** Both create topics of their own for each run. */
export async function deleteTopics(servers: string, prefix: string): Promise<void> {
  const topics = (await topicNames(servers)).filter((name) => name.startsWith(prefix));
  await withAdmin(servers, (admin) => admin.deleteTopics({ topics }));
}
