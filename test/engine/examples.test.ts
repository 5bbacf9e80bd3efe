/** What people type for the cash machines, run to the end by the engine's loop: the time is stepped, all else is real. */
import { expect, test } from 'vitest';
import { plan } from '../../src/planning.ts';
import type { Overrides } from '../../src/profile/overrides.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { createRecordSource } from '../../src/workload/workload.ts';
import { bench, StepClock } from './fixture.ts';

/** @returns what the lane counted, and how many messages were handed over in each second. */
async function run(overrides: Overrides, maxAcksPerSec?: number) {
  const { lanes, seed, runTag } = (await plan('atm', { env: {}, cwd: '/', overrides })).plan;
  const [scenario] = lanes;
  const clock = new StepClock(1000);
  const spec = { latencyMs: [1], ...(maxAcksPerSec !== undefined && { maxAcksPerSec }) };
  const transport = new NullTransport({ spec, slots: scenario!.inFlight, clock: clock.read, sleep: clock.sleep });
  const perSecond: number[] = [];
  const produce = transport.produce.bind(transport);
  transport.produce = (...args) => {
    const taken = produce(...args);
    const second = Math.floor(clock.nowNs / 1e9);
    perSecond[second] = (perSecond[second] ?? 0) + taken;
    return taken;
  };
  const { record, partitioner } = scenario!;
  const identity = { seed, runTag, scenario: scenario!.name, partitioner, worker: 0, workers: 1 };
  const [lane] = bench({
    scenarios: [scenario!],
    clock,
    transport,
    source: (batchMax, partitions) => createRecordSource(record, { ...identity, batchMax, partitions }),
  }).run().lanes;
  return { totals: lane!.load.totals, perSecond, lastSentSec: lane!.lastSentNs! / 1e9 };
}

const steady: readonly [string, Overrides, number, number][] = [
  ['-r 10 -t 60', { rate: '10', duration: '60' }, 10, 60],
  ['-t 300', { duration: '300' }, 5, 300],
  ['-r 50 -t 120', { rate: '50', duration: '120' }, 50, 120],
  ['-r 25 -t 3600', { rate: '25', duration: '3600' }, 25, 3600],
];

test.each(steady)('atm %s: so many in every second, until the time is over', async (_, overrides, rate, seconds) => {
  const { totals, perSecond } = await run(overrides);
  expect(totals).toMatchObject({ scheduled: rate * seconds, sent: rate * seconds, acked: rate * seconds });
  expect(perSecond).toHaveLength(seconds);
  // One due at the border of a second is handed over in the next one.
  for (const sent of perSecond) expect(Math.abs(sent - rate)).toBeLessThanOrEqual(1);
});

test.each([
  ['-r 100 -t 10 -b', { rate: '100', duration: '10', burst: true }, 100, 10],
  ['-r 20 -b -t 600', { rate: '20', duration: '600', burst: true }, 20, 600],
])('atm %s: exactly so many back to back at the start of each second', async (_, overrides, size, seconds) => {
  const { totals, perSecond } = await run(overrides);
  expect(totals).toMatchObject({ scheduled: size * seconds, sent: size * seconds, acked: size * seconds });
  expect(perSecond).toEqual(new Array(seconds).fill(size));
});

test('atm -b -t 30: as many as are acknowledged in thirty seconds', async () => {
  const { totals, lastSentSec } = await run({ burst: true, duration: '30' }, 5_000);
  expect(totals.acked).toBe(totals.sent);
  // What the broker takes, and the window that was filled at once.
  expect(totals.sent).toBeGreaterThan(30 * 5_000);
  expect(totals.sent).toBeLessThan(30 * 5_000 + 110_000);
  expect(lastSentSec).toBeLessThan(30);
  expect(lastSentSec).toBeGreaterThan(29);
});
