/** kafka-producer-perf-test, the benchmark that comes with Apache Kafka. */
import { JAVA_LOGGING, KafkaUnavailable, kafkaClasspath } from '../../test/kafka/java.ts';
import { LOAD, type Peer, PeerUnavailable } from './peer.ts';

const properties = {
  acks: LOAD.acks,
  'linger.ms': LOAD.lingerMs,
  'batch.size': LOAD.batchBytes,
  // Java's 32 MiB would be 32 batches; this is what 200,000 messages take, and more.
  'buffer.memory': 64 * 1024 * 1024,
  // acks=1 excludes idempotence, which is otherwise on.
  'enable.idempotence': false,
};

export const java: Peer = {
  name: 'kafka-producer-perf-test (Java)',
  settings: 'same batch size and linger, buffer.memory 64 MiB, JVM defaults',
  messages: 2_000_000,
  prepare: async () => {
    await kafkaClasspath().catch((error: Error) => {
      throw error instanceof KafkaUnavailable ? new PeerUnavailable(error.message) : error;
    });
  },
  command: async (target, topic, messages) => ({
    program: 'java',
    args: [
      ...[JAVA_LOGGING, '-cp', await kafkaClasspath(), 'org.apache.kafka.tools.ProducerPerformance'],
      ...['--bootstrap-server', target.bootstrapServers, '--topic', topic, '--throughput', '-1'],
      ...['--num-records', String(messages), '--record-size', String(LOAD.messageBytes)],
      ...['--command-property', ...Object.entries(properties).map(([name, value]) => `${name}=${value}`)],
    ],
  }),
  report: (stdout) => {
    // The last line sums up: 2000000 records sent, 512345.6 records/sec (…), … ms avg latency, …
    const [, acked, perSec] = [...stdout.matchAll(/(\d+) records sent, ([\d.]+) records\/sec/g)].at(-1)!;
    return { acked: Number(acked), seconds: Number(acked) / Number(perSec) };
  },
};
