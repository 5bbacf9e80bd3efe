/** Messages to an embedded cluster and back: what is reported of each, and what the topic then holds. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LibrdkafkaConsumer } from '../../src/transport/librdkafka/consumer.ts';
import { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';
import { librdkafka } from '../../src/transport/librdkafka/library.ts';
import type { ProducerLane } from '../../src/transport/librdkafka/open-clients.ts';
import { LibrdkafkaProducer } from '../../src/transport/librdkafka/producer.ts';
import { MessageBatch } from '../../src/transport/message-batch.ts';
import { type ClientLog, PERSISTENCE } from '../../src/transport/transport.ts';

const QUEUE_FULL = -184;
const PURGED_IN_QUEUE = -152;
const MESSAGE_TOO_LARGE = 10;
const NO_TIMESTAMPS = new Float64Array(64);

const closing: { close(): void }[] = [];
afterEach(() => {
  for (const each of closing.splice(0).reverse()) each.close();
  memories.length = 0;
});

function clusterOf(...topics: readonly [name: string, partitions: number][]): EmbeddedCluster {
  const cluster = new EmbeddedCluster(Object.fromEntries(topics.map(([name, partitions]) => [name, { partitions }])));
  closing.push(cluster);
  return cluster;
}

interface Options {
  readonly properties?: Readonly<Record<string, string>>;
  readonly lanes?: readonly Partial<ProducerLane>[];
  readonly clients?: number;
  readonly onLog?: (line: ClientLog) => void;
}

function producerOf(
  cluster: EmbeddedCluster,
  { properties = {}, lanes = [{}], clients = 1, onLog = () => {} }: Options = {},
) {
  const own = { 'bootstrap.servers': cluster.bootstrapServers, 'linger.ms': '0', ...properties };
  const producer = new LibrdkafkaProducer({
    clients: new Array(clients).fill(own),
    lanes: lanes.map((lane) => ({ client: 0, topic: 't', partitions: 1, headers: {}, ...lane })),
    onLog,
    metadataTimeoutMs: 10_000,
  });
  closing.push(producer);
  return producer;
}

interface Message {
  readonly value?: string;
  readonly key?: string;
  readonly slot: number;
}

/** What batches point into, until the test ends. */
const memories: Uint8Array[] = [];

function batchOf(producer: LibrdkafkaProducer, messages: readonly Message[]): MessageBatch {
  const batch = new MessageBatch(messages.length);
  const memory = new Uint8Array(new SharedArrayBuffer(4_000));
  memories.push(memory);
  const base = producer.address(memory);
  let at = 0;
  const put = (text: string | undefined) => {
    const bytes = Buffer.from(text ?? '');
    memory.set(bytes, at);
    at += bytes.length;
    return [base + at - bytes.length, text === undefined ? -1 : bytes.length] as const;
  };
  for (const [j, { value, key, slot }] of messages.entries()) batch.set(j, ...put(value), ...put(key), slot);
  return batch;
}

interface Report {
  readonly slot: number;
  readonly error: number;
  readonly status?: number;
}

/** Polls until there are so many. */
function reportsOf(producer: LibrdkafkaProducer, count: number): Report[] {
  const found: Report[] = [];
  const deadline = performance.now() + 30_000;
  while (found.length < count && performance.now() < deadline) {
    const filled = producer.poll(100);
    const { slot, error, status } = producer.reports;
    for (let r = 0; r < filled; r++) {
      found.push({ slot: slot[r]!, error: error[r]!, ...(error[r] !== 0 && { status: status[r]! }) });
    }
  }
  return found;
}

interface Found {
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
  readonly headers: readonly (readonly [string, string | null])[];
}

/** What the topic holds, in the order of its partitions and offsets. */
async function recordsIn(cluster: EmbeddedCluster, topic: string, count: number) {
  const consumer = new LibrdkafkaConsumer({
    properties: { 'bootstrap.servers': cluster.bootstrapServers, 'group.id': 'g', 'auto.offset.reset': 'earliest' },
    topics: [topic],
    onLog: () => {},
  });
  try {
    const found: Found[] = [];
    while (found.length < count) {
      const filled = await consumer.poll(1_000);
      const { records } = consumer;
      const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString();
      for (let i = 0; i < filled; i++) {
        const [partition, timestampMs] = [records.partition[i]!, records.timestampMs(i)];
        const headers = records.headers(i).map(([name, value]) => [name, text(value)] as const);
        found.push({ partition, key: text(records.key(i)), value: text(records.value(i)), timestampMs, headers });
      }
    }
    return found.sort((a, b) => a.partition - b.partition);
  } finally {
    await consumer.close();
  }
}

