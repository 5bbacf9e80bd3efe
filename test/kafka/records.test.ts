/** What samples say of each record is what kcat reads from Apache Kafka, byte for byte. */
import { test } from 'vitest';
import { expectSamples } from '../integration/random-records.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithKcat } from './readers.ts';

describeKafka('records on Apache Kafka', (bootstrapServers) => {
  test.each([4, 5])('seed %i', async (seed) => {
    await expectSamples(seed, bootstrapServers, async (topics) => {
      const all = topics.map(async (topic) =>
        (await readWithKcat(bootstrapServers, topic)).map((record) => ({ topic, ...record })),
      );
      return (await Promise.all(all)).flat();
    });
  });
});
