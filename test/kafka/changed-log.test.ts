/**
 * A log that is not what the run's ledger says: verification has to find exactly what kcat finds, a reader that is not ours.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { killCommands, startCommand } from '../integration/command.ts';
import { profileFile } from '../integration/profile-file.ts';
import { type Kafka, startKafka } from './cluster.ts';
import { type CorruptingProxy, startCorruptingProxy } from './corrupting-proxy.ts';
import { describeKafka } from './describe-kafka.ts';
import { countLog } from './log-oracle.ts';
import { readWithKcat } from './readers.ts';
import { createTopic, deleteTopic, topicOffsets, withAdmin } from './topics.ts';

const RATE = 2_000;
const MESSAGES = 2 * RATE;
const NOTHING_WRONG = { expected: MESSAGES, lost: 0, duplicated: 0, outOfOrder: 0, foreign: 0, notAckedInLog: 0 };

describeKafka('what verification finds in a log that was changed', (servers) => {
  let proxy: CorruptingProxy;
  let proxied: Kafka;

  beforeAll(async () => {
    proxy = await startCorruptingProxy();
    const listener = { name: 'PROXIED', protocol: 'PLAINTEXT', advertised: proxy.address } as const;
    const properties = { 'inter.broker.listener.name': 'PLAINTEXT' };
    proxied = await startKafka({ heapMb: 256, listeners: [listener], properties });
    proxy.forwardTo(proxied.listeners.PROXIED!);
  });
  afterAll(async () => {
    await killCommands();
    await proxied?.stop();
    await proxy?.close();
  });

  interface Sending {
    readonly topic: string;
    readonly bootstrapServers?: string;
    readonly partitions?: number;
    readonly producer?: Readonly<Record<string, unknown>>;
    /** Called once, when half of the messages are acknowledged. */
    readonly halfWay?: () => unknown;
  }

  async function send({ topic, bootstrapServers = servers, partitions = 2, producer, halfWay }: Sending) {
    const scenario = { topic, executor: 'constant-arrival-rate', rate: RATE, duration: `${MESSAGES / RATE}s` };
    const profile = profileFile(scenario, {
      topics: { [topic]: { partitions } },
      kafka: { 'bootstrap.servers': bootstrapServers },
      producer: { acks: 'all', 'enable.idempotence': true, ...producer },
      verify: true,
    });
    let changed: Promise<unknown> | undefined;
    const onProgress = ({ acked }: { acked: number }) => {
      if (acked >= MESSAGES / 2) changed ??= Promise.resolve(halfWay?.());
    };
    const out = join(mkdtempSync(join(tmpdir(), 'changed-log-')), 'run');
    const { result } = await run(profile, { env: {}, allowInvalid: true, onProgress, out });
    await changed;
    return { result, found: result.verification!.s!, out };
  }

  /** What `load verify` finds now. */
  async function verify(out: string, ...flags: readonly string[]): Promise<{ code: number | null; found: unknown }> {
    const { code, out: found, err } = await startCommand(['verify', out, '--format', 'json', ...flags]).ended;
    expect(found, err).not.toBe('');
    return { code, found: JSON.parse(found).s };
  }

  /** With a producer that is not ours. */
  async function write(
    topic: string,
    messages: readonly { readonly value: Buffer; readonly partition: number }[],
    { aborted = false } = {},
  ): Promise<void> {
    const client = new kafkajs.Kafka({ brokers: [servers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer(
      aborted ? { idempotent: true, maxInFlightRequests: 1, transactionalId: randomUUID() } : {},
    );
    await producer.connect();
    const transaction = aborted ? await producer.transaction() : undefined;
    await (transaction ?? producer).send({ topic, messages: [...messages] });
    await transaction?.abort();
    await producer.disconnect();
  }

  const logOf = async (result: Result, topic: string, bootstrapServers = servers) =>
    countLog(result, await readWithKcat(bootstrapServers, topic));

  test('records that were deleted afterwards', async () => {
    const topic = randomUUID();
    const { result, found, out } = await send({ topic });
    expect(found).toMatchObject(NOTHING_WRONG);
    expect(await logOf(result, topic)).toEqual(NOTHING_WRONG);
    await withAdmin(servers, async (admin) => {
      // It does not delete in topics that it was not asked about before.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '321' }] });
    });
    expect(await logOf(result, topic)).toEqual({ ...NOTHING_WRONG, lost: 321 });
    expect(await verify(out)).toMatchObject({ code: 4, found: { ...NOTHING_WRONG, lost: 321 } });
  });

  test('a topic that was deleted afterwards and made again', async () => {
    const topic = randomUUID();
    const { result, out } = await send({ topic });
    await deleteTopic(servers, topic);
    await expect.poll(() => topicOffsets(servers, topic).catch(() => 'none')).toBe('none');
    await createTopic(servers, topic, { partitions: 2 });
    expect(await logOf(result, topic)).toEqual({ ...NOTHING_WRONG, lost: MESSAGES });
    expect(await verify(out)).toMatchObject({ code: 4, found: { ...NOTHING_WRONG, lost: MESSAGES } });
  });

  test('records of another producer', async () => {
    const topic = randomUUID();
    const { result, out } = await send({ topic });
    const others = Array.from({ length: 7 }, (_, i) => ({ value: Buffer.from(`not ours ${i}`), partition: i % 2 }));
    await write(topic, others);
    expect(await logOf(result, topic)).toEqual({ ...NOTHING_WRONG, foreign: 7 });
    expect(await verify(out)).toMatchObject({ found: { ...NOTHING_WRONG, foreign: 7 } });
  });

  test('a record that another client wrote with our mark, with one bit flipped', async () => {
    const topic = randomUUID();
    const { result, out } = await send({ topic });
    const [first] = await readWithKcat(servers, topic);
    const value = Buffer.from(first!.value!);
    value[60]! ^= 1;
    await write(topic, [{ value, partition: first!.partition }]);
    // By its mark alone it would be a second one.
    expect(await logOf(result, topic)).toEqual({ ...NOTHING_WRONG, duplicated: 1 });
    const examples = [{ kind: 'corrupted', topic, partition: first!.partition }];
    expect(await verify(out)).toMatchObject({ code: 4, found: { ...NOTHING_WRONG, corrupted: 1, examples } });
  });

  test('copies in a transaction that was aborted: only a reader of uncommitted records has them', async () => {
    const topic = randomUUID();
    const { result, out } = await send({ topic });
    const copies = (await readWithKcat(servers, topic)).slice(10, 15);
    const messages = copies.map(({ value, partition }) => ({ value: value!, partition }));
    await write(topic, messages, { aborted: true });
    expect(await logOf(result, topic)).toEqual(NOTHING_WRONG);
    expect(await verify(out)).toMatchObject({ code: 0, found: NOTHING_WRONG });
    const uncommitted = ['--consumer-config', 'isolation.level=read_uncommitted'];
    expect(await verify(out, ...uncommitted)).toMatchObject({ code: 4, found: { ...NOTHING_WRONG, duplicated: 5 } });
  });

  test('messages that were overtaken: several requests in flight, and one of them refused', async () => {
    const topic = randomUUID();
    const bootstrapServers = proxy.address;
    const before = proxy.corrupted;
    const producer = { 'enable.idempotence': false, 'max.in.flight': 5 };
    const { result, found } = await send({
      ...{ topic, bootstrapServers, partitions: 1, producer },
      halfWay: proxy.corruptNext,
    });
    expect(proxy.corrupted - before).toBe(1);
    const log = await logOf(result, topic, proxied.bootstrapServers);
    expect(log.outOfOrder).toBeGreaterThan(0);
    expect(log).toEqual({ ...NOTHING_WRONG, outOfOrder: log.outOfOrder });
    expect(found).toMatchObject(log);
  });
});