describe('a message', () => {
  test('comes back under its own slot, acknowledged', () => {
    const producer = producerOf(clusterOf(['t', 1]));
    const slots = [7, 0, 2 ** 20 + 3];
    const batch = batchOf(
      producer,
      slots.map((slot) => ({ value: 'v', slot })),
    );
    expect(producer.produce(0, 0, batch, 0, 3)).toBe(3);
    const reports = reportsOf(producer, 3);
    expect(reports).toEqual(slots.map((slot) => ({ slot, error: 0 })));
    expect(producer.poll(0)).toBe(0);
  });

  test('goes to its partition with its key and its value, or with none', async () => {
    const cluster = clusterOf(['t', 3]);
    const producer = producerOf(cluster, { lanes: [{ partitions: 3 }] });
    const batch = batchOf(producer, [
      { key: 'k', value: 'first', slot: 0 },
      { value: 'second', slot: 1 },
      { key: 'gone', slot: 2 },
      { key: '', value: '', slot: 3 },
    ]);
    producer.produce(0, 2, batch, 0, 1);
    // Part of a batch: what is before it stays out.
    producer.produce(0, 0, batch, 1, 3);
    expect(reportsOf(producer, 4).every(({ error }) => error === 0)).toBe(true);
    const records = await recordsIn(cluster, 't', 4);
    expect(records.map(({ partition, key, value }) => [partition, key, value])).toEqual([
      [0, null, 'second'],
      [0, 'gone', null],
      [0, '', ''],
      [2, 'k', 'first'],
    ]);
  });

  test('with metadata has the time that it is given, each its own', async () => {
    const cluster = clusterOf(['t', 2]);
    const producer = producerOf(cluster, { lanes: [{ partitions: 2, headers: { source: 'load', empty: '' } }] });
    const batch = batchOf(producer, [
      { value: 'a', slot: 4 },
      { key: 'k', value: 'b', slot: 5 },
    ]);
    const times = Float64Array.of(1_700_000_000_123, 1_600_000_000_456);
    expect(producer.produceWithMetadata(0, 1, batch, 0, 2, times)).toBe(2);
    expect(reportsOf(producer, 2).map(({ slot }) => slot)).toEqual([4, 5]);
    const headers = [
      ['source', 'load'],
      ['empty', ''],
    ];
    expect(await recordsIn(cluster, 't', 2)).toEqual([
      { partition: 1, key: null, value: 'a', timestampMs: 1_700_000_000_123, headers },
      { partition: 1, key: 'k', value: 'b', timestampMs: 1_600_000_000_456, headers },
    ]);
  });

  test('with a mark has its index in a header after the others, each its own', async () => {
    const cluster = clusterOf(['t', 1]);
    const markHeader = { name: 'mark', head: Buffer.from('ten bytes!') };
    const producer = producerOf(cluster, { lanes: [{ headers: { source: 'load' }, markHeader }] });
    const batch = batchOf(producer, [
      { value: 'a', slot: 0 },
      { key: 'k', slot: 1 },
    ]);
    const indexes = Float64Array.of(0x414243444546, 0x202122232425);
    expect(producer.produceWithMetadata(0, 0, batch, 0, 2, NO_TIMESTAMPS, indexes)).toBe(2);
    reportsOf(producer, 2);
    expect((await recordsIn(cluster, 't', 2)).map(({ value, headers }) => [value, headers])).toEqual([
      [
        'a',
        [
          ['source', 'load'],
          ['mark', 'ten bytes!ABCDEF'],
        ],
      ],
      [
        null,
        [
          ['source', 'load'],
          ['mark', 'ten bytes! !"#$%'],
        ],
      ],
    ]);
  });

  test('of each lane goes to the lane’s own topic', async () => {
    const cluster = clusterOf(['t', 1], ['u', 1]);
    const producer = producerOf(cluster, { lanes: [{}, { topic: 'u' }] });
    producer.produce(1, 0, batchOf(producer, [{ value: 'second lane', slot: 0 }]), 0, 1);
    expect(reportsOf(producer, 1)).toHaveLength(1);
    expect(await recordsIn(cluster, 'u', 1)).toMatchObject([{ value: 'second lane' }]);
  });

  test('without a partition sticks to one with the others of its time, drawn at random', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.99);
    closing.push({ close: () => random.mockRestore() });
    const cluster = clusterOf(['t', 12]);
    const properties = { 'sticky.partitioning.linger.ms': '60000' };
    const producer = producerOf(cluster, { properties, lanes: [{ partitions: 12 }] });
    const batch = batchOf(
      producer,
      Array.from({ length: 20 }, (_, slot) => ({ value: 'v', slot })),
    );
    for (let j = 0; j < 20; j++) producer.produce(0, -1, batch, j, 1);
    reportsOf(producer, 20);
    const partitions = (await recordsIn(cluster, 't', 20)).map(({ partition }) => partition);
    expect(new Set(partitions)).toEqual(new Set([11]));
  });

  test('sticks for twice linger.ms by default, as librdkafka does', async () => {
    const startMs = performance.now();
    const spies = [vi.spyOn(Math, 'random'), vi.spyOn(performance, 'now')] as const;
    closing.push(...spies.map((spy) => ({ close: () => spy.mockRestore() })));
    const cluster = clusterOf(['t', 12]);
    const producer = producerOf(cluster, { properties: { 'linger.ms': '50' }, lanes: [{ partitions: 12 }] });
    const afterMs = [0, 99, 101];
    const batch = batchOf(
      producer,
      afterMs.map((_, slot) => ({ value: 'v', slot })),
    );
    for (const [j, ms] of afterMs.entries()) {
      spies[0].mockReturnValue(j / 12);
      spies[1].mockReturnValue(startMs + ms);
      producer.produce(0, -1, batch, j, 1);
    }
    spies[1].mockRestore();
    reportsOf(producer, afterMs.length);
    const partitions = (await recordsIn(cluster, 't', afterMs.length)).map(({ partition }) => partition);
    expect(partitions.sort()).toEqual([0, 0, 2]);
  });
});

