import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POINTS_MAX, type Point, reducePoints } from '../../src/page/plot/reduce.ts';

/** Long ones, of which arrays made by fast-check are few, and slow to shrink. */
const values = fc.tuple(fc.nat(5_000), fc.nat(1e6)).map(([length, seed]) =>
  Array.from({ length }, (_, i) => {
    const noise = ((i + 1) * 2_654_435_761 + seed * 40_503) % 1_000_003;
    return noise % 5 === 0 ? null : noise - 500_000;
  }),
);

test('no extreme disappears, the order stays, and there are few points', () => {
  fc.assert(
    fc.property(values, (ys) => {
      const points: Point[] = ys.map((y, x) => ({ x, y }));
      const reduced = reducePoints(points);
      expect(reduced.length).toBeLessThanOrEqual(Math.min(POINTS_MAX, points.length));
      const known = (list: readonly Point[]) => list.flatMap(({ y }) => y ?? []);
      expect(Math.max(...known(reduced))).toBe(Math.max(...known(points)));
      expect(Math.min(...known(reduced))).toBe(Math.min(...known(points)));
      for (const [i, { x, y }] of reduced.entries()) {
        expect(y).toBe(ys[x]);
        if (i > 0) expect(x).toBeGreaterThan(reduced[i - 1]!.x);
      }
    }),
    { numRuns: 20 },
  );
});

test('the spike of one second in an hour stays, and so does the gap after it', () => {
  const points = Array.from({ length: 3_600 }, (_, x) => ({
    x,
    y: x === 1_804 ? 999 : x > 1_804 && x < 1_900 ? null : 1,
  }));
  const reduced = reducePoints(points);
  expect(reduced).toContainEqual({ x: 1_804, y: 999 });
  expect(reduced.some(({ x, y }) => y === null && x > 1_804 && x < 1_900)).toBe(true);
});
