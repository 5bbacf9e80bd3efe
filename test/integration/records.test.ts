/** What samples say of each record is what a client that is not ours reads from the embedded cluster, byte for byte. */
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, test } from 'vitest';
import { killCommands, startCluster } from './command.ts';
import { expectSamples, type Found, randomTopics } from './random-records.ts';

const SEEDS = [1, 2];

afterAll(killCommands);

let servers: string;
beforeAll(async () => {
  const topics = SEEDS.flatMap((seed) => Object.entries(randomTopics(seed)));
  servers = await startCluster(...topics.map(([name, { partitions }]) => `${name}:${partitions}`));
});

async function readWithKafkaJs(topics: readonly string[], count: number): Promise<Found[]> {
  const client = new kafkajs.Kafka({ brokers: [servers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: topics[0]! });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  const found: Found[] = [];
  await new Promise<void>((resolve, reject) => {
    const eachMessage: kafkajs.EachMessageHandler = async ({ topic, partition, message }) => {
      const { timestamp, key, value } = message;
      found.push({ topic, partition, timestamp: Number(timestamp), key, value });
      if (found.length === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return found;
}

test.each(SEEDS)('seed %i', async (seed) => {
  await expectSamples(seed, servers, readWithKafkaJs);
});
