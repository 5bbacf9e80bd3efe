/** What samples say of each record is what others read from Apache Kafka, byte for byte. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Plan } from '../../src/plan/plan.ts';
import { binaryMarkHead } from '../../src/workload/encoding/mark.ts';
import { openSpread } from '../../src/workload/topic-spread.ts';
import { profileFile } from '../integration/profile-file.ts';
import { expectSamples, sampledRecords } from '../integration/random-records.ts';
import { librdkafkaPartition } from '../workload/partitioner-oracle.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithJava, readWithKafkaJs, readWithKcat } from './readers.ts';
import { topicOffsets } from './topics.ts';

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

  const TOPICS = 40;
  const ATM = { workload: 'atm', params: { atms: 50 }, key: 'atm_id', format: 'avro' };

  test.each([
    ['round-robin', { workload: 'web-events', format: 'json' }, 'round-robin'],
    ['round-robin, drawn keys, header marks', { ...ATM, key: { uniform: 9 }, mark: 'header' }, 'round-robin'],
    [
      'zipf, keys, clients, headers',
      { ...ATM, clients: 6, headers: { source: 'test', empty: '' } },
      { zipf: { exponent: 1.1 } },
    ],
  ] as const)('over 40 topics, %s: each record is in the topic of its index', async (_, own, spread) => {
    const prefix = `over-${randomUUID().slice(0, 8)}-`;
    const names = Array.from({ length: TOPICS }, (_, i) => `${prefix}${i}`);
    const pattern = `${prefix}{0..${TOPICS - 1}}`;
    const load = { executor: 'constant-arrival-rate', rate: 650, duration: '2s', gracefulStop: '60s' };
    const s = { ...own, ...load, spread, topic: pattern, recordTimestamp: 'intended' };
    const topics = { [pattern]: { partitions: 2 } };
    const kafka = { 'bootstrap.servers': bootstrapServers };
    let plan: Plan | undefined;
    const { result } = await run(profileFile({}, { kafka, topics, scenarios: { s }, workers: 2 }), {
      ...{ env: {}, allowInvalid: true },
      onReady: (ready) => {
        plan = ready as unknown as Plan;
      },
    });
    expect(result.totals).toMatchObject({ scheduled: 1_300, acked: 1_300, failed: 0 });

    const [lane] = plan!.lanes;
    const topicOf =
      spread === 'round-robin'
        ? (index: number) => index % TOPICS
        : openSpread({ kind: 'zipf', ...spread.zipf }, TOPICS, { seed: plan!.seed, scenario: 's' });
    const head = Buffer.from(binaryMarkHead(plan!.runTag, 's'));
    const headersOf = (index: number) => {
      const mark = Buffer.alloc(6);
      mark.writeUIntBE(index, 0, 6);
      const fixed = Object.entries(lane!.headers).map(([name, value]) => [name, Buffer.from(value)] as const);
      return lane!.markHeader ? [...fixed, ['load-mark', Buffer.concat([head, mark])] as const] : fixed;
    };
    const records = sampledRecords(plan!, lane!, Date.parse(result.run.startedAt));
    const expected = records.map((record, i) => ({ topic: names[topicOf(i)]!, ...record, headers: headersOf(i) }));

    // As many as there are: what a reader of a number of records would leave out.
    const stored = await Promise.all(names.map((name) => topicOffsets(bootstrapServers, name)));
    const counts = stored.map((ends) => ends.reduce((sum, { high }) => sum + high, 0));
    expect(counts).toEqual(names.map((name) => expected.filter(({ topic }) => topic === name).length));
    if (spread === 'round-robin') expect([Math.min(...counts), Math.max(...counts)]).toEqual([32, 33]);
    else expect(Math.max(...counts)).toBe(counts[0]);

    const found = await readWithKafkaJs(bootstrapServers, names, records.length);
    expect(found.map(fullText).sort()).toEqual(expected.map(fullText).sort());
    if (lane!.record.key.kind === 'field') {
      for (const { key, partition } of found) expect(partition).toBe(librdkafkaPartition(lane!.partitioner, key, 2));
    }
  });
});

/** Every byte of a record, and where it is. */
function fullText({
  topic,
  timestamp,
  key,
  value,
  headers,
}: Omit<Awaited<ReturnType<typeof readWithKafkaJs>>[number], 'partition' | 'offset'>): string {
  const hex = (bytes: Uint8Array | null) => (bytes === null ? 'null' : Buffer.from(bytes).toString('hex'));
  return [topic, timestamp, hex(key), hex(value), ...headers.flatMap(([name, bytes]) => [name, hex(bytes)])].join(' ');
}