describe('what is not taken', () => {
  const oneOfThree = { 'message.max.bytes': '1200', 'batch.size': '1000' };
  const dated = { recordTimestamp: 'intended' } as const;
  const large = [
    { value: 'a', slot: 0 },
    { value: 'x'.repeat(2_000), slot: 1 },
    { value: 'b', slot: 2 },
  ];

  test('for want of room is marked so, and nothing else is', () => {
    const properties = { 'queue.buffering.max.messages': '2', 'linger.ms': '10000' };
    const producer = producerOf(clusterOf(['t', 1]), { properties, lanes: [dated] });
    const batch = batchOf(
      producer,
      Array.from({ length: 4 }, (_, slot) => ({ value: 'v', slot })),
    );
    expect(producer.produce(0, 0, batch, 0, 4)).toBe(2);
    expect([0, 1, 2, 3].map((j) => batch.error(j))).toEqual([0, 0, QUEUE_FULL, QUEUE_FULL]);
    expect(producer.produceWithMetadata(0, 0, batch, 2, 2, NO_TIMESTAMPS)).toBe(0);
    expect([2, 3].map((j) => batch.error(j))).toEqual([QUEUE_FULL, QUEUE_FULL]);
    producer.purge();
    expect(reportsOf(producer, 2).map(({ slot }) => slot)).toEqual(expect.arrayContaining([0, 1]));
  });

  test.each(['produce', 'produceWithMetadata'] as const)('%s: no later one overtakes those without room', (call) => {
    const properties = { 'queue.buffering.max.kbytes': '1', 'linger.ms': '10000' };
    const producer = producerOf(clusterOf(['t', 1]), { properties, lanes: [dated] });
    const sizes = [600, 600, 1, 1];
    const batch = batchOf(
      producer,
      sizes.map((size, slot) => ({ value: 'v'.repeat(size), slot })),
    );
    expect(producer[call](0, 0, batch, 0, 4, NO_TIMESTAMPS)).toBe(1);
    expect([0, 1, 2, 3].map((j) => batch.error(j))).toEqual([0, QUEUE_FULL, QUEUE_FULL, QUEUE_FULL]);
    producer.purge();
    expect(reportsOf(producer, 1).map(({ slot }) => slot)).toEqual([0]);
  });

  test.each(['produce', 'produceWithMetadata'] as const)('%s: one that is too large hinders no other', (call) => {
    const producer = producerOf(clusterOf(['t', 1]), { properties: oneOfThree, lanes: [dated] });
    const batch = batchOf(producer, large);
    expect(producer[call](0, 0, batch, 0, 3, NO_TIMESTAMPS)).toBe(2);
    expect([0, 1, 2].map((j) => batch.error(j))).toEqual([0, MESSAGE_TOO_LARGE, 0]);
    expect(reportsOf(producer, 2).map(({ slot }) => slot)).toEqual([0, 2]);
  });
});

