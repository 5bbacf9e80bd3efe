import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BUCKET_CELLS,
  bucketIndex,
  bucketLowest,
  createHistogram,
  HIGHEST_US,
  record,
  totalCount,
} from '../../src/recorder/histogram.ts';
import {
  addCounts,
  BUCKETS_PER_OCTAVE,
  bucketOf,
  bucketRangeUs,
  coarsen,
  LAST_BUCKET,
  messagesIn,
} from '../../src/recorder/latency-series.ts';

const valueUs = fc.oneof(
  fc.nat(HIGHEST_US),
  fc.nat(5_000),
  fc.nat(31).map((octave) => 2 ** octave),
);

test('the buckets divide the whole µs up to an hour among them: each ends where the next one begins', () => {
  expect(bucketRangeUs(0).fromUs).toBe(0);
  for (let bucket = 0; bucket < LAST_BUCKET; bucket++) {
    expect(bucketRangeUs(bucket).toUs).toBe(bucketRangeUs(bucket + 1).fromUs);
  }
  expect(bucketRangeUs(LAST_BUCKET).toUs).toBeGreaterThan(HIGHEST_US);
});

test('a value lies in the range of its bucket, and the bounds of a range in their buckets', () => {
  fc.assert(
    fc.property(valueUs, (us) => {
      const bucket = bucketOf(us);
      const { fromUs, toUs } = bucketRangeUs(bucket);
      expect(fromUs <= us && us < toUs).toBe(true);
      expect(bucketOf(fromUs)).toBe(bucket);
      expect(bucketOf(toUs)).toBe(Math.min(bucket + 1, LAST_BUCKET));
    }),
  );
});

test('an octave has eight buckets, and none is wider than an eighth of where it begins', () => {
  for (let octave = 3; octave < 31; octave++) {
    expect(bucketOf(2 ** (octave + 1)) - bucketOf(2 ** octave)).toBe(BUCKETS_PER_OCTAVE);
  }
  for (let bucket = BUCKETS_PER_OCTAVE; bucket <= LAST_BUCKET; bucket++) {
    const { fromUs, toUs } = bucketRangeUs(bucket);
    expect((toUs - fromUs) / fromUs).toBeLessThanOrEqual(1 / BUCKETS_PER_OCTAVE);
  }
});

test('what is longer than an hour is in the last bucket', () => {
  for (const us of [HIGHEST_US, HIGHEST_US + 1, 2 ** 32, Number.POSITIVE_INFINITY]) {
    expect(bucketOf(us)).toBe(LAST_BUCKET);
  }
});

test('every HdrHistogram bucket lies in one coarse bucket', () => {
  for (let cell = 0; cell <= bucketIndex(HIGHEST_US); cell++) {
    const highest = Math.min(HIGHEST_US, bucketLowest(cell + 1) - 1);
    expect(bucketOf(highest)).toBe(bucketOf(bucketLowest(cell)));
  }
});

/** The slow and obvious way. */
function countOneByOne(values: readonly number[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const us of values) {
    const bucket = bucketOf(Math.max(0, Math.round(us)));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

test('coarse counts are those of the values one by one, and all that the histogram has', () => {
  const latencyUs = fc.oneof(valueUs, fc.integer({ min: -5, max: 3e10 }), fc.double({ min: 0, max: 1e7, noNaN: true }));
  fc.assert(
    fc.property(fc.array(latencyUs, { maxLength: 200 }), (values) => {
      const histogram = createHistogram();
      for (const us of values) record(histogram, us, 1);
      expect(coarsen(histogram)).toEqual(countOneByOne(values));
      expect(messagesIn(coarsen(histogram))).toBe(totalCount(histogram));
    }),
  );
});

test('no bucket of the histogram is passed over', () => {
  const histogram = createHistogram();
  for (let cell = 0; cell < BUCKET_CELLS; cell++) histogram[cell] = 1;
  expect(messagesIn(coarsen(histogram))).toBe(BUCKET_CELLS);
});

test('counts are added bucket by bucket', () => {
  const values = fc.array(valueUs, { maxLength: 50 });
  fc.assert(
    fc.property(values, values, (some, others) => {
      expect(addCounts(countOneByOne(some), countOneByOne(others))).toEqual(countOneByOne([...some, ...others]));
    }),
  );
});
