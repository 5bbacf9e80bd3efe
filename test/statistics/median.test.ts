import { expect, test } from 'vitest';
import { medianInterval } from '../../src/statistics/median.ts';

test('a single run has no interval', () => {
  expect(medianInterval([7])).toEqual({ median: 7, low: 7, high: 7, coverage: 0 });
});

test('up to five runs the interval is on logarithms and holds the median', () => {
  const { median, low, high, coverage } = medianInterval([8, 1, 2]);
  expect(median).toBe(2);
  expect(coverage).toBe(0.95);
  expect(low * high).toBeCloseTo(16 ** (2 / 3), 8);
  expect(low).toBeLessThan(1);
  expect(high).toBeGreaterThan(8);
});

test('zeros have an interval as well', () => {
  const { median, low, high } = medianInterval([0, 0, 3]);
  expect(median).toBe(0);
  expect((low + high) / 2).toBeCloseTo(1, 12);
});

test('from six runs on its ends are runs', () => {
  expect(medianInterval([5, 1, 4, 2, 6, 3])).toEqual({ median: 3.5, low: 1, high: 6, coverage: 1 - 2 / 64 });
  const ten = Array.from({ length: 10 }, (_, i) => i + 1);
  expect(medianInterval(ten)).toMatchObject({ low: 2, high: 9 });
  expect(medianInterval(ten, 0.001)).toMatchObject({ coverage: 0.999 });
});
