import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holm, holmLevels } from '../../src/statistics/holm.ts';

test('the smallest p value counts as many times as there are comparisons, the next once less', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test('a p value is at most its level exactly where the adjusted one is at most alpha', () => {
  expect(holmLevels([0.001, 0.5, 0.02], 0.05)).toEqual([0.05 / 3, 0.05, 0.025]);
  expect(holmLevels([0.3, 0.001, 0.5, 0.2], 0.05)).toEqual([0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3]);
  const ps = fc.array(
    fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.06, noNaN: true })),
  );
  fc.assert(
    fc.property(ps, (values) => {
      const levels = holmLevels(values, 0.05);
      const adjusted = holm(values);
      const near = (i: number) => Math.abs(adjusted[i]! - 0.05) < 1e-12;
      expect(values.every((p, i) => near(i) || p <= levels[i]! === adjusted[i]! <= 0.05)).toBe(true);
    }),
  );
});
