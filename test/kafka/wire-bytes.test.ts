/** What is reported as bytes on the wire against what Apache Kafka has on disk. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { messageCost } from '../../src/result/message-cost.ts';
import { profileFile } from '../integration/profile-file.ts';
import { describeKafka } from './describe-kafka.ts';
import { runJavaTool } from './java.ts';
import { deleteTopic } from './topics.ts';

/** Of the stated 2 %, because batches are what is stored, byte by byte. */
const DIFFERENCE_MAX = 0.001;

/** Bytes of the log segments of each topic, over its partitions. */
async function segmentBytes(bootstrapServers: string, topics: readonly string[]): Promise<Record<string, number>> {
  const args = ['--bootstrap-server', bootstrapServers, '--describe', '--topic-list', topics.join()];
  const printed = (await runJavaTool('org.apache.kafka.tools.LogDirsCommand', args)).toString();
  const { brokers } = JSON.parse(printed.split('\n').find((line) => line.startsWith('{'))!) as {
    brokers: { logDirs: { partitions: { partition: string; size: number }[] }[] }[];
  };
  const bytes: Record<string, number> = {};
  for (const { partition, size } of brokers.flatMap(({ logDirs }) => logDirs).flatMap((each) => each.partitions)) {
    const topic = partition.slice(0, partition.lastIndexOf('-'));
    bytes[topic] = (bytes[topic] ?? 0) + size;
  }
  return bytes;
}

describeKafka('bytes on the wire', (bootstrapServers) => {
  test('agree with the log segments on disk for every codec, whatever the size of batches', async () => {
    const cells = ['none', 'lz4', 'zstd', 'snappy', 'gzip'].flatMap((codec) =>
      [1, 6].map((partitions) => ({ codec, partitions, topic: randomUUID() })),
    );
    const reported: number[] = [];
    for (const { codec, partitions, topic } of cells) {
      const load = { executor: 'constant-arrival-rate', rate: 5_000, duration: '3s' };
      const profile = profileFile(
        { workload: 'atm', topic, params: {}, ...load },
        {
          topics: { [topic]: { partitions } },
          producer: { 'compression.type': codec, 'linger.ms': 20 },
          kafka: { 'bootstrap.servers': bootstrapServers },
        },
      );
      const { result } = await run(profile, { env: {}, allowInvalid: true });
      expect(result.totals).toMatchObject({ acked: 15_000, failed: 0, unresolved: 0 });
      const { wireBytes, compressionRatio } = messageCost(result);
      expect(compressionRatio! * wireBytes! * 15_000).toBeCloseTo(result.totals.payloadBytes, 0);
      // Requests have headers of their own.
      expect(result.broker.wireBytes).toBeGreaterThan(result.broker.batchBytes!);
      reported.push(wireBytes!);
    }
    const topics = cells.map(({ topic }) => topic);
    const stored = await segmentBytes(bootstrapServers, topics);
    for (const [i, { topic, ...cell }] of cells.entries()) {
      const difference = reported[i]! / (stored[topic]! / 15_000) - 1;
      expect(Math.abs(difference), JSON.stringify({ ...cell, difference })).toBeLessThan(DIFFERENCE_MAX);
    }
    for (const topic of topics) await deleteTopic(bootstrapServers, topic);
  });
});
