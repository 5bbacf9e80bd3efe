/** The engine against Apache Kafka; what arrived is read back by clients that are not ours. */
import { randomUUID } from 'node:crypto';
import avsc from 'avsc';
import type { Admin } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { parseTextMark } from '../../src/workload/encoding/mark.ts';
import { profileFile } from '../integration/profile-file.ts';
import { startKafka } from './cluster.ts';
import { describeKafka } from './describe-kafka.ts';
import { javaPartitions, readWithJava, readWithKcat } from './readers.ts';
import { createTopic, deleteTopic, topicConfig, topicOffsets, withAdmin } from './topics.ts';

const CONFLUENT_HEADER_BYTES = 5;

function constant(rate: number, duration: string) {
  return { executor: 'constant-arrival-rate', rate, duration };
}

describeKafka('the engine on Apache Kafka', (bootstrapServers) => {
  const kafka = { 'bootstrap.servers': bootstrapServers };

  async function runScenario(
    scenario: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, unknown>> = {},
    warnings: string[] = [],
  ): Promise<{ result: Result; exitCode: number }> {
    const topic = scenario.topic as string;
    const profile = profileFile(scenario, { topics: { [topic]: { partitions: 6 } }, ...more, kafka });
    // What is looked at here is what arrived; whether this machine kept the schedule meanwhile is not.
    return run(profile, { env: {}, allowInvalid: true, onWarning: (warning) => warnings.push(warning) });
  }

  test('atm records decode to their schema, as many as were acknowledged, each key where Java would put it', async () => {
    const topic = randomUUID();
    const { result, exitCode } = await runScenario(
      { workload: 'atm', params: {}, topic, key: 'atm_id', ...constant(1000, '3s') },
      { workers: 2, producer: { acks: 'all', partitioner: 'murmur2_random', 'linger.ms': 5 } },
    );
    expect(exitCode).toBe(0);
    expect(result.totals).toMatchObject({ scheduled: 3000, sent: 3000, acked: 3000, failed: 0, unresolved: 0 });

    const stored = await readWithKcat(bootstrapServers, topic);
    expect(stored).toHaveLength(result.totals.acked);
    const type = avsc.Type.forSchema(workloads.atm!.avroSchema as unknown as avsc.Schema);
    const records = stored.map(({ value }) => {
      expect(value!.readUInt8(0)).toBe(0);
      expect(value!.readUInt32BE(1)).toBe(1);
      return type.fromBuffer(value!.subarray(CONFLUENT_HEADER_BYTES)) as Record<string, unknown>;
    });
    records.forEach((record, i) => {
      expect(record.atm_id).toBe(stored[i]!.key!.toString());
    });
    // Every index of the plan, once.
    const indexes = records.map((record) => parseTextMark(record.transaction_id as string)!.index);
    expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 3000 }, (_, i) => i));

    const keys = [...new Set(stored.map(({ key }) => key!.toString()))];
    const java = await javaPartitions(bootstrapServers, keys, 6);
    for (const { key, partition } of stored) expect(partition).toBe(java.get(key!.toString()));
    // Record times are run start + intended time, whatever was late: one a millisecond.
    const times = records.map((record) => Number(record.timestamp)).toSorted((a, b) => a - b);
    expect(times.at(-1)! - times[0]!).toBe(2999);
  });

  test('json, headers and intended record timestamps, as Java’s consumer sees them', async () => {
    const topic = randomUUID();
    const { result } = await runScenario({
      workload: 'atm',
      params: {},
      topic,
      format: 'json',
      headers: { source: 'load', empty: '' },
      recordTimestamp: 'intended',
      ...constant(100, '1s'),
    });
    expect(result.totals.acked).toBe(100);
    expect(result.environment.brokerVersion).toMatch(/^metadata\.version \d+ \(max \d+\)$/);
    const stored = await readWithJava(bootstrapServers, topic);
    expect(stored).toHaveLength(100);
    for (const { value, headers, timestamp } of stored) {
      const record = JSON.parse(value!.toString());
      expect(record.timestamp).toBe(timestamp);
      expect(headers).toEqual([
        ['source', Buffer.from('load')],
        ['empty', Buffer.alloc(0)],
      ]);
    }
  });

  test('a topic is made as the profile says, and used as it is where it is there', async () => {
    const topic = randomUUID();
    const warnings: string[] = [];
    const topics = { [topic]: { partitions: 3, config: { 'retention.ms': 3_600_000 } } };
    const scenario = { topic, ...constant(10, '1s') };
    await runScenario(scenario, { topics }, warnings);
    expect(await topicOffsets(bootstrapServers, topic)).toHaveLength(3);
    expect(await topicConfig(bootstrapServers, topic)).toMatchObject({ 'retention.ms': '3600000' });
    const again = await runScenario(scenario, { topics: { [topic]: { partitions: 5 } } }, warnings);
    expect(warnings.join('\n')).toContain(`topic ${topic} has 3 partitions, not 5 as in the profile`);
    // The ledger knows where this run began.
    const starts = again.result.ledger.partitions.reduce((sum, { startOffset }) => sum + startOffset, 0);
    expect(starts).toBe(10);
    const fresh = await runScenario(scenario, { topics: { [topic]: { partitions: 2, create: 'always' } } });
    expect(await topicOffsets(bootstrapServers, topic)).toHaveLength(2);
    expect(fresh.result.totals.acked).toBe(10);
  });

  test('a missing topic with create: never is an error before anything is sent', async () => {
    const topic = randomUUID();
    const missing = runScenario(
      { topic, ...constant(10, '1s') },
      { topics: { [topic]: { partitions: 1, create: 'never' } } },
    );
    await expect(missing).rejects.toMatchObject({ code: 'TOPIC_MISSING', exitCode: 1 });
  });

  test('acks=all with too few replicas, and a batch.size above the topic’s limit, are warned of', async () => {
    const topic = randomUUID();
    await createTopic(bootstrapServers, topic, { config: { 'min.insync.replicas': '2', 'max.message.bytes': '1000' } });
    const scenario = { topic, ...constant(10, '1s') };
    const topics = { [topic]: { partitions: 1 } };
    const few: string[] = [];
    const { result } = await runScenario(scenario, { topics, producer: { acks: 'all', 'batch.size': 1000 } }, few);
    expect(few).toEqual([expect.stringContaining('min.insync.replicas 2 of topic')]);
    expect(result.totals).toMatchObject({ sent: 10, acked: 10 });
    const warnings: string[] = [];
    await runScenario(scenario, { topics, producer: { acks: 1, 'batch.size': 16384 } }, warnings);
    expect(warnings.join('\n')).toContain('batch.size 16384 is above max.message.bytes 1000');
  });

  test('a record larger than the broker takes fails with its code, the others are not touched', async () => {
    const topic = randomUUID();
    await createTopic(bootstrapServers, topic, { config: { 'max.message.bytes': '2000' } });
    const { result, exitCode } = await runScenario(
      { topic, params: { size: 5000 }, ...constant(50, '1s') },
      { topics: { [topic]: { partitions: 1 } }, producer: { acks: 1, 'linger.ms': 0, 'batch.size': 1000 } },
    );
    expect(result.totals).toMatchObject({ sent: 50, acked: 0, failed: 50 });
    expect(result.errors).toMatchObject([{ code: 10, name: 'MSG_SIZE_TOO_LARGE', count: 50 }]);
    expect(result.latency.response.p50).toEqual({ atLeast: 0 });
    expect(exitCode).toBe(1);
  });

  test('a topic deleted during the run stops its lane and says so', async () => {
    const topic = randomUUID();
    await createTopic(bootstrapServers, topic, { partitions: 2 });
    const profile = profileFile(
      { topic, ...constant(100, '20s'), gracefulStop: '3s' },
      {
        kafka,
        topics: { [topic]: { partitions: 2 } },
        producer: {
          acks: 1,
          'linger.ms': 0,
          'topic.metadata.propagation.max.ms': 500,
          'topic.metadata.refresh.interval.ms': 500,
        },
      },
    );
    let deleted: Promise<void> | undefined;
    const { result, exitCode } = await run(profile, {
      env: {},
      onProgress: ({ acked }) => {
        if (acked > 100) deleted ??= deleteTopic(bootstrapServers, topic);
      },
    });
    await deleted;
    expect(result.verdict.status).toBe('INCOMPLETE');
    expect(result.verdict.reasons.join('\n')).toContain(`topic ${topic} is gone`);
    expect(result.totals.acked).toBeGreaterThan(100);
    // It did not go on to the end of its schedule.
    expect(result.totals.unsent).toBeGreaterThan(0);
    expect(exitCode).toBe(3);
  });

  describe('what happens to the topic meanwhile', () => {
    async function runWhile(change: (admin: Admin, topic: string) => Promise<unknown>) {
      const topic = randomUUID();
      await createTopic(bootstrapServers, topic, { partitions: 2 });
      // Messages expire before the client hears that their topic is gone.
      const producer = { 'linger.ms': 0, 'request.timeout.ms': 1000, 'delivery.timeout.ms': 1000 };
      const scenario = { topic, ...constant(50, '8s'), gracefulStop: '3s' };
      const profile = profileFile(scenario, { kafka, topics: { [topic]: { partitions: 2 } }, producer });
      let changed: Promise<unknown> | undefined;
      const onProgress = ({ acked }: { acked: number }) => {
        if (acked > 100) changed ??= withAdmin(bootstrapServers, (admin) => change(admin, topic));
      };
      const { result, exitCode } = await run(profile, { env: {}, onProgress });
      await changed;
      return { topic, result, exitCode, reasons: result.verdict.reasons.join('\n') };
    }

    test('deleted', async () => {
      const { topic, result, exitCode, reasons } = await runWhile((admin, t) => admin.deleteTopics({ topics: [t] }));
      expect(result.verdict.status).toBe('INCOMPLETE');
      expect(reasons).toContain(`topic ${topic} was deleted during the run`);
      expect(exitCode).toBe(3);
    });

    test('deleted and made again', async () => {
      const { topic, result, exitCode, reasons } = await runWhile(async (admin, t) => {
        await admin.deleteTopics({ topics: [t] });
        await admin.createTopics({ topics: [{ topic: t, numPartitions: 2 }], waitForLeaders: true });
      });
      expect(result.verdict.status).toBe('INCOMPLETE');
      expect(reasons).toContain(`topic ${topic} was deleted and recreated during the run`);
      expect(exitCode).toBe(3);
    });

    test('given more partitions: a note', async () => {
      const { topic, result, reasons } = await runWhile((admin, t) =>
        admin.createPartitions({ topicPartitions: [{ topic: t, count: 5 }] }),
      );
      expect(result.verdict.status).not.toBe('INCOMPLETE');
      expect(reasons).not.toContain('topic');
      expect(result.run.notes.join('\n')).toContain(
        `topic ${topic} got more partitions during the run, 5 instead of 2`,
      );
    });
  });

  test('compressed, idempotent, keyed at full speed: nothing is lost on the way', async () => {
    const topic = randomUUID();
    const { result } = await runScenario(
      { topic, key: { uniform: 1000 }, executor: 'max-throughput', messages: 200_000, inFlight: 50_000 },
      { producer: { acks: 'all', 'enable.idempotence': true, 'compression.type': 'lz4', partitioner: 'murmur2' } },
    );
    expect(result.totals).toMatchObject({ scheduled: 200_000, acked: 200_000 });
    const ends = await topicOffsets(bootstrapServers, topic);
    expect(ends.reduce((sum, { high }) => sum + high, 0)).toBe(200_000);
    expect(ends.every(({ high }) => high > 0)).toBe(true);
  });

  // Kafka's default. The other tests' cluster does not, since a test must not find a topic that nobody made.
  test('a cluster that makes topics by itself: looking for one makes none, and it is made as the profile says', async () => {
    const kafka = await startKafka({ properties: { 'auto.create.topics.enable': 'true' } });
    try {
      const topic = randomUUID();
      const runWith = (spec: Readonly<Record<string, unknown>>) => {
        const document = { topics: { [topic]: spec }, kafka: { 'bootstrap.servers': kafka.bootstrapServers } };
        return run(profileFile({ topic, ...constant(10, '1s') }, document), { env: {}, allowInvalid: true });
      };
      await expect(runWith({ partitions: 3, create: 'never' })).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
      await runWith({ partitions: 3 });
      expect(await topicOffsets(kafka.bootstrapServers, topic)).toHaveLength(3);
      const { result } = await runWith({ partitions: 5, create: 'always' });
      expect(await topicOffsets(kafka.bootstrapServers, topic)).toHaveLength(5);
      expect(result.totals.acked).toBe(10);
    } finally {
      await kafka.stop();
    }
  });
});
