import { beforeEach, expect, test } from 'vitest';
import { settleProbe as open, type SettleOptions } from '../../src/experiments/settle.ts';

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
});

const pass = async (ms: number) => {
  nowMs += ms;
};

/** @param latencyAt µs by the time; null: not acknowledged within three seconds. */
function settleProbe(latencyAt: (ms: number) => number | null, settleMs: number, options: SettleOptions = {}) {
  const ping = async () => {
    const latency = latencyAt(nowMs);
    await pass(latency === null ? 3_000 : latency / 1_000);
    return latency;
  };
  return open(ping, settleMs, { pause: pass, now: () => nowMs, ...options });
}

test('goes on as soon as single messages are as fast again as on the idle cluster', async () => {
  let busyUntilMs = 0;
  const probe = settleProbe((ms) => (ms < busyUntilMs ? 40_000 : 3_000), 30_000);
  expect(await probe.baseline()).toBe(3_000);
  busyUntilMs = nowMs + 5_000;
  const { waitedMs, reached } = await probe.settle();
  expect(reached).toBe(true);
  expect(waitedMs).toBeGreaterThan(5_000);
  expect(waitedMs).toBeLessThan(7_000);
});

test('the longest pause is over: goes on, and that is on record', async () => {
  const probe = settleProbe(() => 40_000, 2_000, { idleUs: 3_000 });
  const { waitedMs, reached } = await probe.settle();
  expect(reached).toBe(false);
  expect(waitedMs).toBeGreaterThanOrEqual(2_000);
  expect(waitedMs).toBeLessThan(4_000);
});

test('a broker that is gone is waited for, and then given up', async () => {
  const gone = settleProbe(() => null, 10_000, { idleUs: 3_000 });
  await expect(gone.settle()).rejects.toMatchObject({ code: 'BROKER_GONE' });
  const start = nowMs;
  const back = settleProbe((ms) => (ms - start < 6_000 ? null : 3_000), 10_000, { idleUs: 3_000 });
  expect(await back.settle()).toMatchObject({ reached: true });
});

test('a signal ends it', async () => {
  const probe = settleProbe(() => 40_000, 60_000, { idleUs: 3_000 });
  expect((await probe.settle(AbortSignal.abort())).waitedMs).toBeLessThan(1_000);
});