describe('reports', () => {
  test('are all there once, of more messages than one poll returns', () => {
    // All in one request, and so in one event of the client.
    const properties = { 'linger.ms': '500', 'batch.num.messages': '10000' };
    const producer = producerOf(clusterOf(['t', 1]), { properties });
    const count = 10_000;
    const slots = Array.from({ length: count }, (_, slot) => slot);
    const batch = batchOf(
      producer,
      slots.map((slot) => ({ slot })),
    );
    expect(producer.produce(0, 0, batch, 0, count)).toBe(count);
    // An event that is not a report ends the wait as well.
    let first = 0;
    for (let attempt = 0; attempt < 10 && first === 0; attempt++) first = producer.poll(10_000);
    expect(first).toBe(producer.reports.capacity);
    const found = [...producer.reports.slot, ...reportsOf(producer, count - first).map(({ slot }) => slot)];
    expect(found.sort((a, b) => a - b)).toEqual(slots);
  });

  test('of what the broker refuses have its code, and that nothing is there', () => {
    const cluster = clusterOf(['t', 1]);
    const producer = producerOf(cluster);
    cluster.failProduce([MESSAGE_TOO_LARGE]);
    producer.produce(0, 0, batchOf(producer, [{ value: 'v', slot: 3 }]), 0, 1);
    expect(reportsOf(producer, 1)).toEqual([{ slot: 3, error: MESSAGE_TOO_LARGE, status: PERSISTENCE.notPersisted }]);
  });

  test('of what is given up say that it never left', () => {
    const producer = producerOf(clusterOf(['t', 1]), { properties: { 'linger.ms': '60000' } });
    producer.produce(0, 0, batchOf(producer, [{ value: 'v', slot: 1 }]), 0, 1);
    producer.purge();
    expect(reportsOf(producer, 1)).toEqual([{ slot: 1, error: PURGED_IN_QUEUE, status: PERSISTENCE.notPersisted }]);
  });

  test('of several clients come in one poll, one behind the other', () => {
    const options = { clients: 2, lanes: [{}, { client: 1 }], properties: { 'linger.ms': '60000' } };
    const producer = producerOf(clusterOf(['t', 1]), options);
    for (const lane of [0, 1]) producer.produce(lane, 0, batchOf(producer, [{ value: 'v', slot: 5 + lane }]), 0, 1);
    producer.purge();
    expect(producer.poll(1_000)).toBe(2);
    expect([...producer.reports.slot.subarray(0, 2)]).toEqual([5, 6]);
    expect([...producer.reports.error.subarray(0, 2)]).toEqual([PURGED_IN_QUEUE, PURGED_IN_QUEUE]);
  });

  test('of forty clients are all there once, and only those that have some are asked', () => {
    const clients = 40;
    const lanes = Array.from({ length: clients }, (_, client) => ({ client }));
    const producer = producerOf(clusterOf(['t', 1]), { clients, lanes });
    producer.poll(0);
    const polls = vi.spyOn(librdkafka(), 'queuePoll');
    for (let turn = 0; turn < 100; turn++) producer.poll(0);
    // Statistics are not asked for, and nothing else comes.
    expect(polls).toHaveBeenCalledTimes(0);
    producer.produce(7, 0, batchOf(producer, [{ value: 'v', slot: 3 }]), 0, 1);
    expect(reportsOf(producer, 1)).toEqual([{ slot: 3, error: 0 }]);
    expect(polls.mock.calls.length).toBeLessThan(10);
    polls.mockRestore();
    const slots = Array.from({ length: 50 * clients }, (_, slot) => slot);
    for (let at = 0; at < slots.length; at += 5) {
      const messages = slots.slice(at, at + 5).map((slot) => ({ value: 'v', slot }));
      producer.produce((at / 5) % clients, 0, batchOf(producer, messages), 0, 5);
    }
    const reports = reportsOf(producer, slots.length);
    expect(reports.map(({ slot }) => slot).sort((a, b) => a - b)).toEqual(slots);
    expect(producer.poll(50)).toBe(0);
  });

  test('an error code has a name and a text', () => {
    const producer = producerOf(clusterOf(['t', 1]));
    expect(producer.describe(QUEUE_FULL)).toEqual({ name: '_QUEUE_FULL', text: 'Local: Queue full' });
  });
});

