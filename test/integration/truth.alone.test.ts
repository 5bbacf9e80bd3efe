/**
 * The measurement measured: on the embedded cluster, whose latency and faults are chosen, a run must report the times
 * that were chosen.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { profileFile } from './profile-file.ts';
import { constant, runOn } from './truth-run.ts';

/**
 * What is looked at here are times, and they are right where the machine let the run be. Whoever kept it waiting is not
 * the one under test: once more, then. A measurement that is wrong is so every time.
 */
const ON_A_CALM_MACHINE = { retry: 2 };

function ms(value: unknown): number {
  expect(typeof value).toBe('number');
  return (value as number) / 1000;
}

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
