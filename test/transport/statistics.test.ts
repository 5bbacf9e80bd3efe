import koffi from 'koffi';
import { expect, test } from 'vitest';
import { closeClient, EVENT, openClient } from '../../src/transport/librdkafka/client.ts';
import { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';
import { librdkafka } from '../../src/transport/librdkafka/library.ts';
import { readStatistics, StatisticsFold } from '../../src/transport/librdkafka/statistics.ts';
import { MessageBatch } from '../../src/transport/message-batch.ts';

interface BrokerMore {
  readonly nodeid?: number;
  readonly state?: string;
  readonly waitresp_cnt?: number;
  readonly rtt?: { avg: number; cnt: number; p50: number; p99: number; max: number };
}

function statistics(
  name: string,
  brokers: readonly BrokerMore[],
  leaders: readonly number[] = [1],
  txBytes = 100,
  batchBytes?: number,
) {
  return JSON.stringify({
    name,
    tx_bytes: txBytes,
    brokers: Object.fromEntries(
      brokers.map((broker, i) => [`b${i}`, { nodeid: i + 1, state: 'UP', waitresp_cnt: 0, disconnects: 0, ...broker }]),
    ),
    topics: {
      t: {
        ...(batchBytes !== undefined && { batchsize: { sum: batchBytes } }),
        partitions: Object.fromEntries(leaders.map((leader, i) => [i, { partition: i, leader }])),
      },
    },
  });
}

test('round trips: the mean is weighted, the percentiles are the greatest seen', () => {
  const fold = new StatisticsFold();
  fold.add(statistics('a', [{ rtt: { avg: 100, cnt: 1, p50: 90, p99: 200, max: 300 }, waitresp_cnt: 2 }]));
  fold.add(statistics('a', [{ rtt: { avg: 200, cnt: 3, p50: 150, p99: 180, max: 500 }, waitresp_cnt: 4 }]));
  fold.add(statistics('a', [{ rtt: { avg: 0, cnt: 0, p50: 0, p99: 0, max: 0 } }]));
  expect(fold.result()).toMatchObject({
    rttUs: { mean: 175, p50: 150, p99: 200, max: 500 },
    outstandingRequests: { mean: 2, max: 4 },
  });
});

test('cumulative counts are the last of each client, added up', () => {
  const fold = new StatisticsFold();
  fold.add(statistics('a', [{}], [1], 100));
  fold.add(statistics('b', [{}], [1], 50));
  fold.add(statistics('a', [{ waitresp_cnt: 2 }], [1], 300));
  fold.addSettled(statistics('b', [{}], [1], 60));
  fold.addSettled(statistics('a', [{}], [1], 400));
  expect(fold.result()).toMatchObject({ wireBytes: 460, outstandingRequests: { mean: 1, max: 2 } });
});

test('outstanding requests of clients add up, each over its own samples', () => {
  const fold = new StatisticsFold();
  for (const waitresp_cnt of [1, 3]) {
    for (const name of ['a', 'b']) fold.add(statistics(name, [{ waitresp_cnt }]));
  }
  fold.add(statistics('late', [{ waitresp_cnt: 5 }]));
  expect(fold.result()?.outstandingRequests).toEqual({ mean: 9, max: 11 });
});

test('bytes on the wire are unknown until every client has counted to the end', () => {
  const fold = new StatisticsFold();
  fold.add(statistics('a', [{}], [1], 100));
  fold.add(statistics('b', [{}], [1], 50));
  expect(fold.result()?.wireBytes).toBeNull();
  fold.addSettled(statistics('a', [{}], [1], 100));
  expect(fold.result()?.wireBytes).toBeNull();
  fold.addSettled(statistics('b', [{}], [1], 50));
  expect(fold.result()?.wireBytes).toBe(150);
});

test('bytes of batches are those of each interval, added up', () => {
  const fold = new StatisticsFold();
  fold.add(statistics('a', [{}], [1], 100, 30));
  fold.add(statistics('a', [{}], [1], 200, 50));
  fold.add(statistics('b', [{}], [1], 300, 7));
  expect(fold.result()?.batchBytes).toBeNull();
  fold.addSettled(statistics('a', [{}], [1], 300, 0));
  fold.addSettled(statistics('b', [{}], [1], 300, 1));
  expect(fold.result()?.batchBytes).toBe(88);
});

test('all up: no broker down, every partition with a leader; bootstrap entries do not count', () => {
  const fold = new StatisticsFold();
  expect(fold.add(statistics('a', [{}, { state: 'INIT' }, { nodeid: -1, state: 'DOWN' }], [1, 2]))).toBe(true);
  expect(fold.add(statistics('a', [{}, { state: 'DOWN' }]))).toBe(false);
  expect(fold.add(statistics('a', [{}], [1, -1]))).toBe(false);
});

test('nothing folded, nothing known', () => {
  expect(new StatisticsFold().result()).toBeUndefined();
});

test('of topics only what is wanted is read: as if all were parsed, whatever they are called', () => {
  const names = ['topics', 'tx_bytes', 'batchsize', 'leader', 'a.b-c_d'];
  const cluster = new EmbeddedCluster(Object.fromEntries(names.map((name) => [name, { partitions: 7 }])), 2);
  const properties = { 'bootstrap.servers': cluster.bootstrapServers, 'statistics.interval.ms': '100' };
  const client = openClient(properties, EVENT.stats);
  const rd = librdkafka();
  const topics = names.map((name) => rd.topicNew(client.handle, name, null));
  try {
    const texts: string[] = [];
    // A topic that nobody has asked for yet has no leaders; those that are known have batches.
    while (texts.length < 8) {
      if (texts.length === 3) for (const topic of topics) rd.metadata(client.handle, 0, topic, [null], 5000);
      const batch = new MessageBatch(1);
      batch.set(0, 0, -1, 0, -1, 0);
      for (const topic of topics) rd.produceBatch(topic, 3, 2, koffi.address(batch.bytes), 1);
      const event = rd.queuePoll(client.queue, 1000);
      if (event === null) continue;
      if (rd.eventType(event) === EVENT.stats) texts.push(rd.eventStats(event));
      rd.eventDestroy(event);
    }
    const bytes = texts.map((text) => {
      const { name, msg_cnt, brokers, tx_bytes, batchBytes, areLed } = readStatistics(text);
      const whole = JSON.parse(text);
      expect({ name, msg_cnt, tx_bytes }).toEqual({
        name: whole.name,
        msg_cnt: whole.msg_cnt,
        tx_bytes: whole.tx_bytes,
      });
      const read = Object.values(brokers).map(({ nodeid, state, rtt, waitresp_cnt }) => [
        nodeid,
        state,
        rtt,
        waitresp_cnt,
      ]);
      const said = Object.values(whole.brokers as typeof brokers);
      expect(said.every((broker) => 'toppars' in broker)).toBe(true);
      expect(Object.values(brokers).some((broker) => 'toppars' in broker)).toBe(false);
      expect(read).toEqual(said.map(({ nodeid, state, rtt, waitresp_cnt }) => [nodeid, state, rtt, waitresp_cnt]));
      const all = Object.values(whole.topics as Record<string, WholeTopic>);
      expect(batchBytes).toBe(all.reduce((sum, { batchsize }) => sum + batchsize.sum, 0));
      const partitions = all.flatMap((topic) => Object.values(topic.partitions));
      expect(areLed).toBe(partitions.every(({ partition, leader }) => partition < 0 || leader >= 0));
      return batchBytes;
    });
    expect(Math.max(...bytes)).toBeGreaterThan(0);
  } finally {
    for (const topic of topics) rd.topicDestroy(topic);
    closeClient(client);
    cluster.close();
  }
});

interface WholeTopic {
  readonly batchsize: { readonly sum: number };
  readonly partitions: Readonly<Record<string, { readonly partition: number; readonly leader: number }>>;
}
