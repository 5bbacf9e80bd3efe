import { expect, test } from 'vitest';
import { executePlan } from '../../dist/src/coordinator/execute.js';
import { plan } from '../../dist/src/index.js';
import { unpackCounts } from '../../dist/src/recorder/packed-counts.js';
import { profileFile } from './profile-file.ts';

const scenario = { executor: 'constant-arrival-rate', rate: 300, duration: '20s', gracefulStop: '2s' };
const nullTransport = { kafka: { 'bootstrap.servers': 'null' }, workers: 3 };

test('a worker that fails makes the others drain, and the measurement says which and why', async () => {
  const planned = await plan(profileFile(scenario, nullTransport), { env: {} });
  const { measurement } = await executePlan(planned.plan, {
    workerEntry: new URL('./crashing-worker.mjs', import.meta.url),
  });
  expect(measurement.workers.map(({ complete }) => complete)).toEqual([true, false, true]);
  expect(measurement.workers[1]!.failure).toBe('out of luck');
  expect(measurement.durationNs).toBeLessThan(10e9);
  for (const { lanes } of measurement.workers) {
    const { totals } = lanes[0]!.load;
    expect(totals.scheduled).toBe(2000);
    expect(totals.scheduled).toBe(totals.sent + totals.shed + totals.unsent);
    expect(totals.sent).toBe(totals.acked + totals.failed + totals.unresolved);
  }
  const acked = measurement.workers.map(({ lanes }) => lanes[0]!.load.totals.acked);
  for (const count of acked) expect(count).toBeGreaterThan(0);
  expect(measurement.workers[1]!.lostNs).toBeGreaterThan(0.4e9);
  const latencies = unpackCounts(measurement.latencies.join('')).flat();
  expect(latencies.reduce((sum, [, count]) => sum + count, 0)).toBe(acked.reduce((sum, count) => sum + count));
});

test('of a worker that fails with clients of a scenario all is accounted for, by client where it is known', async () => {
  const planned = await plan(profileFile({ ...scenario, clients: 6 }, nullTransport), { env: {} });
  const { measurement } = await executePlan(planned.plan, {
    workerEntry: new URL('./crashing-worker.mjs', import.meta.url),
  });
  expect(measurement.workers.map(({ complete }) => complete)).toEqual([true, false, true]);
  for (const { complete, lanes } of measurement.workers) {
    const { totals } = lanes[0]!.load;
    expect(totals.scheduled).toBe(2000);
    expect(totals.scheduled).toBe(totals.sent + totals.shed + totals.unsent);
    expect(totals.sent).toBe(totals.acked + totals.failed + totals.unresolved);
    expect(lanes[0]!.ledgerComplete).toBe(complete);
    const counts = lanes[0]!.clients?.map(({ sent, acked, notAcked }) => [sent, acked + notAcked]);
    expect(counts?.length).toBe(complete ? 2 : undefined);
    for (const [sent, settled] of counts ?? []) expect(settled).toBe(sent);
    const unsent = lanes[0]!.notAcked.filter(({ status }) => status === 'unsent');
    const inLedger = unsent.reduce((sum, { from, to, step }) => sum + (to - from) / step + 1, 0);
    if (complete) expect(inLedger).toBe(totals.unsent);
  }
});

test('a worker that cannot start is an error, and the threads are gone', async () => {
  const planned = await plan(profileFile(scenario, nullTransport), { env: {} });
  const missing = executePlan(planned.plan, { workerEntry: new URL('./no-such-worker.mjs', import.meta.url) });
  await expect(missing).rejects.toThrow('no-such-worker');
});

test('an aborted signal ends the schedule, and what was sent is all there', async () => {
  const planned = await plan(profileFile(scenario, nullTransport), { env: {} });
  const stop = new AbortController();
  const { measurement } = await executePlan(planned.plan, {
    signal: stop.signal,
    observers: [
      {
        progress: ({ sent }) => {
          if (sent > 100) stop.abort({ by: 'SIGTERM', reason: 'SIGTERM received' });
        },
      },
    ],
  });
  expect(measurement.stopped).toEqual({ by: 'SIGTERM', reason: 'SIGTERM received' });
  expect(measurement.stoppedNs).toBeGreaterThan(0);
  expect(measurement.stoppedNs).toBeLessThanOrEqual(measurement.durationNs);
  const totals = measurement.workers.map(({ lanes }) => lanes[0]!.load.totals);
  const sum = (pick: (t: (typeof totals)[number]) => number) => totals.reduce((all, t) => all + pick(t), 0);
  expect(sum((t) => t.scheduled)).toBe(6000);
  expect(sum((t) => t.acked)).toBe(sum((t) => t.sent));
  expect(sum((t) => t.unsent)).toBe(6000 - sum((t) => t.sent));
});

test('a worker that does not come back from a stop is given up, the others are not', async () => {
  const planned = await plan(profileFile({ ...scenario, gracefulStop: '100ms' }, nullTransport), { env: {} });
  const stop = new AbortController();
  const { measurement } = await executePlan(planned.plan, {
    signal: stop.signal,
    // The others are back within milliseconds, on a machine that has any for them.
    hangMs: 2000,
    observers: [
      {
        progress: ({ sent }) => {
          if (sent > 50) stop.abort({ by: 'SIGINT', reason: 'SIGINT received' });
        },
      },
    ],
    workerEntry: new URL('./hanging-worker.mjs', import.meta.url),
  });
  expect(measurement.workers.map(({ complete }) => complete)).toEqual([true, false, true]);
  expect(measurement.workers[1]!.failure).toContain('it did not come back from its load');
});

test('a worker that hangs in its load is given up after the planned end, without a stop', async () => {
  const quick = { ...scenario, duration: '1s', gracefulStop: '100ms' };
  const planned = await plan(profileFile(quick, nullTransport), { env: {} });
  const { measurement } = await executePlan(planned.plan, {
    hangMs: 2000,
    workerEntry: new URL('./hanging-worker.mjs', import.meta.url),
  });
  expect(measurement.stopped).toBeUndefined();
  expect(measurement.workers.map(({ complete }) => complete)).toEqual([true, false, true]);
  expect(measurement.loadEndNs).toBeGreaterThanOrEqual(1e9);
});

test('a member of a group that fails is named, the run ends, and the others read on', async () => {
  const consumers = { pair: { members: 2, group: 'none' } };
  const reading = {
    topics: { t: { partitions: 2 } },
    kafka: { 'bootstrap.servers': 'embedded' },
    workers: 1,
    consumers,
  };
  const planned = await plan(profileFile({ ...scenario, duration: '3s' }, reading), { env: {} });
  const { measurement } = await executePlan(planned.plan, {
    readerEntry: new URL('./crashing-member.mjs', import.meta.url),
  });
  const [pair] = measurement.reading!.groups;
  expect(pair!.members).toEqual([
    { member: 0, group: 0, complete: true },
    { member: 1, group: 0, complete: false, failure: 'out of luck', isLost: true },
  ]);
  // Each offset is read or known to be unread.
  expect(pair!.unread).toBeGreaterThan(0);
  expect(pair!.counts.consumed + pair!.unread!).toBe(900);
  expect(measurement.workers[0]).toMatchObject({ complete: true });
});
