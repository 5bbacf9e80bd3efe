/** The measurement measured: on the embedded cluster, whose faults are chosen, a run must report them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';
import { profileFile } from './profile-file.ts';
import { constant, expectIdentities, runOn } from './truth-run.ts';

test('bytes on the wire are counted to the last message, which no statistics of the load itself had seen', async () => {
  const profile = profileFile(
    { executor: 'burst', size: 1000, every: '2400ms', bursts: 2, gracefulStop: '20s' },
    { producer: { acks: 1, 'compression.type': 'none' } },
  );
  const { totals } = await runOn(profile);
  expect(totals.acked).toBe(2000);
  // An uncompressed record costs a few bytes beside its payload and key: half of them would be far below.
  expect(totals.wireBytes).toBeGreaterThan(totals.payloadBytes);
  expect(totals.wireBytes).toBeLessThan(totals.payloadBytes * 1.5);
});

test('a closed loop whose broker goes away and stays away: the rate is over all the time it tried', async () => {
  const profile = profileFile(
    { executor: 'max-throughput', duration: '5s', inFlight: 1000, gracefulStop: '1s' },
    { producer: { acks: 1 } },
  );
  const { rate, totals, verdict, outages, series } = await runOn(profile, async (cluster) => {
    await sleep(1500);
    cluster.setDown();
  });
  expect((rate.achievedPerSec * 5) / totals.acked).toBeCloseTo(1, 1);
  const last = Math.max(...series.filter(({ acked }) => acked > 0).map(({ second }) => second));
  // All was given up: nothing recovered.
  expect(outages).toMatchObject([{ drainSeconds: null, p99RecoverySeconds: null }]);
  expect(Math.floor(outages[0]!.from)).toBe(last);
  expect(outages[0]!.to).toBeGreaterThan(5);
  expect(verdict.reasons.filter((reason) => reason.startsWith('no acknowledgement for '))).toHaveLength(1);
  expect(verdict.reasons.join('\n')).toContain('not known whether topic t still exists: no broker of 127.0.0.1:');
});

test('a topic that is gone at the end makes the run incomplete, whatever the client had noticed', async () => {
  const profile = profileFile({ ...constant(100, '2s'), gracefulStop: '1s' }, { producer: { acks: 1 } });
  let ready: EmbeddedCluster | undefined;
  const { result, exitCode } = await run(profile, {
    env: {},
    onReady: (_plan, cluster) => {
      ready = cluster as unknown as EmbeddedCluster;
    },
    onProgress: ({ acked }) => {
      if (acked === 200) ready?.deleteTopic('t');
    },
  });
  expect(result.totals.acked).toBe(200);
  expect(result.verdict).toMatchObject({ status: 'INCOMPLETE', reasons: ['topic t was deleted during the run'] });
  expect(exitCode).toBe(3);
});

test('more than the generator can make is the generator’s limit, not the broker’s', async () => {
  const { result } = await run(
    profileFile(
      { ...constant(30_000_000, '2s'), gracefulStop: '1s' },
      {
        kafka: { 'bootstrap.servers': 'null' },
        workers: 1,
      },
    ),
    { env: {} },
  );
  expectIdentities(result);
  expect(result.verdict.status).toBe('GENERATOR_LIMITED');
});

test('requests answered with errors are failures with their code, and the ledger names the messages', async () => {
  const MESSAGE_TOO_LARGE = 10;
  // A request for each message, whatever they waited for.
  const producer = { acks: 1, 'linger.ms': 0, 'batch.num.messages': 1, retries: 0 };
  const { totals, errors, ledger, latency } = await runOn(profileFile(constant(100, '2s'), { producer }), (cluster) =>
    cluster.failProduce(Array.from({ length: 30 }, () => MESSAGE_TOO_LARGE)),
  );
  expect(totals.failed).toBe(30);
  expect(errors).toMatchObject([{ code: MESSAGE_TOO_LARGE, name: 'MSG_SIZE_TOO_LARGE', count: totals.failed }]);
  const named = ledger.notAcked.reduce((sum, { from, to, step }) => sum + (to - from) / step + 1, 0);
  expect(named).toBe(totals.failed);
  // 30 of 200 were not acknowledged: the 99th percentile is among them, and no number can be given for it.
  expect(latency.response.p99).toHaveProperty('atLeast');
  expect(latency.response.p50).toEqual(expect.any(Number));
});

test('messages that expire after retries name the last error behind it', async () => {
  const NOT_ENOUGH_REPLICAS = 19;
  const producer = { 'linger.ms': 0, 'delivery.timeout.ms': 3000, 'retry.backoff.ms': 50, 'retry.backoff.max.ms': 100 };
  const profile = profileFile({ ...constant(20, '5s'), gracefulStop: '4s' }, { producer });
  const lines: string[] = [];
  const { result } = await run(profile, {
    env: {},
    onLog: ({ facility, message }) => lines.push(`${facility} ${message}`),
    onReady: (_plan, cluster) =>
      (cluster as unknown as EmbeddedCluster).failProduce(Array.from({ length: 1000 }, () => NOT_ENOUGH_REPLICAS)),
  });
  expect(result.errors).toMatchObject([{ by: 'client', name: '_MSG_TIMED_OUT' }]);
  expect(result.errors[0]!.example).toContain('after NOT_ENOUGH_REPLICAS (Broker: Not enough in-sync replicas)');
  // What it was read from is not for whoever reads the client's log.
  expect(lines).toEqual([expect.stringContaining('ENGINE message 0 of s failed: Local: Message timed out')]);
});

test('scenarios side by side, headers, record timestamps, several clients: each has its own totals', async () => {
  const profile = profileFile(constant(200, '2s'), {
    workers: 2,
    topics: { t: { partitions: 4 } },
    producer: { acks: 1, 'linger.ms': 1 },
    scenarios: {
      plain: { workload: 'bytes', topic: 't', params: { size: 50 }, ...constant(200, '2s') },
      rich: {
        workload: 'atm',
        topic: 't',
        ...constant(100, '2s'),
        headers: { source: 'test' },
        recordTimestamp: 'intended',
        producer: { 'compression.type': 'lz4' },
      },
    },
  });
  const result = await runOn(profile);
  expect(result.scenarios.plain?.totals.acked).toBe(400);
  expect(result.scenarios.rich?.totals.acked).toBe(200);
  expect(result.totals.acked).toBe(600);
  expect(result.series.reduce((sum, { acked }) => sum + acked, 0)).toBe(600);
});