describe('the client', () => {
  test('says when it loses its broker', () => {
    const cluster = clusterOf(['t', 1]);
    const lines: ClientLog[] = [];
    const producer = producerOf(cluster, { onLog: (line) => lines.push(line) });
    cluster.setDown();
    const deadline = performance.now() + 30_000;
    while (!lines.some(({ facility }) => facility === '_ALL_BROKERS_DOWN') && performance.now() < deadline) {
      producer.poll(50);
    }
    expect(lines.find(({ facility }) => facility === '_ALL_BROKERS_DOWN')).toMatchObject({ level: 3 });
  });

  test('counts what it wrote to the end', () => {
    const producer = producerOf(clusterOf(['t', 1]), { properties: { 'statistics.interval.ms': '50' } });
    producer.produce(0, 0, batchOf(producer, [{ value: 'v'.repeat(1_000), slot: 0 }]), 0, 1);
    reportsOf(producer, 1);
    // There are none before librdkafka's first statistics, which an acknowledgement may come before.
    const deadline = performance.now() + 30_000;
    while (producer.statistics(0) === undefined && performance.now() < deadline) producer.poll(50);
    const statistics = producer.statistics(10_000);
    expect(statistics!.wireBytes).toBeGreaterThan(1_000);
    expect(statistics!.wireBytes).toBeLessThan(3_000);
    // The header of a batch and of its one record around 1,000 bytes.
    expect(statistics!.batchBytes).toBe(1_000 + 61 + 9);
  });

  test('says how many of its clients connected where one does not', () => {
    const cluster = clusterOf(['t', 1]);
    const lost = { 'bootstrap.servers': '127.0.0.1:1' };
    const clients = Array.from({ length: 12 }, (_, i) =>
      i < 9 ? { 'bootstrap.servers': cluster.bootstrapServers } : lost,
    );
    const lanes = clients.map((_, client) => ({ client, topic: 't', partitions: 1, headers: {} }));
    const start = () => new LibrdkafkaProducer({ clients, lanes, onLog: () => {}, metadataTimeoutMs: 1_500 });
    expect(start).toThrow(/^9 of 12 clients of a worker connected, then 3 did not: no metadata for topic t/);
  });

  test('opens only the topics that its lane sends to, and routes keep their numbers', async () => {
    const cluster = clusterOf(['a', 1], ['c', 1], ['u', 1]);
    const lanes = [{ topic: '{a..c}', topics: ['a', 'b', 'c'], ownTopics: [0, 2] }, { topic: 'u' }];
    const producer = producerOf(cluster, { lanes });
    for (const route of [0, 2, 3]) {
      const batch = batchOf(producer, [{ value: `route ${route}`, slot: route }]);
      expect(producer.produce(route, 0, batch, 0, 1)).toBe(1);
    }
    const reported = reportsOf(producer, 3).sort((a, b) => a.slot - b.slot);
    expect(reported).toEqual([0, 2, 3].map((slot) => ({ slot, error: 0 })));
    expect(await recordsIn(cluster, 'c', 1)).toMatchObject([{ value: 'route 2' }]);
  });

  test('names the topics that the broker does not have', () => {
    const cluster = clusterOf(['t0', 1], ['t4', 1]);
    cluster.deleteTopic('t4');
    const topics = Array.from({ length: 7 }, (_, i) => `t${i}`);
    const start = (options: object) =>
      new LibrdkafkaProducer({
        clients: [{ 'bootstrap.servers': cluster.bootstrapServers }],
        lanes: [{ client: 0, topic: 't{0..6}', topics, partitions: 1, headers: {}, ...options }],
        onLog: () => {},
        metadataTimeoutMs: 500,
      });
    const why = /^no metadata for topics t1, t2, t3 and 3 more: .*[Uu]nknown topic/;
    expect(() => start({})).toThrow(expect.objectContaining({ code: 'METADATA', message: expect.stringMatching(why) }));
    start({ ownTopics: [0] }).close();
  });

  test('opens no further client once the run is stopped', () => {
    const cluster = clusterOf(['t', 1]);
    const clients = new Array(20).fill({ 'bootstrap.servers': cluster.bootstrapServers });
    const lanes = clients.map((_, client) => ({ client, topic: 't', partitions: 1, headers: {} }));
    const isStopped = vi.fn(() => true).mockReturnValueOnce(false);
    const start = () =>
      new LibrdkafkaProducer({ clients, lanes, onLog: () => {}, metadataTimeoutMs: 9_000, isStopped });
    expect(start).toThrow('stopped before the start: 8 of 20 clients');
  });

  test('that gets no metadata of a topic does not start', () => {
    const cluster = clusterOf(['t', 1]);
    cluster.setDown();
    const start = () =>
      new LibrdkafkaProducer({
        clients: [{ 'bootstrap.servers': cluster.bootstrapServers }],
        lanes: [{ client: 0, topic: 't', partitions: 1, headers: {} }],
        onLog: () => {},
        metadataTimeoutMs: 100,
      });
    expect(start).toThrow(expect.objectContaining({ code: 'METADATA', message: expect.stringContaining('topic t') }));
  });
});
