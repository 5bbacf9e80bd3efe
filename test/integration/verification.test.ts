/** Runs on an embedded cluster that check what they wrote, and are checked again from their directories. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { Admin } from '../../dist/src/transport/librdkafka/admin.js';
import { LibrdkafkaConsumer } from '../../dist/src/transport/librdkafka/consumer.js';
import { EmbeddedCluster } from '../../dist/src/transport/librdkafka/embedded-cluster.js';
import { LibrdkafkaProducer } from '../../dist/src/transport/librdkafka/producer.js';
import { MessageBatch } from '../../dist/src/transport/message-batch.js';
import { startCommand } from './command.ts';
import { profileFile } from './profile-file.ts';

const PARTITIONS = 3;
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

function cluster(): EmbeddedCluster {
  const embedded = new EmbeddedCluster({ t: { partitions: PARTITIONS } });
  open.push(embedded);
  return embedded;
}

interface Given {
  readonly scenarios: Readonly<Record<string, unknown>>;
  readonly workers?: number;
  readonly members?: number;
  readonly producer?: Readonly<Record<string, string>>;
  readonly onReady?: () => void;
}

async function verified(
  embedded: EmbeddedCluster,
  { scenarios, workers = 1, members = 2, producer = {}, onReady }: Given,
) {
  const profile = profileFile(
    {},
    {
      ...{ scenarios, workers, producer, topics: { t: { partitions: PARTITIONS } } },
      kafka: { 'bootstrap.servers': embedded.bootstrapServers },
      consumers: { check: { topics: ['t'], members, verify: true } },
    },
  );
  const out = mkdtempSync(join(tmpdir(), 'verify-run-'));
  const report = await run(profile, { env: {}, out, allowInvalid: true, ...(onReady && { onReady }) });
  return { ...report, out, verification: report.result.verification! };
}

async function verifyAgain(out: string, embedded: EmbeddedCluster) {
  const ended = await startCommand([
    'verify',
    out,
    '--bootstrap-servers',
    embedded.bootstrapServers,
    '--format',
    'json',
  ]).ended;
  return { ...ended, verification: JSON.parse(ended.out || 'null') };
}

/** By who knows nothing of marks: all that the partitions hold. */
async function recordsIn({ bootstrapServers }: EmbeddedCluster): Promise<number> {
  const admin = new Admin({ 'bootstrap.servers': bootstrapServers }, 10_000);
  try {
    return (await admin.endOffsets('t', PARTITIONS)).reduce((sum, end) => sum + end, 0);
  } finally {
    await admin.close();
  }
}

const NONE = { lost: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, foreign: 0, notAckedInLog: 0, abortedInLog: 0 };
const anomalies = { tombstones: 0.05, duplicates: { rate: 0.05, within: 50 }, late: 0.05, malformed: 0.05 };
const timed = { topic: 't', executor: 'constant-arrival-rate', rate: 3000, duration: '1s' };

test.each([
  ['keys and anomalies', { a: { workload: 'atm', ...timed, anomalies } }],
  [
    'two scenarios of one topic',
    { a: { workload: 'atm', ...timed }, b: { workload: 'sms-alerts', ...timed, anomalies } },
  ],
  [
    'follow-up records',
    {
      m: {
        workload: 'message-lifecycle',
        ...timed,
        params: { normalDeliveryTime: '200ms', delayedDeliveryTime: '400ms' },
      },
    },
  ],
  [
    'no keys, as fast as possible',
    { a: { workload: 'bytes', topic: 't', params: { size: 60 }, executor: 'max-throughput', messages: 20_000 } },
  ],
  [
    'times of a closed loop',
    { a: { workload: 'atm', topic: 't', executor: 'max-throughput', messages: 20_000, anomalies } },
  ],
  [
    'headers and planned times',
    { a: { workload: 'sms-alerts', ...timed, headers: { h: 'v' }, recordTimestamp: 'intended', anomalies } },
  ],
])('%s: nothing wrong is found, in the run and later', async (_, scenarios) => {
  const embedded = cluster();
  const { verification, result, out } = await verified(embedded, { scenarios, workers: 2 });
  const again = await verifyAgain(out, embedded);
  expect([again.code, again.err]).toEqual([0, expect.any(String)]);
  for (const each of [verification, again.verification]) {
    const all = Object.values<(typeof verification)[string]>(each);
    for (const found of all) expect(found).toMatchObject({ ...NONE, examples: [] });
    expect(all.reduce((sum, { consumed }) => sum + consumed, 0)).toBe(result.totals.acked);
  }
  expect(JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).verification).toEqual(again.verification);
});

test('messages that were sent again, because their answers came late, are counted exactly', async () => {
  const embedded = cluster();
  const { verification, result } = await verified(embedded, {
    scenarios: { a: { workload: 'atm', ...timed, duration: '2s' } },
    producer: { 'request.timeout.ms': '300', 'socket.timeout.ms': '300', 'enable.idempotence': 'false' },
    onReady: () => embedded.delayProduce([1500, 1500]),
  });
  const duplicated = (await recordsIn(embedded)) - result.totals.acked;
  expect(duplicated).toBeGreaterThan(0);
  expect(verification.a).toMatchObject({ lost: 0, corrupted: 0, foreign: 0, duplicated });
  expect(verification.a!.examples.filter(({ kind }) => kind === 'duplicated')).toHaveLength(Math.min(10, duplicated));
});

test('records of others are foreign, one with our mark and a changed byte is corrupted', async () => {
  const embedded = cluster();
  const scenarios = { a: { workload: 'atm', ...timed } };
  const { out } = await verified(embedded, { scenarios });
  await verified(embedded, { scenarios: { b: { workload: 'bytes', ...timed, rate: 70 } } });
  await copyChanged(embedded);
  const { code, verification } = await verifyAgain(out, embedded);
  expect([code, verification.a]).toMatchObject([4, { ...NONE, foreign: 70, corrupted: 1, expected: 3000 }]);
  expect(verification.a.examples[0]).toMatchObject({ kind: 'corrupted', topic: 't', index: expect.any(Number) });
});

/** Another client takes the first record that it finds and writes it again, with its last byte changed. */
async function copyChanged({ bootstrapServers }: EmbeddedCluster): Promise<void> {
  const properties = { 'bootstrap.servers': bootstrapServers };
  const group = { 'group.id': 'copy', 'auto.offset.reset': 'earliest', 'enable.auto.commit': 'false' };
  const consumer = new LibrdkafkaConsumer({ properties: { ...properties, ...group }, topics: ['t'], onLog: () => {} });
  open.push(consumer);
  while ((await consumer.poll(100, 1)) === 0);
  const { records } = consumer;
  const memory = new Uint8Array(new SharedArrayBuffer(4096));
  const [value, key] = [records.value(0)!, records.key(0)!];
  memory.set(value, 0);
  memory[value.length - 1]! ^= 1;
  memory.set(key, value.length);
  const producer = new LibrdkafkaProducer({
    ...{ clients: [properties], onLog: () => {}, metadataTimeoutMs: 10_000 },
    lanes: [{ client: 0, topic: 't', partitions: PARTITIONS, headers: {} }],
  });
  open.push(producer);
  const batch = new MessageBatch(1);
  const at = producer.address(memory);
  batch.set(0, at, value.length, at + value.length, key.length, 0);
  producer.produce(0, records.partition[0]!, batch, 0, 1);
  while (producer.poll(100) === 0);
}
