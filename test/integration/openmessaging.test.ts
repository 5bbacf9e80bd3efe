/** Ten published workloads of the OpenMessaging Benchmark, imported and run for five seconds, scaled down to one machine. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type RunReport, run } from '../../dist/src/index.js';
import { load } from '../commands/fake-terminal.ts';
import { driverNamed, ombFolder, workloadNamed } from '../import/written-omb.ts';

const RATE = 300;
const SECONDS = 5;
const MESSAGES = RATE * SECONDS;

const { folder, write } = ombFolder();

/** Imports it with fewer topics, partitions, clients and members, and runs it at a low rate. */
async function scaled(name: string, driver: string): Promise<{ report: RunReport; values: Record<string, number> }> {
  const published = workloadNamed(name) as Record<string, number>;
  const max = { topics: 12, partitionsPerTopic: 8, producersPerTopic: 2, consumerPerSubscription: 1 };
  const less = Object.entries(max).map(([key, limit]) => [key, Math.min(published[key]!, limit)]);
  const values = { ...published, ...Object.fromEntries(less) };
  const file = join(folder, `${name}.yaml`);
  const files = [write(`workloads/${name}.yaml`, values), write(`${driver}.yaml`, driverNamed(driver))];
  expect((await load('import', 'omb', ...files, '-o', file)).exitCode).toBe(0);
  const groups = values.consumerBacklogSizeGB! > 0 ? ['consumers.sub-0.pause={ at: 2s, for: 1s }'] : [];
  const report = await run(file, {
    env: {},
    allowInvalid: true,
    overrides: {
      rate: RATE,
      duration: SECONDS,
      verify: true,
      bootstrapServers: 'embedded',
      set: ['scenarios.omb.warmup=1s', ...groups],
    },
  });
  return { report, values };
}

test.concurrent.each([
  ['1-topic-1-partition-1kb', 'kafka-latency'],
  ['1-topic-16-partition-100b', 'kafka-exactly-once'],
  ['1-topic-3-partition-100b-3producers', 'kafka-compression-lz4'],
  ['1-topic-100-partitions-1kb-4p-4c-200k', 'kafka-no-linger'],
  ['100-topics-1-partitions-1kb', 'kafka-throughput'],
  ['1k-topic-1kb-4p-4c-500k', 'kafka-big-batches-zstd'],
  ['1m-10-topics-16-partitions-100b', 'kafka-sync'],
  ['1-topic-100-partitions-1kb-4p-4c-200k-backlog', 'kafka-big-batches'],
  ['max-rate-10-topics-1-partition-64kb', 'kafka-big-batches-gzip'],
  ['max-rate-1-topic-10-partitions-10p-10c-100b', 'kafka-compression-snappy'],
])('%s with %s', async (name, driver) => {
  const { report, values } = await scaled(name, driver);
  const { result } = report;
  const { omb } = result.verification!;
  expect(omb).toMatchObject({
    expected: MESSAGES,
    consumed: MESSAGES,
    lost: 0,
    duplicated: 0,
    outOfOrder: 0,
    corrupted: 0,
  });
  const groups = Object.keys(result.consumers!);
  expect(groups).toHaveLength(values.subscriptionsPerTopic! + 1);
  for (const group of groups) expect(result.consumers![group]).toMatchObject({ consumed: MESSAGES, foreign: 0 });
  expect(result.consumers!['sub-0']!.drain === undefined).toBe(values.consumerBacklogSizeGB === 0);
});
