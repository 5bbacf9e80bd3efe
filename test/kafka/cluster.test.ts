import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';
import { javaPartitions, readWithJava, readWithKcat, writeWithJava } from './readers.ts';
import { createTopic, deleteTopic, topicConfig, topicOffsets } from './topics.ts';

describeKafka('the Apache Kafka fixture', (bootstrapServers) => {
  test('creates topics with their configuration and deletes them', async () => {
    const topic = randomUUID();
    await createTopic(bootstrapServers, topic, { partitions: 3, config: { 'max.message.bytes': '123456' } });
    expect(await topicOffsets(bootstrapServers, topic)).toEqual([0, 1, 2].map(() => ({ low: 0, high: 0 })));
    expect(await topicConfig(bootstrapServers, topic)).toMatchObject({ 'max.message.bytes': '123456' });
    expect(await readWithJava(bootstrapServers, topic)).toEqual([]);
    expect(await readWithKcat(bootstrapServers, topic)).toEqual([]);
    await deleteTopic(bootstrapServers, topic);
    await expect(topicOffsets(bootstrapServers, topic)).rejects.toThrow();
  });

  test('both readers give back any bytes, nulls and empties, and Java the headers too', async () => {
    const topic = randomUUID();
    await createTopic(bootstrapServers, topic, { partitions: 2 });
    const everyByte = Buffer.from(Array.from({ length: 512 }, (_, i) => i & 255));
    const sent = [
      {
        key: everyByte,
        value: Buffer.from('1 2 3 4 5\nText'),
        headers: { mark: everyByte.subarray(0, 16), other: Buffer.from('a,b=c:d') },
      },
      { key: null, value: everyByte, headers: {} },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: {} },
      { key: Buffer.from('k'), value: null, headers: {} },
    ];
    const producer = new kafkajs.Kafka({ brokers: [bootstrapServers], logLevel: kafkajs.logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({
      topic,
      messages: sent.map((record, i) => ({ ...record, partition: i % 2, timestamp: String(1_700_000_000_000 + i) })),
    });
    await producer.disconnect();

    const stored = [0, 2, 1, 3].map((i, at) => ({
      partition: i % 2,
      offset: at % 2,
      timestamp: 1_700_000_000_000 + i,
      key: sent[i]!.key,
      value: sent[i]!.value,
    }));
    expect(await readWithKcat(bootstrapServers, topic)).toEqual(stored);
    const headers = [Object.entries(sent[0]!.headers), [], [], []];
    expect(await readWithJava(bootstrapServers, topic)).toEqual(
      stored.map((record, i) => ({ ...record, headers: headers[i] })),
    );
  });

  test('the Java producer writes what both readers find, and places keys by murmur2', async () => {
    const topic = randomUUID();
    await createTopic(bootstrapServers, topic, { partitions: 4 });
    const records = Array.from({ length: 40 }, (_, i) => ({ key: `key-${i}`, value: `value ${i}` }));
    await writeWithJava(bootstrapServers, topic, records);
    const found = await readWithKcat(bootstrapServers, topic);
    expect(found.map((record) => `${record.key} ${record.value}`).sort()).toEqual(
      records.map(({ key, value }) => `${key} ${value}`).sort(),
    );
    expect((await readWithJava(bootstrapServers, topic)).map(({ headers: _, ...record }) => record)).toEqual(found);

    // Kafka's own UtilsTest has murmur2("21") = -973932308, ("foobar") = -790332482; a partition is (hash & 0x7fffffff) % n.
    const partitions = await javaPartitions(bootstrapServers, ['21', 'foobar'], 7);
    expect(partitions).toEqual(
      new Map([
        ['21', (-973932308 & 0x7fffffff) % 7],
        ['foobar', (-790332482 & 0x7fffffff) % 7],
      ]),
    );
  });

  test('a node killed and started again has what it acknowledged', async () => {
    const own = await startKafka({
      heapMb: 512,
      properties: { 'num.partitions': '5', 'broker.session.timeout.ms': '3000' },
    });
    try {
      await createTopic(own.bootstrapServers, 'before', { partitions: -1 });
      await writeWithJava(own.bootstrapServers, 'before', [{ key: 'k', value: 'v' }]);
      await own.kill();
      await expect(topicOffsets(own.bootstrapServers, 'before')).rejects.toThrow();
      await own.restart();
      const found = await readWithKcat(own.bootstrapServers, 'before');
      expect(found.map(({ key, value }) => `${key} ${value}`)).toEqual(['k v']);
      expect(await topicOffsets(own.bootstrapServers, 'before')).toHaveLength(5);
    } finally {
      await own.stop();
    }
  });
});
