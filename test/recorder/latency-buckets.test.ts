import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketIndex, createHistogram, HIGHEST_US, percentile, record } from '../../src/recorder/histogram.ts';
import { BOUNDS_US, readLatencyBuckets } from '../../src/recorder/latency-buckets.ts';
import { toHdr } from '../../src/result/hdr.ts';

// Spread over the orders of magnitude, some beyond the last bound and some beyond an hour.
const latencyUs = fc.double({ min: 0, max: 33, noNaN: true }).map((exponent) => 2 ** exponent - 1);
const latenciesUs = fc.array(latencyUs, { minLength: 1, maxLength: 60 });

function recorded(values: readonly number[]) {
  const cells = createHistogram();
  for (const value of values) record(cells, value, 1);
  return cells;
}

const close = (expected: number) => expect.closeTo(expected, 3);

test('each bound has the values up to the end of its HDR bucket, counted one by one', () => {
  fc.assert(
    fc.property(fc.array(latenciesUs, { minLength: 1, maxLength: 3 }), (parts) => {
      const { atOrBelow, count, sumUs } = readLatencyBuckets(parts.map(recorded));
      const all = parts.flat();
      const inBound = (boundUs: number) => (us: number) =>
        Math.round(us) <= HIGHEST_US && bucketIndex(Math.round(us)) <= bucketIndex(boundUs);
      expect(atOrBelow).toEqual(BOUNDS_US.map((boundUs) => all.filter(inBound(boundUs)).length));
      expect(count).toBe(all.length);
      expect(sumUs / 1e6).toEqual(close(all.reduce((sum, us) => sum + us, 0) / 1e6));
    }),
  );
});

test('a percentile is at or below a bound exactly where the bound has that share', () => {
  fc.assert(
    fc.property(latenciesUs, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const cells = recorded(values.map((us) => Math.min(us, HIGHEST_US)));
      const { atOrBelow, count } = readLatencyBuckets([cells]);
      const hdrUs = toHdr(cells).getValueAtPercentile(percent);
      const ownUs = percentile(cells, percent, 0) as number;
      const rank = Math.ceil((percent * count) / 100);
      BOUNDS_US.forEach((boundUs, i) => {
        const isReached = atOrBelow[i]! >= rank;
        expect(bucketIndex(hdrUs) <= bucketIndex(boundUs)).toBe(isReached);
        expect(ownUs <= boundUs * 1.001).toBe(isReached);
      });
    }),
  );
});

test('a bound takes less than a thousandth more than it says', () => {
  for (const boundUs of BOUNDS_US) {
    const beyond = Math.ceil(boundUs * 1.001);
    expect(readLatencyBuckets([recorded([boundUs])]).atOrBelow[BOUNDS_US.indexOf(boundUs)]).toBe(1);
    expect(readLatencyBuckets([recorded([beyond])]).atOrBelow[BOUNDS_US.indexOf(boundUs)]).toBe(0);
  }
});

test('cumulative and monotone; what takes more than a minute, or an hour, is in the count alone', () => {
  const { atOrBelow, count } = readLatencyBuckets([recorded([1, 3e3, 61e6, HIGHEST_US * 2])]);
  expect(atOrBelow).toEqual(atOrBelow.toSorted((a, b) => a - b));
  expect(atOrBelow.at(-1)).toBe(2);
  expect(count).toBe(4);
  // 2^32 µs and more: no index of a bucket is made from them.
  expect(readLatencyBuckets([recorded([3e6, 2 ** 32 + 5])])).toMatchObject({ count: 2 });
  expect(readLatencyBuckets([recorded([3e6, 2 ** 32 + 5])]).atOrBelow.at(-1)).toBe(1);
});

test('no histogram, and an empty one, have nothing', () => {
  const none = { atOrBelow: BOUNDS_US.map(() => 0), count: 0, sumUs: 0 };
  expect(readLatencyBuckets([])).toEqual(none);
  expect(readLatencyBuckets([createHistogram()])).toEqual(none);
});
