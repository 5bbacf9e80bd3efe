/** `consume` on Apache Kafka: what clients that are not ours wrote is printed exactly, what it commits they see. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { afterAll, expect, test } from 'vitest';
import { type Command, killCommands, linesOf, startCommand, until } from '../integration/command.ts';
import { describeKafka } from './describe-kafka.ts';
import { readWithKcat, writeWithJava } from './readers.ts';
import { createTopic } from './topics.ts';

afterAll(killCommands);

const consume = (servers: string, ...args: string[]) =>
  startCommand(['consume', '--bootstrap-servers', servers, ...args]).ended;

const lines = (out: string) => linesOf(out).map((line) => JSON.parse(line));

describeKafka('consume on Apache Kafka', (servers) => {
  const client = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING });

  async function committed(groupId: string, topic: string): Promise<number[]> {
    const admin = client.admin();
    await admin.connect();
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    return found!.partitions.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset));
  }

  test('what Java wrote, as kcat reads it; the raw format byte by byte', async () => {
    const topic = randomUUID();
    await createTopic(servers, topic, { partitions: 3 });
    const written = Array.from({ length: 50 }, (_, i) => ({
      key: `k${i % 7}`,
      value: `{"n":${i}.50,"t":"Zürich ${i}"}`,
    }));
    await writeWithJava(servers, topic, written);
    const stored = await readWithKcat(servers, topic);
    expect(stored).toHaveLength(50);

    const { code, out } = await consume(servers, topic, '-n', '50', '--format', 'json', '--quiet');
    expect(code).toBe(0);
    const read = lines(out).toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
    expect(read.map(({ value: _, ...place }) => place)).toEqual(
      stored.map(({ partition, offset, timestamp, key }) => ({
        topic,
        partition,
        offset,
        timestamp,
        key: String(key),
      })),
    );
    const raw = await consume(servers, topic, '-n', '50', '--format', 'raw', '--quiet');
    const values = stored.map(({ value }) => String(value)).toSorted();
    expect(linesOf(raw.out).toSorted()).toEqual(values);
    for (const text of values) expect(out).toContain(`"value":${text}}\n`);
  });

  test('a range by time or to the end, behind which transaction markers are', async () => {
    const topic = randomUUID();
    await createTopic(servers, topic, { partitions: 2 });
    const producer = client.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const at = Date.now() - 3_600_000;
    for (const [i, ends] of (['commit', 'abort', 'commit', 'abort'] as const).entries()) {
      const transaction = await producer.transaction();
      const messages = Array.from({ length: 10 }, (_, n) => ({
        ...{ partition: n % 2, value: `${i} ${n}`, timestamp: String(at + 60_000 * i) },
      }));
      await transaction.send({ topic, messages });
      await transaction[ends]();
    }
    await producer.disconnect();
    const iso = (minutes: number) => new Date(at + 60_000 * minutes).toISOString();
    const read = async (...args: string[]) => {
      const { code, out, err } = await consume(servers, topic, '--format', 'raw', ...args);
      expect(code, err).toBe(0);
      return linesOf(out).toSorted();
    };
    const tens = (...of: number[]) => of.flatMap((i) => Array.from({ length: 10 }, (_, n) => `${i} ${n}`));
    expect(await read('--from', 'earliest')).toEqual(tens(0, 2));
    expect(await read('--from', iso(1))).toEqual(tens(2));
    expect(await read('--from', iso(0), '--to', iso(2))).toEqual(tens(0));
    expect(await read('--to', 'latest', '-X', 'isolation.level=read_uncommitted')).toEqual(tens(0, 1, 2, 3));
    expect(await read('--from', '-2h')).toEqual(tens(0, 2));
  });

  test('null keys, tombstones, empty values, binary and repeated headers', async () => {
    const topic = randomUUID();
    await createTopic(servers, topic);
    const producer = client.producer();
    await producer.connect();
    await producer.send({
      topic,
      messages: [
        { key: null, value: Buffer.from([0xff, 0x00]), timestamp: '1700000000001' },
        { key: 'gone', value: null, timestamp: '1700000000002' },
        { key: '', value: '', headers: { a: ['1', '2'], b: Buffer.from([0xff]) }, timestamp: '1700000000003' },
      ],
    });
    await producer.disconnect();
    const { out } = await consume(servers, topic, '-n', '3', '--format', 'json', '--quiet');
    const place = (offset: number) => ({ topic, partition: 0, offset, timestamp: 1700000000001 + offset });
    expect(lines(out)).toEqual([
      { ...place(0), key: null, valueBase64: '/wA=' },
      { ...place(1), key: 'gone', value: null },
      {
        ...place(2),
        key: '',
        value: '',
        headers: [
          ['a', '1'],
          ['a', '2'],
          ['b', { base64: '/w==' }],
        ],
      },
    ]);
  });

  test('commits what was printed and no more, as kafkajs sees it', async () => {
    const topic = randomUUID();
    await createTopic(servers, topic, { partitions: 2 });
    const producer = client.producer();
    await producer.connect();
    const send = (partition: number, count: number) =>
      producer.send({ topic, messages: Array.from({ length: count }, (_, i) => ({ partition, value: `${i}` })) });
    await send(0, 40);
    await send(1, 60);
    const group = randomUUID();
    const first = await consume(servers, topic, '--group', group, '-n', '30', '--format', 'json', '--quiet');
    const printed = [0, 1].map((each) => lines(first.out).filter(({ partition }) => partition === each).length);
    expect((await committed(group, topic)).map((offset) => Math.max(offset, 0))).toEqual(printed);
    const second = await consume(servers, topic, '--group', group, '-n', '70', '--format', 'json', '--quiet');
    expect(await committed(group, topic)).toEqual([40, 60]);
    const all = [...lines(first.out), ...lines(second.out)].map(({ partition, offset }) => `${partition} ${offset}`);
    expect(new Set(all).size).toBe(100);

    const kept = await consume(servers, topic, '--group', `${group}-2`, '-n', '5', '-X', 'enable.auto.commit=false');
    expect(kept.code).toBe(0);
    expect(await committed(`${group}-2`, topic)).toEqual([-1, -1]);
    await producer.disconnect();
  });

  test('a second member takes its part, and gives it back: every record is printed, what was finished only once', async () => {
    const topic = randomUUID();
    await createTopic(servers, topic, { partitions: 4 });
    const producer = client.producer();
    await producer.connect();
    let sent = 0;
    const send = async (count: number) => {
      for (const partition of [0, 1, 2, 3]) {
        await producer.send({
          topic,
          messages: Array.from({ length: count }, () => ({ partition, value: `${sent++}` })),
        });
      }
    };
    const args = ['consume', topic, '--bootstrap-servers', servers, '--group', randomUUID(), '--format', 'json'];
    const first = startCommand(args);
    const read = ({ said }: Command) => lines(said.out);
    await send(100);
    await until(() => linesOf(first.said.out).length >= sent);
    const finished = sent;
    // It polls for more only when it is done with what it has.
    await send(1);
    await until(() => linesOf(first.said.out).length >= sent);
    const second = startCommand(args);
    const all = () => [...read(first), ...read(second)];
    await until(async () => {
      await send(5);
      return read(second).length > 0;
    });
    await until(() => all().length >= sent);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    await send(50);
    await until(() => all().length >= sent);
    second.child.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    await producer.disconnect();
    const values = all().map(({ value }) => Number(value));
    expect([...new Set(values)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, i) => i));
    // What is being printed while a partition is taken away may come again, as much as one poll had: never what was before.
    expect(values.filter((value) => value < finished)).toHaveLength(finished);
  });

  test('read slowly it stays in its group, and all that was printed is committed', async () => {
    const [topic, group] = [randomUUID(), randomUUID()];
    await createTopic(servers, topic);
    const producer = client.producer();
    await producer.connect();
    // More than the pipes between hold.
    const values = Array.from({ length: 1000 }, (_, i) => `${i} ${'x'.repeat(1000)}`);
    await producer.send({ topic, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
    // The least that the broker allows.
    const limits = { 'session.timeout.ms': 6000, 'max.poll.interval.ms': 6000, 'auto.offset.reset': 'earliest' };
    const properties = Object.entries(limits).flatMap(([name, value]) => ['-X', `${name}=${value}`]);
    const flags = ['--bootstrap-servers', servers, '--group', group, '--format', 'raw', '-n', '1000'];
    const reader = startCommand(['consume', topic, ...flags, ...properties]);
    reader.child.stdout!.pause();
    await until(() => reader.child.stdout!.readableLength > 0, reader);
    // A client that waits for its reader and does not poll meanwhile: when it is put out, ours has waited as long.
    const other = spawn('kcat', ['-b', servers, ...properties, '-G', `${group}-other`, topic]);
    try {
      let said = '';
      other.stderr.on('data', (text) => {
        said += text;
      });
      other.stdout.pause();
      await until(() => said.includes('MAXPOLL'));
    } finally {
      other.kill('SIGKILL');
    }
    reader.child.stdout!.resume();
    const { code, out, err } = await reader.ended;
    expect(code, err).toBe(0);
    expect(linesOf(out)).toEqual(values);
    expect(await committed(group, topic)).toEqual([1000]);
  });

  test('of transactions what was committed is printed, and nothing behind one that is still open', async () => {
    const topic = randomUUID();
    await createTopic(servers, topic, { partitions: 2 });
    const writer = client.producer({ transactionalId: topic, maxInFlightRequests: 1, transactionTimeout: 600_000 });
    const plain = client.producer();
    await Promise.all([writer.connect(), plain.connect()]);
    const messages = (value: string) => [0, 1].flatMap((partition) => Array(5).fill({ partition, value }));
    for (const fate of ['commit', 'abort', 'commit', 'abort'] as const) {
      const transaction = await writer.transaction();
      await transaction.send({ topic, messages: messages(fate) });
      await transaction[fate]();
    }
    await plain.send({ topic, messages: messages('plain') });
    const open = await writer.transaction();
    await open.send({ topic, messages: messages('open') });
    await plain.send({ topic, messages: messages('behind') });

    const count = async (n: number, ...args: string[]) => {
      const { code, out } = await consume(servers, topic, '-n', String(n), '--format', 'raw', '--quiet', ...args);
      expect(code).toBe(0);
      const counts: Record<string, number> = {};
      for (const value of linesOf(out)) counts[value] = (counts[value] ?? 0) + 1;
      return counts;
    };
    expect(await count(30)).toEqual({ commit: 20, plain: 10 });
    const all = { commit: 20, abort: 20, plain: 10, open: 10, behind: 10 };
    expect(await count(70, '-X', 'isolation.level=read_uncommitted')).toEqual(all);

    const follower = startCommand(['consume', topic, '--bootstrap-servers', servers, '--format', 'raw']);
    await until(() => linesOf(follower.said.out).length >= 30);
    await open.commit();
    await until(() => linesOf(follower.said.out).length >= 50);
    follower.child.kill('SIGINT');
    const { code, out } = await follower.ended;
    expect(code).toBe(130);
    expect(linesOf(out).toSorted()).toEqual([
      ...Array(10).fill('behind'),
      ...Array(20).fill('commit'),
      ...Array(10).fill('open'),
      ...Array(10).fill('plain'),
    ]);
    await Promise.all([writer.disconnect(), plain.disconnect()]);
  });

  test('a topic that does not exist ends with 1, and is not made', async () => {
    const { code, err } = await consume(servers, 'no-such-topic');
    expect(code).toBe(1);
    expect(err).toContain('error: topic no-such-topic does not exist');
  });
});
