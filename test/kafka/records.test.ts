/** What samples say of each record is what others read from Apache Kafka, byte for byte. */
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Plan } from '../../src/plan/plan.ts';
import { profileFile } from '../integration/profile-file.ts';
import { expectSamples, sampledRecords } from '../integration/random-records.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithJava, readWithKcat } from './readers.ts';

describeKafka('records on Apache Kafka', (bootstrapServers) => {
  test.each([4, 5])('seed %i', async (seed) => {
    await expectSamples(seed, bootstrapServers, async (topics) => {
      const all = topics.map(async (topic) =>
        (await readWithKcat(bootstrapServers, topic)).map((record) => ({ topic, ...record })),
      );
      return (await Promise.all(all)).flat();
    });
  });

  test('marks in headers: each index once, on the key and value of that index', async () => {
    const scenario = {
      workload: 'ecommerce',
      params: { users: 100 },
      executor: 'burst',
      size: 150,
      every: '200ms',
      bursts: 2,
    };
    const own = {
      topic: 't',
      mark: 'header',
      headers: { source: 'test' },
      anomalies: { tombstones: 0.1 },
    };
    const profile = profileFile(
      { ...scenario, ...own },
      { kafka: { 'bootstrap.servers': bootstrapServers }, workers: 2 },
    );
    let plan: Plan | undefined;
    const { result } = await run(profile, {
      ...{ env: {}, allowInvalid: true },
      onReady: (ready) => {
        plan = ready as unknown as Plan;
      },
    });
    const [lane] = plan!.lanes;
    const records = sampledRecords(plan!, lane!, Date.parse(result.run.startedAt));
    const found = await readWithJava(bootstrapServers, lane!.topic);
    const byIndex = found.map(({ key, value, headers }) => {
      const [source, mark] = headers;
      expect(source).toEqual(['source', Buffer.from('test')]);
      const [name, bytes] = mark!;
      expect([name, bytes!.length, bytes!.toString('hex', 0, 8)]).toEqual(['load-mark', 16, result.run.id]);
      return { index: bytes!.readUIntBE(10, 6), key, value };
    });
    const sorted = byIndex.toSorted((a, b) => a.index - b.index);
    expect(sorted).toEqual(records.map(({ key, value }, index) => ({ index, key, value })));
    expect(sorted.some(({ value }) => value === null)).toBe(true);
  });
});
