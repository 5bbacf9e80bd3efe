import fc from 'fast-check';
import { expect, test } from 'vitest';
import { POINTS_MAX, type Point, reducePoints } from '../../src/page/reduce.ts';

const values = fc.array(fc.option(fc.integer({ min: -1e6, max: 1e6 }), { nil: null, freq: 5 }), { maxLength: 5_000 });

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
    { numRuns: 50 },
  );
});

test('the spike of one second in an hour stays, and so does the gap after it', () => {
  const points = Array.from({ length: 3_600 }, (_, x) => ({
    x,
    y: x === 1_800 ? 999 : x > 1_800 && x < 1_900 ? null : 1,
  }));
  const reduced = reducePoints(points);
  expect(reduced).toContainEqual({ x: 1_800, y: 999 });
  expect(reduced.some(({ x, y }) => y === null && x > 1_800 && x < 1_900)).toBe(true);
});
