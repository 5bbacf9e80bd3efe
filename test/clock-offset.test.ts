/** Bounds of the offset of two clocks, against clocks whose offset is known. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hullOf, offsetBetween, offsetBound, type RoundTrip } from '../src/clock-offset.ts';

/** Ours is `aheadUs` ahead of the other; the stamp is put on `outUs` after sending, the answer takes `backUs`. */
function trip(aheadUs: number, atUs: number, outUs: number, backUs: number): RoundTrip {
  const stampMs = Math.floor((atUs + outUs - aheadUs) / 1_000);
  return { sentMs: atUs / 1_000, receivedMs: (atUs + outUs + backUs) / 1_000, stampMs };
}

test('one round trip bounds the offset by its length and the millisecond of the stamp', () => {
  // The other clock reads 1000 ms somewhere between 1250 and 1252 of ours.
  const bound = offsetBound([{ sentMs: 1_250, receivedMs: 1_252, stampMs: 1_000 }]);
  expect(bound).toEqual({ minUs: 249_000, maxUs: 252_000 });
  expect(offsetBound([])).toBeUndefined();
});

test('several bound it more tightly than any of them', () => {
  const bound = offsetBound([
    { sentMs: 10.9, receivedMs: 11.1, stampMs: 10 },
    { sentMs: 20.2, receivedMs: 20.4, stampMs: 19 },
  ]);
  expect(bound!.minUs).toBeCloseTo(200);
  expect(bound!.maxUs).toBeCloseTo(1_100);
});

test('a clock that was set meanwhile widens the bound to both offsets', () => {
  const bound = offsetBound([trip(0, 1_000_000, 200, 200), trip(250_000, 2_000_000, 200, 200)])!;
  expect(bound.minUs).toBeLessThanOrEqual(0);
  expect(bound.maxUs).toBeGreaterThanOrEqual(250_000);
});

test('two machines that know their offset to a third clock know the one between them', () => {
  const between = offsetBetween({ minUs: 100, maxUs: 300 }, { minUs: -50, maxUs: 20 });
  expect(between).toEqual({ minUs: 80, maxUs: 350 });
  expect(hullOf([between, { minUs: 90, maxUs: 400 }])).toEqual({ minUs: 80, maxUs: 400 });
});

test('the offset is inside, whatever it is and however long the ways take', () => {
  const us = fc.integer({ min: 1, max: 50_000 });
  const ahead = fc.integer({ min: -3_600_000_000, max: 3_600_000_000 });
  const times = fc.record({ atUs: fc.integer({ min: 4e9, max: 8e9 }), outUs: us, backUs: us });
  fc.assert(
    fc.property(ahead, fc.array(times, { minLength: 1, maxLength: 10 }), (aheadUs, trips) => {
      const bound = offsetBound(trips.map(({ atUs, outUs, backUs }) => trip(aheadUs, atUs, outUs, backUs)))!;
      // Floating-point milliseconds of this size are good to a nanosecond.
      expect(bound.minUs).toBeLessThanOrEqual(aheadUs + 0.01);
      expect(bound.maxUs).toBeGreaterThanOrEqual(aheadUs - 0.01);
      const shortestUs = Math.min(...trips.map(({ outUs, backUs }) => outUs + backUs));
      expect(bound.maxUs - bound.minUs).toBeLessThanOrEqual(shortestUs + 1_000.01);
    }),
  );
});
