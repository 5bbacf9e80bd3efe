import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, medianInterval } from '../../bench/statistics.ts';

const values = fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 });

test('as many values lie below the median as above it', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  fc.assert(
    fc.property(values, (list) => {
      const middle = median(list);
      const below = list.filter((value) => value < middle).length;
      const above = list.filter((value) => value > middle).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(list.length / 2);
    }),
  );
});

test('the interval holds the median and lies within the values', () => {
  fc.assert(
    fc.property(values, (list) => {
      const { low, high } = medianInterval(list, 200);
      expect(low).toBeLessThanOrEqual(median(list));
      expect(high).toBeGreaterThanOrEqual(median(list));
      expect(low).toBeGreaterThanOrEqual(Math.min(...list));
      expect(high).toBeLessThanOrEqual(Math.max(...list));
    }),
    { numRuns: 50 },
  );
});

test('the interval is nearly the exact one of order statistics', () => {
  // Of ten values the bootstrap median's 2.5 % and 97.5 % points lie about the third and eighth smallest, where the
  // sign test's 89 % to 98 % intervals end (order statistics 3 to 8 and 2 to 9).
  const { low, high } = medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(low).toBeGreaterThanOrEqual(2);
  expect(low).toBeLessThanOrEqual(3.5);
  expect(high).toBeGreaterThanOrEqual(7.5);
  expect(high).toBeLessThanOrEqual(9);
});
