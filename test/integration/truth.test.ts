/**
 * The measurement measured: on the embedded cluster, whose latency and faults are chosen, a run must report them. The
 * package is used as built, worker threads included.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import type { Result } from '../../src/result/result.ts';
import type { EmbeddedCluster } from '../../src/transport/librdkafka/embedded-cluster.ts';
import { profileFile } from './profile-file.ts';

/**
 * What is looked at here are times, and they are right where the machine let the run be. Whoever kept it waiting is not
 * the one under test: once more, then. A measurement that is wrong is so every time.
 */
const ON_A_CALM_MACHINE = { retry: 2 };

type Interference = (cluster: EmbeddedCluster) => unknown;

async function runOn(profile: string, interfere: Interference = () => {}): Promise<Result> {
  const { result } = await run(profile, {
    env: {},
    onReady: (_plan, cluster) => interfere(cluster as unknown as EmbeddedCluster),
  });
  expect(result.run.target).toBe('embedded');
  expectIdentities(result);
  return result;
}

function expectIdentities({ totals }: Result): void {
  expect(totals.scheduled).toBe(totals.sent + totals.shed + totals.unsent);
  expect(totals.sent).toBe(totals.acked + totals.failed + totals.unresolved);
}

function ms(value: unknown): number {
  expect(typeof value).toBe('number');
  return (value as number) / 1000;
}

const constant = (rate: number, duration: string) => ({ executor: 'constant-arrival-rate', rate, duration });

test('a round trip of 50 ms shows as 50 ms, and the linger', ON_A_CALM_MACHINE, async () => {
  const linger = 5;
  const profile = profileFile(constant(200, '3s'), {
    producer: { acks: 1, 'linger.ms': linger },
    embedded: { rtt: '50ms' },
  });
  const { latency, totals, run } = await runOn(profile);
  expect(run.notes).toContain('the embedded cluster simulates a round trip of 50 ms (embedded.rtt)');
  expect(totals.acked).toBe(600);
  expect(ms(latency.service.p50)).toBeGreaterThanOrEqual(50);
  expect(ms(latency.service.p50)).toBeLessThanOrEqual(50 + linger + 3);
});

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

test('no round trip and no linger: below 2 ms', ON_A_CALM_MACHINE, async () => {
  const profile = profileFile(constant(200, '3s'), { producer: { acks: 1, 'linger.ms': 0 } });
  const { latency, totals } = await runOn(profile);
  expect(totals.acked).toBe(600);
  expect(ms(latency.service.p50)).toBeLessThan(2);
});

test('a broker away for two seconds: every message due meanwhile shows its wait', ON_A_CALM_MACHINE, async () => {
  const profile = profileFile(
    { ...constant(1000, '7s'), gracefulStop: '20s' },
    {
      producer: {
        acks: 1,
        'linger.ms': 0,
        // A small queue: all but a few wait in front of the client, where the schedule sees them.
        'queue.buffering.max.messages': 100,
        'reconnect.backoff.ms': 10,
        // Else the client's own back-off would make two seconds look like nine.
        'reconnect.backoff.max.ms': 50,
      },
    },
  );
  let [downMs, upMs] = [0, 0];
  const { latency, totals, verdict, outages } = await runOn(profile, async (cluster) => {
    await sleep(2000);
    cluster.setDown();
    downMs = performance.now();
    await sleep(2000);
    cluster.setUp();
    upMs = performance.now();
  });
  // Two seconds, and what this thread came late.
  const outageSec = (upMs - downMs) / 1000;
  expect(totals).toMatchObject({ scheduled: 7000, acked: 7000 });
  // 2,000 of 7,000 messages are due in the outage and wait for its rest: of all responses, the share 2000/7000 lies
  // evenly over 0–2 s. Quantile 1 − x · 2/7 is then 2 s · (1 − x); percentiles as the result has them.
  const affected = (1000 * outageSec) / 7000;
  for (const [percent, value] of [
    [75, latency.response.p75],
    [90, latency.response.p90],
    [95, latency.response.p95],
    [99, latency.response.p99],
  ] as const) {
    const expectedMs = 1000 * outageSec * (1 - (1 - percent / 100) / affected);
    expect(ms(value)).toBeGreaterThan(expectedMs - 150);
    // Reconnecting takes up to its back-off, catching up a little.
    expect(ms(value)).toBeLessThan(expectedMs + 350);
  }
  // The schedule lag shows the same wait; only what was in the client's queue waited in it.
  expect(ms(latency.scheduleLag.p95)).toBeGreaterThan(ms(latency.response.p95) - 200);
  expect(ms(latency.service.p50)).toBeLessThan(20);
  expect(verdict.status).not.toBe('GENERATOR_LIMITED');
  expect(outages).toHaveLength(1);
  expect(outages[0]!.to - outages[0]!.from).toBeGreaterThan(outageSec - 0.1);
  expect(outages[0]!.to - outages[0]!.from).toBeLessThan(outageSec + 0.5);
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
  expect(verdict.reasons.join('\n')).toContain('not known whether t still exists: no broker of 127.0.0.1:');
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

test('a broker slowed on purpose is the broker’s limit', ON_A_CALM_MACHINE, async () => {
  const profile = profileFile(
    { ...constant(2000, '3s'), gracefulStop: '2s' },
    {
      producer: {
        acks: 1,
        'linger.ms': 1,
        'max.in.flight.requests.per.connection': 1,
        'batch.num.messages': 100,
        'queue.buffering.max.messages': 500,
      },
    },
  );
  // One request of 100 messages every 200 ms: 500 a second of the 2,000 planned.
  const { verdict, totals } = await runOn(profile, (cluster) => cluster.setRtt(200));
  expect(totals.unsent).toBeGreaterThan(2000);
  expect(verdict.status).toBe('BROKER_LIMITED');
});

test('compression at its limit is not blamed on the broker', ON_A_CALM_MACHINE, async () => {
  const profile = profileFile(
    { executor: 'max-throughput', duration: '3s', inFlight: 5000, params: { size: 1000, entropy: 0.9 } },
    { producer: { acks: 1, 'compression.type': 'zstd', 'compression.level': 12 } },
  );
  const { verdict } = await runOn(profile);
  expect(verdict).toMatchObject({ status: 'VALID', limitedBy: 'client-thread' });
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
