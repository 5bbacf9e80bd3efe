/**
 * Faults of three Apache Kafka nodes under a run of 20,000 messages a second with acks=all, while a group of consumers
 * reads and verifies and a member that is not ours joins that group and is killed. The run ends by itself, its counts add
 * up, nothing that was acknowledged is lost, and the outage is in the response latency.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import { killCommands, startCommand } from '../integration/command.ts';
import { profileFile } from '../integration/profile-file.ts';
import { joinGroup } from './foreign-member.ts';
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
/** Of the member that is killed: until then nobody reads its partitions. */
const GROUP_SESSION_MS = 3_000;
/** It mostly has its partitions by then. */
const JOIN_MS = 3_000;
const US_PER_MS = 1_000;

await describeThreeNodes('a run and a fault of its cluster', (kafka) => {
  afterAll(killCommands);
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
    const schedule = { executor: 'constant-arrival-rate', rate: RATE, duration: `${seconds}s` };
    // On a busy machine nodes take long to start; it ends as soon as all is delivered.
    const scenario = { topic, ...schedule, gracefulStop: '90s' };
    const group = `readers of ${topic}`;
    const profile = profileFile(scenario, {
      topics: { [topic]: { partitions: replicas.length, create: 'never' } },
      // Without the client's own back-off, which grows to 10 s.
      kafka: { 'bootstrap.servers': kafka.bootstrapServers, 'reconnect.backoff.max.ms': 200 },
      producer: { acks: 'all', ...producer },
      consumers: {
        readers: {
          ...{ members: 2, verify: true, group },
          // A member that joins once more where its coordinator went away leaves one behind, which has partitions until then.
          config: { 'heartbeat.interval.ms': GROUP_SESSION_MS / 6, 'session.timeout.ms': 2 * GROUP_SESSION_MS },
        },
      },
    });
    /** A member comes, the fault does, and the member is killed. */
    const disturb = async () => {
      const member = joinGroup(kafka.bootstrapServers, group, topic, GROUP_SESSION_MS);
      try {
        // The load does not wait for it: on a busy machine it comes during the fault.
        await Promise.race([member.assigned, sleep(JOIN_MS)]);
        await Promise.all([fault(topic), member.assigned.then(member.kill)]);
      } finally {
        await member.kill();
      }
    };
    let made: Promise<unknown> | undefined;
    const onProgress = ({ acked }: { acked: number }) => {
      if (acked < BEFORE || made !== undefined) return;
      made = disturb();
      // Looked at when the run has ended.
      made.catch(() => {});
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
    expect(result.verification!.s!.refused).toBeUndefined();
    expect(result.verification!.s).toMatchObject({ ...log, corrupted: 0, notes: [], examples: [] });
    const { consumed, rebalances } = result.consumers!.readers!;
    expect(consumed).toBe(totals.acked + log.notAckedInLog);
    // The foreign member came, and was gone.
    expect(rebalances).toBeGreaterThanOrEqual(2);
    return { result, log };
  }

  /** With idempotence and time enough to deliver, a fault costs nothing but time. */
  function expectAllDelivered({ result, log }: Awaited<ReturnType<typeof runThrough>>): void {
    expect(result.totals.acked).toBe(result.totals.scheduled);
    expect(result.errors).toEqual([]);
    expect(log).toMatchObject({ outOfOrder: 0, notAckedInLog: 0 });
  }

  const longestOutage = ({ outages }: Result) => outages.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];

  /** An outage as long as the fault makes it, its first messages in the latency, and what it took to recover. */
  function expectOutage(result: Result, minMs: number): void {
    const outage = longestOutage(result)!;
    const lengthMs = (outage.to - outage.from) * 1_000;
    expect(lengthMs).toBeGreaterThan(minMs);
    // Each partition is sent a message every few ms.
    expect(result.latency.response.max as number).toBeGreaterThan((lengthMs - 100) * US_PER_MS);
    expect(outage.peakBacklog).toBeGreaterThan(0);
    // All was delivered: whatever waited was drained. Whether p99 came back in time the machine decides.
    expect(result.outages.at(-1)!.drainSeconds).toBeGreaterThan(0);
    expect(outage).toHaveProperty('p99RecoverySeconds');
  }

  test('kill -9 of a leader, and its restart', async () => {
    const ended = await runThrough({ seconds: 14 }, async (topic) => {
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
      // Until after the node is back: what the others hold alone is not in anyone's sight before.
      seconds: 20,
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
    const { from, to } = longestOutage(result)!;
    expect((to - from) * 1_000).toBeGreaterThan(FAILOVER_MIN_MS);
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
    const out = join(mkdtempSync(join(tmpdir(), 'faults-')), 'run');
    const { result } = await run(profile, { env: {}, allowInvalid: true, onProgress, out });
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
    const verified = await startCommand(['verify', out, '--format', 'json']).ended;
    expect(JSON.parse(verified.out).s, verified.err).toMatchObject(log);
    expect(verified.code).toBe(4);
  });
});
