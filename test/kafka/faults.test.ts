/**
 * Faults of three Apache Kafka nodes under a run of 20,000 messages a second with acks=all. The run ends by itself, its
 * counts add up, nothing that was acknowledged is lost, and the outage is in the response latency.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { profileFile } from '../integration/profile-file.ts';
import { countLog } from './log-oracle.ts';
import { readWithKcat } from './readers.ts';
import { describeThreeNodes, HEARTBEAT_MS, SESSION_MS } from './three-nodes.ts';
import { createTopic, partitionStates, untilInSync, untilPartitions } from './topics.ts';

const RATE = 20_000;
const NODES = [0, 1, 2];
/** The fault comes when so much was acknowledged: two seconds, so that there is a p99 to come back to. */
const BEFORE = 2 * RATE;
/** From the last sign of life of a node until others may lead its partitions. */
const FAILOVER_MIN_MS = SESSION_MS - HEARTBEAT_MS;
const US_PER_MS = 1_000;

describeThreeNodes('a run and a fault of its cluster', (kafka) => {
  afterEach(async () => {
    for (const node of NODES) kafka.resume(node);
    await untilInSync(kafka.bootstrapServers);
  });

  interface Load {
    readonly seconds: number;
    readonly producer?: Readonly<Record<string, unknown>>;
    readonly topicConfig?: Readonly<Record<string, string>>;
    /** Of every partition, its leader first. */
    readonly replicas?: readonly (readonly number[])[];
  }

  const EVERYWHERE = [0, 1, 2, 0, 1, 2].map((first) => NODES.map((node) => (first + node) % NODES.length));

  /** @param fault made while the load goes on; resolves when all nodes are up again */
  async function runThrough(load: Load, fault: (topic: string) => Promise<unknown>) {
    const {
      seconds,
      producer = { 'enable.idempotence': true },
      topicConfig: config = {},
      replicas = EVERYWHERE,
    } = load;
    const topic = randomUUID();
    await createTopic(kafka.bootstrapServers, topic, { replicas, config });
    const scenario = { topic, executor: 'constant-arrival-rate', rate: RATE, duration: `${seconds}s` };
    const profile = profileFile(scenario, {
      topics: { [topic]: { partitions: replicas.length, create: 'never' } },
      // Without the client's own back-off, which grows to 10 s.
      kafka: { 'bootstrap.servers': kafka.bootstrapServers, 'reconnect.backoff.max.ms': 200 },
      producer: { acks: 'all', ...producer },
    });
    let made: Promise<unknown> | undefined;
    const onProgress = ({ acked }: { acked: number }) => {
      if (acked >= BEFORE) made ??= fault(topic);
    };
    const { result } = await run(profile, { env: {}, allowInvalid: true, onProgress });
    await made;
    const { totals } = result;
    expect(totals.scheduled).toBe(RATE * seconds);
    expect(totals.sent + totals.shed + totals.unsent).toBe(totals.scheduled);
    expect(totals.acked + totals.failed + totals.unresolved).toBe(totals.sent);

    await untilInSync(kafka.bootstrapServers);
    const log = countLog(result, await readWithKcat(kafka.bootstrapServers, topic));
    expect(log).toMatchObject({ expected: totals.acked, lost: 0, duplicated: 0, foreign: 0 });
    return { result, log };
  }

  /** With idempotence and time enough to deliver, a fault costs nothing but time. */
  function expectAllDelivered({ result, log }: Awaited<ReturnType<typeof runThrough>>): void {
    expect(result.totals.acked).toBe(result.totals.scheduled);
    expect(result.errors).toEqual([]);
    expect(log).toMatchObject({ outOfOrder: 0, notAckedInLog: 0 });
  }

  const longestOutageMs = ({ outages }: Result) => Math.max(0, ...outages.map(({ from, to }) => (to - from) * 1_000));

  /** An outage as long as the fault makes it, and its first messages in the latency. */
  function expectOutage(result: Result, minMs: number): void {
    const longestMs = longestOutageMs(result);
    expect(longestMs).toBeGreaterThan(minMs);
    // The first message due in it is due 0.05 ms after its beginning.
    expect(result.latency.response.max as number).toBeGreaterThan((longestMs - 1) * US_PER_MS);
  }

  test('kill -9 of a leader, and its restart', async () => {
    const ended = await runThrough({ seconds: 12 }, async (topic) => {
      const { leader } = (await partitionStates(kafka.bootstrapServers, topic))![0]!;
      await kafka.kill(leader);
      await kafka.restart(leader);
    });
    expectAllDelivered(ended);
    expectOutage(ended.result, FAILOVER_MIN_MS);
  });

  test('each node restarted in turn', async () => {
    const ended = await runThrough({ seconds: 20 }, async () => {
      for (const node of NODES) {
        await kafka.shutDown(node);
        await kafka.restart(node);
        await untilInSync(kafka.bootstrapServers);
      }
    });
    // A node that is told to end gives its partitions away first: there need be no outage.
    expectAllDelivered(ended);
  });

  test('a leader that is stopped for 10 s', async () => {
    const stoppedMs = 10_000;
    const ended = await runThrough({ seconds: 16 }, async (topic) => {
      const { leader } = (await partitionStates(kafka.bootstrapServers, topic))![0]!;
      kafka.pause(leader);
      await sleep(stoppedMs);
      kafka.resume(leader);
    });
    expectAllDelivered(ended);
    expectOutage(ended.result, FAILOVER_MIN_MS);
    // What it had been sent it answered only then.
    expect(ended.result.latency.response.max as number).toBeGreaterThan(stoppedMs * US_PER_MS);
  });

  test('fewer replicas in sync than min.insync.replicas', async () => {
    const [follower, ...leaders] = NODES.toReversed() as [number, ...number[]];
    const load = {
      seconds: 14,
      // Without retries every refusal is counted under the broker's own name for it. A broker takes the next request of a
      // connection only when it has answered the one before, so what waits for the killed node must not wait for long.
      producer: { retries: 0, 'request.timeout.ms': 1_500 },
      topicConfig: { 'min.insync.replicas': '3' },
      replicas: leaders.map((leader) => [leader, ...NODES.filter((node) => node !== leader)]),
    };
    const { result, log } = await runThrough(load, async () => {
      await kafka.kill(follower);
      await sleep(SESSION_MS + 2_500);
      await kafka.restart(follower);
    });
    const { scheduled, acked } = result.totals;
    const counts = Object.fromEntries(result.errors.map(({ name, by, count }) => [`${name} by ${by}`, count]));
    // Those that waited for the killed node are in the log; those that came when it was no longer waited for are not.
    expect(counts).toEqual({
      'NOT_ENOUGH_REPLICAS by broker': scheduled - acked - log.notAckedInLog,
      'REQUEST_TIMED_OUT by broker': log.notAckedInLog,
    });
    expect(Object.values(counts).every((count) => count > 0)).toBe(true);
    expect(log.outOfOrder).toBe(0);
    expect(longestOutageMs(result)).toBeGreaterThan(FAILOVER_MIN_MS);
  });

  test('all nodes killed, and started again', async () => {
    const downMs = 2_000;
    const ended = await runThrough({ seconds: 18 }, async () => {
      await Promise.all(NODES.map(kafka.kill));
      await sleep(downMs);
      await Promise.all(NODES.map(kafka.restart));
    });
    expectAllDelivered(ended);
    expectOutage(ended.result, downMs);
  });

  test('a replica that was behind leads after an unclean election: what it did not have is lost', async () => {
    const { bootstrapServers } = kafka;
    const topic = randomUUID();
    const [leader, behind] = NODES as [number, number];
    const replicas = [0, 1].map(() => [leader, behind]);
    const config = { 'unclean.leader.election.enable': 'true', 'min.insync.replicas': '1' };
    await createTopic(bootstrapServers, topic, { replicas, config });
    const scenario = { topic, executor: 'constant-arrival-rate', rate: 2_000, duration: '4s' };
    const profile = profileFile(scenario, {
      topics: { [topic]: { partitions: replicas.length, create: 'never' } },
      kafka: { 'bootstrap.servers': bootstrapServers },
      producer: { acks: 1 },
    });
    let killed: Promise<void> | undefined;
    const onProgress = ({ acked }: { acked: number }) => {
      if (acked >= 2_000) killed ??= kafka.kill(behind);
    };
    const { result } = await run(profile, { env: {}, allowInvalid: true, onProgress });
    await killed;
    expect(result.totals.acked).toBe(8_000);
    const untilOnly = (node: number) =>
      untilPartitions(bootstrapServers, topic, (p) => p.leader === node && p.inSync.join() === `${node}`);
    // Only who is not in sync when the leader goes leads without its records.
    await untilOnly(leader);
    await kafka.kill(leader);
    await kafka.restart(behind);
    await untilOnly(behind);
    await kafka.restart(leader);
    await untilInSync(bootstrapServers);
    const log = countLog(result, await readWithKcat(bootstrapServers, topic));
    expect(log.lost).toBeGreaterThan(0);
    expect(log).toMatchObject({ duplicated: 0, outOfOrder: 0, foreign: 0, notAckedInLog: 0 });
  });
});
