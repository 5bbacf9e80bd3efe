/** From round trips to brokers, before a run and after it, to what is known of their clocks. */
import { expect, test } from 'vitest';
import type { RoundTrip } from '../../src/clock-offset.ts';
import { summarizeProbes } from '../../src/coordinator/clock-probes.ts';

/** The run began at 1,000,000 ms since 1970 by our clock, which is 5,000 ms on the monotonic one. */
const START = { epochMs: 5_000, startedAtMs: 1_000_000 };

/** At `atMs` of the run, half a millisecond long; our clock is `aheadMs` ahead. */
function trip(atMs: number, aheadMs: number): RoundTrip {
  const sentMs = START.epochMs + atMs;
  return { sentMs, receivedMs: sentMs + 0.5, stampMs: START.startedAtMs + atMs - aheadMs };
}

const at = (...brokers: [number, RoundTrip[]][]) => new Map(brokers);

test('round trips on the monotonic clock give the offset of the wall clock', () => {
  const times = [at([1, [trip(-20, 250), trip(-10, 250)]]), at([1, [trip(9_000, 250)]])];
  expect(summarizeProbes(times, [1, 1, 1], START)).toEqual({ probes: 3, offset: { minUs: 249_000, maxUs: 250_500 } });
});

test('a clock that drifts during the run, and brokers that differ, are all within', () => {
  const times = [at([1, [trip(0, 10)]], [2, [trip(0, -3)]]), at([1, [trip(9_000, 12)]], [2, [trip(9_000, -3)]])];
  expect(summarizeProbes(times, [2, 1], START)).toEqual({ probes: 4, offset: { minUs: -4_000, maxUs: 12_500 } });
  // A broker that leads nothing of what is read does not matter.
  expect(summarizeProbes(times, [2, 2], START)).toEqual({ probes: 2, offset: { minUs: -4_000, maxUs: -2_500 } });
});

test('a broker whose clock was not read, before or after, is named', () => {
  const before = at([1, [trip(0, 0)]], [2, [trip(0, 0)]]);
  expect(summarizeProbes([before, at([1, [trip(9_000, 0)]])], [1, 2, 3], START)).toMatchObject({
    probes: 3,
    missing: 'broker 2, 3 leads partitions of it, and its clock was not read',
  });
  const none = summarizeProbes([at(), at()], [], START);
  expect(none).toEqual({ probes: 0, offset: null });
});
