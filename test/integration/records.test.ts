/** What samples say of each record is what a client that is not ours reads from the embedded cluster, byte for byte. */
import { afterAll, beforeAll, test } from 'vitest';
import { readWithKafkaJs } from '../kafka/readers.ts';
import { killCommands, startCluster } from './command.ts';
import { expectSamples, randomTopics } from './random-records.ts';

const SEEDS = [1, 2];

afterAll(killCommands);

let servers: string;
beforeAll(async () => {
  const topics = SEEDS.flatMap((seed) => Object.entries(randomTopics(seed)));
  servers = await startCluster(...topics.map(([name, { partitions }]) => `${name}:${partitions}`));
});

test.each(SEEDS)('seed %i', async (seed) => {
  await expectSamples(seed, servers, (topics, count) => readWithKafkaJs(servers, topics, count));
});
