/** What a shard sends is what its collector reads, however large. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistogram, EXTREMES, OVERFLOW_BUCKET } from '../../src/recorder/histogram.ts';
import { decodeMessage, encodeSecond, nextPlace, type SecondMessage } from '../../src/shards/data-message.ts';
import { WEIGHTS, weightOf } from '../../src/shards/final-report.ts';
import { LatencyIntake, PagedCounts } from '../../src/shards/sparse-histogram.ts';

const HEAD = { shard: 1, shards: 3, instance: '0123456789abcdef', sequence: 7 };
const FACTS = {
  ...{ ...HEAD, joinedNs: 0, state: 2, cpuMs: 40, rssBytes: 2e8, latencySecond: 3, loops: [], cells: [], rows: [] },
  counts: [{ second: 3, lane: 0, sent: 5, acked: 4, failed: 1 }],
};
const LARGE = 6_000;

/** Counts by bucket; small ones most of all. */
const drawn = fc
  .uniqueArray(
    fc.tuple(
      fc.oneof(fc.nat(600), fc.nat(OVERFLOW_BUCKET)),
      fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 20 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 37 }) },
      ),
    ),
    { selector: ([bucket]) => bucket, maxLength: 400 },
  )
  .map((cells) => cells.toSorted(([a], [b]) => a - b));

test('histograms come as they were sent: counts of any size, in messages of any size', () => {
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 3 }), fc.constantFrom(1, LARGE), (histograms, many) => {
      // Every bucket of a large one has a message, so that it is deflated.
      const filled = Array.from({ length: many === 1 ? 0 : 3 * LARGE }, (_, bucket): [number, number] => [bucket, 1]);
      const all = [...histograms, filled];
      const bytes = encodeSecond(
        FACTS,
        all.map((cells, place) => ({
          ...{ place, buckets: Int32Array.from(cells, ([bucket]) => bucket) },
          ...{ counts: Float64Array.from(cells, ([, count]) => count), min: 1.5, max: 9.25, sum: 1e9 + place },
        })),
      );
      const { histograms: from, ...facts } = decodeMessage(bytes) as SecondMessage;
      expect(facts).toEqual({ ...FACTS, kind: 'second' });
      if (many === LARGE) expect(bytes.length).toBeLessThan(LARGE + 12 * histograms.flat().length);
      for (const [place, cells] of all.entries()) {
        expect(nextPlace(from)).toBe(place);
        const [into, second, ofSecond] = [createHistogram(), new PagedCounts(), createHistogram()];
        const intake = new LatencyIntake(into);
        const added = intake.add(from, second);
        intake.flush();
        const count = cells.reduce((sum, [, own]) => sum + own, 0);
        const weight = cells.reduce((sum, [bucket, own]) => (sum + weightOf(bucket, own)) % WEIGHTS, 0);
        expect(added).toEqual({ count, weight, min: 1.5, max: 9.25, sum: 1e9 + place });
        expect(into[EXTREMES.total]).toBe(count);
        second.addTo(ofSecond);
        expect(cells.map(([bucket]) => [bucket, into[bucket]])).toEqual(cells);
        expect(cells.map(([bucket]) => ofSecond[bucket])).toEqual(cells.map(([, own]) => own % 2 ** 32));
      }
      expect(nextPlace(from)).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});
