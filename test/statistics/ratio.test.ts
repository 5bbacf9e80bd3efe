import { expect, test } from 'vitest';
import { runsNeeded, smallestShownEffect } from '../../src/statistics/power.ts';
import { effectSize, pairedRatio, unpairedRatio } from '../../src/statistics/ratio.ts';
import { Draws, share } from './simulation.ts';
import { FALSE_ALARMS_MAX } from './tables.ts';

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

test('runs without spread differ by more than a figure is rounded, or do not', () => {
  for (const compare of [pairedRatio, unpairedRatio]) {
    expect(compare([5, 5, 5], [5, 5, 5])).toMatchObject({ ratio: 1, p: expect.closeTo(1, 12) });
    expect(compare([5, 5], [5.005, 5.005])!.p).toBeGreaterThan(0.05);
    const differing = compare([5, 5, 5], [5.1, 5.1, 5.1])!;
    expect(differing.p).toBeLessThan(0.001);
    expect(differing.low).toBeGreaterThan(1.015);
    expect(smallestShownEffect(differing)).toBeLessThan(0.002);
  }
  expect(effectSize([5, 5], [5, 5])).toEqual({ d: null, superiority: 0.5 });
});

test.each([2, 3, 5])('figures of %i runs, rounded as a histogram does, do not differ by that', (n) => {
  const draws = new Draws('rounded');
  const run = () => Math.round(1024 * 1.3 * Math.exp(0.0004 * draws.normal())) / 1024;
  const runs = () => Array.from({ length: n }, run);
  for (const compare of [pairedRatio, unpairedRatio]) {
    expect(share(2000, () => compare(runs(), runs())!.p <= 0.05)).toBeLessThan(FALSE_ALARMS_MAX);
  }
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
