/** What an embedded cluster answers, and what is said of one that does not. What it cannot be asked is tried on Kafka. */
import { afterEach, expect, test } from 'vitest';
import { Admin } from '../../src/transport/librdkafka/admin.ts';
import { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';
import { LibrdkafkaProducer } from '../../src/transport/librdkafka/producer.ts';
import { MessageBatch } from '../../src/transport/message-batch.ts';

const closing: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of closing.splice(0).reverse()) each.close();
});

function clusterOf(topics: Readonly<Record<string, number>>, brokers = 1): EmbeddedCluster {
  const entries = Object.entries(topics).map(([name, partitions]) => [name, { partitions }] as const);
  const cluster = new EmbeddedCluster(Object.fromEntries(entries), brokers);
  closing.push(cluster);
  return cluster;
}

function adminOf(servers: string, timeoutMs = 10_000): Admin {
  const admin = new Admin({ 'bootstrap.servers': servers }, timeoutMs);
  closing.push(admin);
  return admin;
}

/** One message to each of these partitions of `t`. */
function send(cluster: EmbeddedCluster, partitions: readonly number[]): void {
  const producer = new LibrdkafkaProducer({
    clients: [{ 'bootstrap.servers': cluster.bootstrapServers, 'linger.ms': '0' }],
    lanes: [{ client: 0, topic: 't', partitions: 3, headers: {} }],
    onLog: () => {},
    metadataTimeoutMs: 10_000,
  });
  const batch = new MessageBatch(1);
  batch.set(0, 0, -1, 0, -1, 0);
  for (const partition of partitions) {
    producer.produce(0, partition, batch, 0, 1);
    // An event that is not a report ends the wait as well.
    let reported = 0;
    for (let attempt = 0; attempt < 10 && reported === 0; attempt++) reported = producer.poll(10_000);
    expect(reported).toBe(1);
  }
  producer.close();
}

test('an embedded cluster is known as one, also that of another process', async () => {
  expect(await adminOf(clusterOf({}).bootstrapServers).isEmbedded()).toBe(true);
});

test('a topic and its partitions; one that is not there is made by asking for it', async () => {
  const admin = adminOf(clusterOf({ t: 3 }).bootstrapServers);
  expect(await admin.topic('t')).toMatchObject({ name: 't', partitions: 3 });
  expect(await admin.topicIdentity('u')).toEqual(expect.objectContaining({ name: 'u', partitions: 0 }));
  expect((await admin.topic('u')).partitions).toBeGreaterThan(0);
});

test('which topic a name means: none once it is deleted, and no id where there are none', async () => {
  const cluster = clusterOf({ t: 3 });
  const admin = adminOf(cluster.bootstrapServers);
  const identity = await admin.topicIdentity('t');
  expect(identity).toMatchObject({ name: 't', partitions: 3 });
  expect(identity).not.toHaveProperty('id');
  cluster.deleteTopic('t');
  expect(await admin.topicIdentity('t')).toMatchObject({ partitions: 0 });
});

test('the ends of the partitions, in their order', async () => {
  const cluster = clusterOf({ t: 3 });
  const admin = adminOf(cluster.bootstrapServers);
  expect(await admin.endOffsets('t', 3)).toEqual([0, 0, 0]);
  send(cluster, [2, 0, 2]);
  expect(await admin.endOffsets('t', 3)).toEqual([1, 0, 2]);
});

test('the end of a partition that is not there is not known', async () => {
  const admin = adminOf(clusterOf({ t: 1 }).bootstrapServers, 2_000);
  const asked = admin.endOffsets('t', 2);
  await expect(asked).rejects.toMatchObject({ code: 'OFFSETS', message: expect.stringContaining('t [1]') });
});

test('addresses that lead back to the brokers are nothing to mention', async () => {
  expect(await adminOf(clusterOf({}, 2).bootstrapServers).checkAdvertised()).toEqual([]);
});

test('an administrative request that nobody answers ends with its time-out', async () => {
  const admin = adminOf(clusterOf({ t: 1 }).bootstrapServers, 100);
  const topic = { name: 'u', partitions: 1, replicationFactor: 1, config: { 'retention.ms': '1' } };
  for (const ask of [() => admin.createTopic(topic), () => admin.topicConfig('t'), () => admin.deleteTopic('t')]) {
    await expect(ask()).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
  }
});

test('a port on which nobody listens, whatever is asked', async () => {
  const admin = adminOf('127.0.0.1:1', 200);
  for (const ask of [() => admin.isEmbedded(), () => admin.topic('t'), () => admin.checkAdvertised()]) {
    await expect(ask()).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
      hint: expect.any(String),
    });
  }
});
