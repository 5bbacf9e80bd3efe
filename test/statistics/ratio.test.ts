import { expect, test } from 'vitest';
import { runsNeeded, smallestShownEffect } from '../../src/statistics/power.ts';
import { effectSize, pairedRatio, unpairedRatio } from '../../src/statistics/ratio.ts';

test('pairs cancel what a round has in common', () => {
  const base = [10, 20, 40];
  const other = [11, 22.2, 43.8];
  const paired = pairedRatio(base, other)!;
  expect(paired.ratio).toBeCloseTo(1.1016, 4);
  expect(paired.low).toBeGreaterThan(1.07);
  expect(paired.p).toBeLessThan(0.01);
  const unpaired = unpairedRatio(base, other)!;
  expect(unpaired.ratio).toBeCloseTo(paired.ratio, 12);
  expect(unpaired.low).toBeLessThan(0.5);
  expect(unpaired.p).toBeGreaterThan(0.8);
});

test('sides exchanged, the ratio is turned over', () => {
  const [base, other] = [
    [3, 4, 5, 4],
    [5, 4, 6, 7],
  ] as const;
  for (const compare of [pairedRatio, unpairedRatio]) {
    const [there, back] = [compare(base, other)!, compare(other, base)!];
    expect(there.ratio * back.ratio).toBeCloseTo(1, 12);
    expect(there.low * back.high).toBeCloseTo(1, 12);
    expect(there.p).toBeCloseTo(back.p, 12);
  }
});

test('one run, unequal rounds and values without a logarithm have no interval', () => {
  for (const compare of [pairedRatio, unpairedRatio]) {
    expect(compare([1], [2])).toBeNull();
    expect(compare([1, 0], [2, 3])).toBeNull();
    expect(compare([1, 2], [2, Number.NaN])).toBeNull();
    expect(compare([1, 2], [2, Number.POSITIVE_INFINITY])).toBeNull();
  }
  expect(pairedRatio([1, 2, 3], [1, 2])).toBeNull();
  expect(unpairedRatio([1, 2, 3], [1, 2])).not.toBeNull();
  expect(effectSize([1], [2, 3])).toBeNull();
});

test('runs without spread differ, or do not', () => {
  for (const compare of [pairedRatio, unpairedRatio]) {
    expect(compare([5, 5, 5], [5, 5, 5])).toMatchObject({ ratio: 1, low: 1, high: 1, p: 1 });
    const differing = compare([5, 5, 5], [10, 10, 10])!;
    expect(differing.p).toBe(0);
    expect(differing.low).toBeCloseTo(2, 12);
    expect(smallestShownEffect(differing)).toBe(0);
  }
  expect(effectSize([5, 5], [5, 5])).toEqual({ d: null, superiority: 0.5 });
});

test('an effect size is in standard deviations and in pairs', () => {
  const { d, superiority } = effectSize([1, Math.E, Math.E ** 2], [Math.E, Math.E ** 2, Math.E ** 3])!;
  expect(d).toBeCloseTo(1 - 3 / 15, 12);
  expect(superiority).toBeCloseTo((3 + 2 * 0.5 + 2 + 1 * 0.5 + 1 * 0) / 9 + 0.5 / 9, 1);
});

test('noise beyond measure has no smallest effect, and an effect of nothing no number of rounds', () => {
  expect(smallestShownEffect(pairedRatio([1, 1], [1, 1000])!)).toBe(Number.POSITIVE_INFINITY);
  expect(runsNeeded(0.07, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(runsNeeded(0.07, 1e-9)).toBe(Number.POSITIVE_INFINITY);
  expect(runsNeeded(0, 0.1)).toBe(2);
  expect(runsNeeded(0.07, -0.1)).toBeLessThan(runsNeeded(0.07, 0.1));
});
