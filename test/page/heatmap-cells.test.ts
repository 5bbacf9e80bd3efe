import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COLOURS } from '../../src/page/run/heat-colour.ts';
import { colourClasses, heatmapCells, octaveOf, octaveSums } from '../../src/page/run/heatmap-cells.ts';
import { LAST_BUCKET, messagesIn, type SparseCounts } from '../../src/recorder/latency-series.ts';

const counts: fc.Arbitrary<SparseCounts> = fc
  .uniqueArray(fc.tuple(fc.nat(LAST_BUCKET), fc.integer({ min: 1, max: 1e6 })), { selector: ([bucket]) => bucket })
  .map((entries) => entries.sort(([a], [b]) => a - b));

test('every message is in one cell, however many seconds a column takes', () => {
  fc.assert(
    fc.property(fc.array(counts, { minLength: 1 }), fc.integer({ min: 1, max: 100 }), (some, times) => {
      const seconds = Array.from({ length: some.length * times }, (_, second) => some[second % some.length]!);
      const total = seconds.reduce((sum, each) => sum + messagesIn(each), 0);
      const cells = heatmapCells(seconds);
      expect(cells === null).toBe(total === 0);
      if (cells === null) return;
      const { columns, lowest, highest, rowBuckets, countMax } = cells;
      expect(columns.length).toBeLessThanOrEqual(240);
      expect(columns.reduce((sum, column) => sum + messagesIn(column), 0)).toBe(total);
      const octaves = Array.from({ length: octaveOf(highest) + 1 }, (_, octave) => octave);
      const byOctave = columns.flatMap((column) => octaveSums(column, octaves));
      expect(byOctave.reduce((sum, each) => sum + each, 0)).toBe(total);
      for (const [bucket, count] of columns.flat()) {
        expect(bucket).toBeGreaterThanOrEqual(lowest);
        expect(bucket + rowBuckets - 1).toBeLessThanOrEqual(highest);
        expect(count).toBeLessThanOrEqual(countMax);
      }
    }),
    { numRuns: 20 },
  );
});

test('what is missing between seconds is a gap, not a shift', () => {
  const seconds = [[[9, 4]], [[9, 5]]] as const;
  const { columns } = heatmapCells(seconds, (entry) => 3 * entry + 1)!;
  expect(columns).toEqual([[], [[9, 4]], [], [], [[9, 5]]]);
});

test('colours are few, begin at 1 and grow by a factor', () => {
  expect(colourClasses(1)).toEqual([1]);
  expect(colourClasses(99)).toEqual([1, 2, 5, 10, 20, 50]);
  expect(colourClasses(5_000)).toEqual([1, 3, 10, 30, 100, 300, 1_000, 3_000]);
  expect(colourClasses(2e6)).toEqual([1, 10, 100, 1_000, 1e4, 1e5, 1e6]);
  for (const max of [1, 7, 1e3, 1e9, 1e15]) expect(colourClasses(max).length).toBeLessThanOrEqual(COLOURS);
});
