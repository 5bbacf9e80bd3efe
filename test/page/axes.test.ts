import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logAxis, logTicks, ratioAxis, valueAxis } from '../../src/page/plot/axes.ts';
import { X_UNITS } from '../../src/page/plot/plot.tsx';

const labelsOf = ({ ticks }: { ticks: readonly { label: string }[] }) => ticks.map(({ label }) => label);
const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });

test('every value is on the axis, and some ticks are', () => {
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1, maxLength: 20 }), (values) => {
      for (const { scale, ticks } of [valueAxis(values), logAxis(values, [0, X_UNITS])]) {
        for (const value of values) {
          expect(scale(value)).toBeGreaterThanOrEqual(0);
          expect(scale(value)).toBeLessThanOrEqual(X_UNITS);
        }
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThan(14);
      }
    }),
  );
});

test('values that hardly differ do not fill it', () => {
  const { scale } = valueAxis([2_000, 2_000.1]);
  expect(scale(2_000.1) - scale(2_000)).toBeLessThan(X_UNITS / 500);
});

test('a factor of eight makes it logarithmic', () => {
  const { scale } = valueAxis([1, 10, 100]);
  expect(scale(10) - scale(1)).toBeCloseTo(scale(100) - scale(10));
  expect(labelsOf(valueAxis([1, 7]))).toEqual(['1', '2', '3', '4', '5', '6', '7']);
});

test('many powers of ten have no ticks between them', () => {
  expect(logTicks([1, 60])).toEqual([1, 2, 5, 10, 20, 50]);
  expect(logTicks([0.5, 2_000])).toEqual([1, 10, 100, 1_000]);
  expect(logTicks([31, 34])).toEqual([31, 32, 33, 34]);
});

describe('ratios', () => {
  const at = (ratio: number, low = ratio, high = ratio) => ({ ratio, low, high });

  test('no change is on it, whatever the ratios are', () => {
    for (const ratios of [[], [at(3, 2.9, 3.1)], [at(0.2, 0.1, 0.4)], [at(1.01, 1, 1.02)]]) {
      expect(labelsOf(ratioAxis(ratios))).toContain('0 %');
    }
    expect(labelsOf(ratioAxis([at(1.05, 0.98, 1.12)]))).toEqual(['0 %', '+5 %', '+10 %']);
  });

  test('an interval that is beyond all ratios does not squeeze them', () => {
    const { scale } = ratioAxis([at(2, 0, Number.MAX_VALUE), at(0.5, 0.4, 0.6)]);
    expect(scale(2) - scale(0.5)).toBeGreaterThan(X_UNITS / 4);
  });
});
