import { expect, test } from 'vitest';
import { alphaAtLook, looksUpTo } from '../../src/statistics/looks.ts';

test('an experiment looks at its end, and not just before', () => {
  expect(looksUpTo(20)).toEqual([5, 8, 12, 20]);
  expect(looksUpTo(10)).toEqual([5, 8, 10]);
  expect(looksUpTo(9)).toEqual([5, 9]);
  expect(looksUpTo(5)).toEqual([5]);
  expect(looksUpTo(3)).toEqual([3]);
  expect(looksUpTo(100)).toEqual([5, 8, 12, 20, 32, 50, 80, 100]);
});

test('the levels of all looks sum to alpha', () => {
  for (let limit = 2; limit < 150; limit++) {
    const levels = Array.from({ length: limit }, (_, i) => alphaAtLook(i + 1, limit, 0.1) ?? 0);
    expect(levels.reduce((sum, level) => sum + level, 0)).toBeCloseTo(0.1, 12);
  }
  expect(alphaAtLook(6, 20)).toBeNull();
  expect(alphaAtLook(20, 20)).toBe(0.0125);
});
