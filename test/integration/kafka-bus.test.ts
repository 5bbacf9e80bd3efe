/** The bus of a sharded run on the embedded cluster; on a real one: test/kafka/bus.test.ts. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Bus } from '../../src/shards/bus.ts';
import { openBus, openBusOf } from '../../src/shards/open-bus.ts';
import { AppendClock } from '../../src/transport/librdkafka/append-clock.ts';
import { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function newCluster(): EmbeddedCluster {
  const cluster = new EmbeddedCluster({});
  cleanUps.push(() => cluster.close());
  return cluster;
}

async function open(cluster: EmbeddedCluster, shard: number, more = {}): Promise<Bus> {
  const properties = { 'bootstrap.servers': cluster.bootstrapServers, ...more };
  const bus = await openBus({ kind: 'kafka', properties }, { id: 'embedded', shard, instance: 'a' });
  cleanUps.push(() => bus.close());
  return bus;
}

const text = (message: Uint8Array) => Buffer.from(message).toString();

test('both channels, from the first message on, also to who comes late', async () => {
  const cluster = newCluster();
  const [first, second] = await Promise.all([open(cluster, 0), open(cluster, 1)]);
  const heard: string[] = [];
  const listening = second.listen('control', (message) => heard.push(text(message)));
  await listening.caughtUp;
  expect(heard).toEqual([]);
  await Promise.all(['a', 'b', 'c'].map((each) => first.send('control', Buffer.from(each))));
  await second.send('data', Buffer.from('d'));
  await vi.waitFor(() => expect(heard).toEqual(['a', 'b', 'c']), 10_000);
  const late: string[] = [];
  const data: string[] = [];
  await first.listen('control', (message) => late.push(text(message))).caughtUp;
  await first.listen('data', (message) => data.push(text(message))).caughtUp;
  expect([late, data]).toEqual([['a', 'b', 'c'], ['d']]);
  expect(await second.clockOffset()).toBeUndefined();
  expect(first.kind).toBe('kafka');
  expect(first.place).toContain(cluster.bootstrapServers);
  listening.close();
  await listening.closed;
});

test('2,000 messages of 5 KB, each once and in the order of its sender', async () => {
  const cluster = newCluster();
  const senders = await Promise.all([0, 1, 2, 3].map((shard) => open(cluster, shard)));
  const heard = senders.map((): number[] => []);
  let count = 0;
  const listening = senders[0]!.listen('data', (message) => {
    const view = Buffer.from(message);
    heard[view.readUInt32LE(0)]!.push(view.readUInt32LE(4));
    count += 1;
  });
  await listening.caughtUp;
  const send = (bus: Bus, shard: number, number: number) => {
    const message = Buffer.alloc(5_000, 7);
    message.writeUInt32LE(shard, 0);
    message.writeUInt32LE(number, 4);
    return bus.send('data', message);
  };
  const numbers = Array.from({ length: 500 }, (_, number) => number);
  // The embedded cluster keeps 5 MB: no more than 1 MB ahead of who listens.
  for (let from = 0; from < 500; from += 50) {
    const wave = numbers.slice(from, from + 50);
    await Promise.all(senders.flatMap((bus, shard) => wave.map((number) => send(bus, shard, number))));
    await vi.waitFor(() => expect(count).toBe(4 * (from + 50)), 10_000);
  }
  expect(heard).toEqual(senders.map(() => numbers));
  expect(senders.map(({ bytesSent }) => bytesSent)).toEqual(senders.map(() => 500 * 5_000));
});

test('who comes when the first messages are gone learns of it', async () => {
  const cluster = newCluster();
  const bus = await open(cluster, 0);
  for (let i = 0; i < 7; i++) await bus.send('data', Buffer.alloc(900_000, 1));
  const late = bus.listen('data', () => {});
  await expect(late.caughtUp).rejects.toThrow(
    'topic load-bus-embedded-data cannot be read: its first messages are gone',
  );
  await expect(late.closed).rejects.toMatchObject({ code: 'BUS_READ' });
});

test('what is sent again because its answer came too late is heard once', async () => {
  const cluster = newCluster();
  const bus = await open(cluster, 0, { 'socket.timeout.ms': '1000' });
  const heard: string[] = [];
  const listening = bus.listen('control', (message) => heard.push(text(message)));
  await bus.send('control', Buffer.from('a'));
  // Appended, and not answered while the client waits: it sends them again.
  cluster.delayProduce([3_500]);
  await Promise.all(['b', 'c'].map((each) => bus.send('control', Buffer.from(each))));
  await bus.send('control', Buffer.from('d'));
  await vi.waitFor(() => expect(heard).toEqual(['a', 'b', 'c', 'd']), 10_000);
  listening.close();
});

test('records of others in its topics are not heard', async () => {
  const cluster = newCluster();
  const bus = await open(cluster, 0);
  await bus.send('control', Buffer.from('a'));
  const probe = new AppendClock({ 'bootstrap.servers': cluster.bootstrapServers }, 'load-bus-embedded-control');
  await probe.read(0);
  await probe.close();
  await bus.send('control', Buffer.from('b'));
  const heard: string[] = [];
  await bus.listen('control', (message) => heard.push(text(message))).caughtUp;
  expect(heard).toEqual(['a', 'b']);
});

test('messages wait for brokers that are down', async () => {
  const cluster = newCluster();
  const bus = await open(cluster, 0);
  const heard: string[] = [];
  bus.listen('control', (message) => heard.push(text(message)));
  await bus.send('control', Buffer.from('before'));
  cluster.setDown();
  const sent = [bus.send('control', Buffer.from('x')), bus.send('control', Buffer.from('y'))];
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  cluster.setUp();
  await Promise.all(sent);
  await vi.waitFor(() => expect(heard).toEqual(['before', 'x', 'y']), 10_000);
});

test('a run that is not there is named, and no topic is made', async () => {
  const cluster = newCluster();
  await open(cluster, 0);
  const where = { kind: 'kafka', properties: { 'bootstrap.servers': cluster.bootstrapServers } } as const;
  const wrong = () => openBusOf(where, { id: 'embeded', shard: 0, instance: 'b' });
  for (let i = 0; i < 2; i++) {
    await expect(wrong()).rejects.toMatchObject({
      message: `there is no run \`embeded\` on ${cluster.bootstrapServers}`,
      hint: 'did you mean `embedded`?',
    });
  }
});

test('says that it is the bus that cannot be reached', async () => {
  const where = { kind: 'kafka', properties: { 'bootstrap.servers': '127.0.0.1:1' } } as const;
  for (const opening of [openBus, openBusOf]) {
    await expect(opening(where, { id: 'x', shard: 0, instance: 'a' })).rejects.toMatchObject({
      ...{ code: 'BROKER_UNREACHABLE', message: expect.stringMatching(/^the bus: .*127\.0\.0\.1:1/) },
    });
  }
});
