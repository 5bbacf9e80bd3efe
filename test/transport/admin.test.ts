/** What an embedded cluster answers, and what is said of one that does not. What it cannot be asked is tried on Kafka. */
import { afterEach, expect, test } from 'vitest';
import { topicNames } from '../../src/topic-pattern.ts';
import { Admin } from '../../src/transport/librdkafka/admin.ts';
import { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';
import { LibrdkafkaProducer } from '../../src/transport/librdkafka/producer.ts';
import { inBatches } from '../../src/transport/librdkafka/topic-requests.ts';
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

test('many topics and their ends are asked for at once', async () => {
  const names = topicNames('load-{0..299}');
  const admin = adminOf(clusterOf(Object.fromEntries(names.map((name) => [name, 4]))).bootstrapServers);
  const found = await admin.topics([...names, 'made-by-asking']);
  expect(found.map(({ name }) => name)).toEqual([...names, 'made-by-asking']);
  expect(new Set(found.map(({ partitions }) => partitions))).toEqual(new Set([4]));
  expect(await admin.topicIdentities(['load-7', 'nowhere'])).toEqual([
    { name: 'load-7', partitions: 4 },
    { name: 'nowhere', partitions: 0 },
  ]);
  const places = names.flatMap((topic) => [0, 1, 2, 3].map((partition) => ({ topic, partition })));
  expect(await admin.logEnds(places)).toEqual(places.map(() => 0));
});

test.each([
  [0, [], []],
  [100, [100], [0]],
  [250, [100, 100, 50], [0]],
  [60, [20, 20, 20], [100]],
  [3, [1, 1, 1], [5_000]],
])('%s topics in batches of %j where each has %j partitions', async (count, sizes, [partitions = 1]) => {
  const seen: number[] = [];
  const items = Array.from({ length: count }, (_, i) => i);
  const results = await inBatches(
    items,
    () => partitions,
    async (batch) => {
      seen.push(batch.length);
      return batch;
    },
  );
  expect([seen, results]).toEqual([sizes, items]);
});

test('after a failure no further batch is begun, and those under way are waited for', async () => {
  const begun: number[] = [];
  let ended = 0;
  const run = async (batch: readonly number[]) => {
    begun.push(batch[0]!);
    await new Promise((resolve) => setImmediate(resolve));
    ended += 1;
    if (batch[0] === 100) throw new Error('refused');
    return [];
  };
  const items = Array.from({ length: 1_000 }, (_, i) => i);
  await expect(inBatches(items, () => 1, run)).rejects.toThrow('refused');
  expect(begun.length).toBeLessThanOrEqual(5);
  expect(ended).toBe(begun.length);
});

test('once the signal is aborted no further batch is begun', async () => {
  const stop = new AbortController();
  const begun: number[] = [];
  const run = async (batch: readonly number[]) => {
    begun.push(batch[0]!);
    if (batch[0] === 300) stop.abort();
    return batch;
  };
  const items = Array.from({ length: 1_000 }, (_, i) => i);
  expect(await inBatches(items, () => 1, run, stop.signal)).toEqual(items.slice(0, 400));
  expect(begun).toEqual([0, 100, 200, 300]);
});

test('the end of a partition that is not there is not known, after longer where there are many', async () => {
  const admin = adminOf(clusterOf({ t: 1 }).bootstrapServers, 2_000);
  const startMs = performance.now();
  const asked = admin.endOffsets('t', 50);
  await expect(asked).rejects.toMatchObject({ code: 'OFFSETS', message: expect.stringContaining('t [1]') });
  expect(performance.now() - startMs).toBeGreaterThan(3_000);
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
