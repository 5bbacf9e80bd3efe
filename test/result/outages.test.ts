/** Recovery from outages, on series that are drawn: a steady rate, an outage, a drain. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureOutages } from '../../src/result/outages.ts';
import { secondRow } from '../recorder/second-row.ts';

const SEC = 1e9;

interface Drawn {
  readonly seconds?: number;
  readonly from: number;
  readonly to: number;
  /** Messages that are acknowledged a second while there is a backlog. */
  readonly capacity?: number;
  readonly rate?: number;
  readonly shed?: boolean;
}

/** Whole seconds: nothing is acknowledged from `from` to `to`, then as much as the broker can. */
function drawn({ seconds = 40, from, to, capacity = 2000, rate = 1000, shed = false }: Drawn) {
  let waiting = 0;
  const rows = Array.from({ length: seconds }, (_, second) => {
    const isOut = second >= from && second < to;
    const wasWaiting = waiting > 0;
    const acked = isOut ? 0 : Math.min(waiting + rate, capacity);
    waiting += rate - acked;
    const p99 = isOut ? null : wasWaiting ? 1_000_000 * (to - from) : 2_000;
    return secondRow({ second, scheduled: rate, sent: rate, acked, failed: 0, p99, inFlight: waiting });
  });
  const [outage] = measureOutages([{ fromNs: from * SEC, toNs: to * SEC }], rows, shed);
  return outage!;
}

test('peak backlog, time to drain, time until the p99 is back', () => {
  // 4 s at 1,000/s wait; then 2,000/s leave: 1,000 less each second.
  expect(drawn({ from: 10, to: 14 })).toEqual({
    from: 10,
    to: 14,
    peakBacklog: 4000,
    drainSeconds: 4,
    p99RecoverySeconds: 5,
  });
});

test('what never drains before the run ends has no time', () => {
  expect(drawn({ from: 10, to: 14, capacity: 1000 })).toMatchObject({
    peakBacklog: 4000,
    drainSeconds: null,
    p99RecoverySeconds: null,
  });
  expect(drawn({ from: 30, to: 40, seconds: 40 })).toMatchObject({ peakBacklog: 10_000, drainSeconds: null });
});

test('what was given up is not drained', () => {
  const rows = Array.from({ length: 12 }, (_, second) => {
    const lost = second === 10 ? 5000 : 0;
    const isSent = second < 10;
    return secondRow({
      ...{ second, scheduled: isSent ? 1000 : 0, sent: isSent ? 1000 : 0, acked: second < 5 ? 1000 : 0, failed: lost },
      ...{ p99: second < 5 ? 2_000 : null, inFlight: 0 },
    });
  });
  const measured = measureOutages([{ fromNs: 5 * SEC, toNs: 10.5 * SEC }], rows, false);
  expect(measured).toEqual([{ from: 5, to: 10.5, peakBacklog: 5000, drainSeconds: null, p99RecoverySeconds: null }]);
});

test('at the very start nobody knows which p99 is usual', () => {
  const outage = drawn({ from: 0, to: 3 });
  expect(outage).toMatchObject({ peakBacklog: 3000, drainSeconds: 3 });
  expect(outage).not.toHaveProperty('p99RecoverySeconds');
});

test('of a run that drops messages only those in flight wait', () => {
  expect(drawn({ from: 10, to: 12, shed: true })).toMatchObject({ peakBacklog: 2000, drainSeconds: 2 });
});

test('the drain is over by what was usual before, whatever that was', () => {
  const whole = fc.record({
    from: fc.integer({ min: 1, max: 20 }),
    length: fc.integer({ min: 2, max: 10 }),
    rate: fc.integer({ min: 1, max: 100_000 }),
    factor: fc.integer({ min: 2, max: 20 }),
  });
  fc.assert(
    fc.property(whole, ({ from, length, rate, factor }) => {
      const outage = drawn({ from, to: from + length, rate, capacity: rate * factor, seconds: 60 });
      expect(outage.peakBacklog).toBe(length * rate);
      expect(outage.drainSeconds).toBe(Math.ceil(length / (factor - 1)));
      // A second after the backlog is gone, none of its messages is acknowledged any more.
      expect(outage.p99RecoverySeconds).toBe(outage.drainSeconds! + 1);
    }),
  );
});

describe('outages of several workers and kinds', () => {
  const rows = Array.from({ length: 20 }, (_, second) =>
    secondRow({ second, scheduled: 10, sent: 10, acked: 10, failed: 0, p99: 1000, inFlight: 0 }),
  );
  const spans = (measured: Parameters<typeof measureOutages>[0]) =>
    measureOutages(measured, rows, false).map(({ from, to, partial }) => [from, to, partial === true]);

  test('that overlap are one', () => {
    expect(
      spans([
        { fromNs: 5 * SEC, toNs: 8 * SEC },
        { fromNs: 2 * SEC, toNs: 6 * SEC },
      ]),
    ).toEqual([[2, 8, false]]);
  });

  test('of which a part is partial', () => {
    const partial = { fromNs: 4 * SEC, toNs: 9 * SEC, isPartial: true };
    expect(spans([{ fromNs: 2 * SEC, toNs: 4 * SEC }, partial, { fromNs: 12 * SEC, toNs: 14 * SEC }])).toEqual([
      [2, 9, true],
      [12, 14, false],
    ]);
  });
});
