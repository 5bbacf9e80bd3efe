import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LAST_BUCKET, type SparseCounts } from '../../src/recorder/latency-series.ts';
import { packCounts, unpackCounts } from '../../src/recorder/packed-counts.ts';
import { decodeLatencySeries, encodeLatencySeries } from '../../src/result/latency-series-coding.ts';

const count = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
const counts: fc.Arbitrary<SparseCounts> = fc
  .uniqueArray(fc.tuple(fc.nat(LAST_BUCKET), count), { selector: ([bucket]) => bucket })
  .map((pairs) => pairs.toSorted(([a], [b]) => a - b));
const seconds = fc.array(counts, { maxLength: 30 });

test('what is encoded is decoded, second by second', () => {
  fc.assert(
    fc.property(seconds, (series) => {
      expect(decodeLatencySeries(encodeLatencySeries(series))).toEqual(series);
      expect(unpackCounts(series.map(packCounts).join(''))).toEqual(series);
    }),
  );
});

test('an hour of a steady load stays small', () => {
  const hour = Array.from({ length: 3_600 }, (_, second) =>
    Array.from({ length: 30 }, (_, i) => [60 + i, 1 + ((second * 7_919 + i * 104_729) % 4_000)] as const),
  );
  expect(encodeLatencySeries(hour).length).toBeLessThan(350_000);
});

test.each([
  ['no deflate stream', 'AAAA'],
  ['cut off', deflateRawSync(Buffer.from([2, 10, 1, 3])).toString('base64')],
  ['a bucket that there is not', deflateRawSync(Buffer.from([1, 0xff, 0x7f, 1])).toString('base64')],
  ['not base64', '***'],
])('damaged: %s', (_, text) => {
  expect(() => decodeLatencySeries(text)).toThrow(RangeError);
});
