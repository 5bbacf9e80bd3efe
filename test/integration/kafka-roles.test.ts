/** The roles' back end on topics of an embedded cluster in this process. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KafkaMetricsReader, KafkaMetricsWriter } from '../../dist/src/roles/kafka-metrics.js';
import { KafkaQueue } from '../../dist/src/roles/kafka-queue.js';
import type { MessageQueue } from '../../dist/src/roles/queue.js';
import { addTotals } from '../../dist/src/roles/sender-totals.js';
import { Admin } from '../../dist/src/transport/librdkafka/admin.js';
import { EmbeddedCluster } from '../../dist/src/transport/librdkafka/embedded-cluster.js';

const PARTITIONS = 3;
const never = new AbortController().signal;
const warnings: string[] = [];
const log = { onLog: () => {}, onWarning: (text: string) => void warnings.push(text) };

let cluster: EmbeddedCluster;
let properties: Readonly<Record<string, string>>;
beforeAll(() => {
  cluster = new EmbeddedCluster({});
  properties = { 'bootstrap.servers': cluster.bootstrapServers };
});
afterAll(() => cluster.close());

function topic(partitions: number): string {
  const name = randomUUID();
  cluster.createTopic(name, partitions);
  return name;
}

const metricsOf = (name: string) => ({ properties, topic: name, partitions: PARTITIONS, isEmbedded: true, ...log });

async function endsOf(name: string): Promise<number[]> {
  const admin = new Admin(properties, 5_000);
  try {
    return await admin.endOffsets(name, PARTITIONS);
  } finally {
    await admin.close();
  }
}

test('a message counts once, with its first result, for every monitor; other records are told of', async () => {
  const name = topic(PARTITIONS);
  const writer = new KafkaMetricsWriter(metricsOf(name));
  const ids = Array.from({ length: 50 }, (_, i) => `0123456789abcdef-3c3a-${String(i).padStart(12, '0')}`);
  const [first, later] = [
    { sender: 'a', outcome: 'sent', processingUs: 3 },
    { sender: 'b', outcome: 'failed', processingUs: 1_000_000 },
  ] as const;
  await Promise.all([...ids, 'an id of another kind'].map((id) => writer.record({ id, ...first })));
  for (const id of ids.slice(0, 20)) await writer.record({ id, ...later });
  await writer.record({ id: 'new', ...later });
  for (const _ of [1, 2]) {
    const reader = new KafkaMetricsReader({ ...metricsOf(name), ends: await endsOf(name) });
    // Not before it has read all, and not after more than that.
    expect(reader.hasCaughtUp).toBe(false);
    while (!reader.hasCaughtUp) await sleep(1);
    const count = async () => addTotals((await reader.totals()).values());
    const { sent, failed } = await count();
    expect(sent + failed).toBe(52);
    // And what else there may be.
    await sleep(300);
    const totals = await reader.totals();
    expect(Object.fromEntries(totals)).toMatchObject({
      a: { sent: 51, failed: 0, processingUs: 153 },
      b: { sent: 0, failed: 1, processingUs: 1_000_000 },
    });
    await reader.close();
  }
  await writer.close();
  expect(warnings).toEqual([]);

  // The queue's own messages are no results.
  const stray = new KafkaMetricsWriter(metricsOf(name));
  await stray.record({ id: 'x', sender: 'a', outcome: 'unknown' as 'sent', processingUs: 1 });
  await stray.close();
  const reader = new KafkaMetricsReader({ ...metricsOf(name), ends: [] });
  while (warnings.length === 0) await sleep(20);
  await reader.close();
  expect(warnings).toEqual([`${name} has records that are not results`]);
});

test('what is not acknowledged comes back, and nothing else that need not', async () => {
  const name = topic(1);
  // The writer of results puts any text there.
  const producer = new KafkaMetricsWriter({ ...metricsOf(name), partitions: 1 });
  const put = (id: string) => producer.record({ id, sender: 's', outcome: 'sent', processingUs: 0 });
  for (const id of ['m0', 'm1', 'm2', 'm3', 'm4']) await put(id);
  const open = (): MessageQueue => {
    const group = { ...properties, 'group.id': `group-${name}` };
    const topicOf = { topic: name, partitions: 1, isEmbedded: true };
    return new KafkaQueue({
      ...topicOf,
      ...log,
      properties: group,
      pace: { perSec: 1, messageSec: 1 },
      onNote: () => {},
    });
  };
  const idOf = ({ payload }: { payload: Uint8Array }): string => JSON.parse(Buffer.from(payload).toString()).id;

  const first = open();
  const taken = (await Promise.all([first.take(never), first.take(never), first.take(never)])).map((each) => each!);
  expect(taken.map(idOf)).toEqual(['m0', 'm1', 'm2']);
  first.acknowledge(taken[0]!);
  first.acknowledge(taken[2]!);
  await first.close();

  const second = open();
  for (const id of ['m1', 'm2', 'm3', 'm4']) {
    const message = (await second.take(never))!;
    expect(idOf(message)).toBe(id);
    second.acknowledge(message);
  }
  const stop = new AbortController();
  const none = second.take(stop.signal);
  stop.abort();
  expect(await none).toBeUndefined();
  await second.close();

  // Whoever comes now begins behind all of them.
  await put('m5');
  await producer.close();
  const third = open();
  expect(idOf((await third.take(never))!)).toBe('m5');
  await third.close();
});
