import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chiSquareAbove, goodnessOfFit } from '../../src/result/chi-square.ts';
import { CounterRng } from '../../src/workload/random.ts';

describe('the probability of a greater χ²', () => {
  // Critical values of the tables in any book on statistics.
  test.each([
    [3.841, 1, 0.05],
    [10.828, 1, 0.001],
    [5.991, 2, 0.05],
    [7.815, 3, 0.05],
    [16.266, 3, 0.001],
    [18.307, 10, 0.05],
    [124.342, 100, 0.05],
  ])('above %d with %d degrees of freedom: %d', (x, degreesOfFreedom, p) => {
    expect(chiSquareAbove(x, degreesOfFreedom) / p).toBeCloseTo(1, 2);
  });

  test('is the integral of its density', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 60 }), fc.double({ min: 0.5, max: 120, noNaN: true }), (df, x) => {
        expect(chiSquareAbove(x, df)).toBeCloseTo(1 - integral(x, df), 5);
      }),
      { numRuns: 50 },
    );
  });

  test('does not get lost in the tail, nor with many degrees of freedom', () => {
    expect(chiSquareAbove(0, 3)).toBe(1);
    expect(chiSquareAbove(Number.MIN_VALUE, 3)).toBe(1);
    // e^-50, exactly, with two degrees of freedom.
    expect(chiSquareAbove(100, 2) / Math.exp(-50)).toBeCloseTo(1, 10);
    expect(chiSquareAbove(2000, 2000)).toBeGreaterThan(0.45);
    expect(chiSquareAbove(2000, 2000)).toBeLessThan(0.5);
    expect(chiSquareAbove(2000, 1999)).toBeGreaterThan(0.45);
  });

  // erfc(√(x / 2)), from tables to 16 digits.
  test.each([
    [0.02, 0.887537083981715],
    [2, 0.157299207050285],
    [8, 0.00467773498104727],
    [18, 2.20904969985854e-5],
  ])('above %d with one degree of freedom to six digits: %d', (x, p) => {
    expect(chiSquareAbove(x, 1) / p).toBeCloseTo(1, 6);
  });

  test('is none above 1, however it is rounded', () => {
    const probability = fc.tuple(fc.double({ min: 0, max: 1e-3, noNaN: true }), fc.integer({ min: 1, max: 30 }));
    fc.assert(fc.property(probability, ([x, df]) => chiSquareAbove(x, df) <= 1));
  });
});

/** Of the χ² density from 0 to x, by Simpson's rule; Γ(df / 2) by its product. */
function integral(x: number, df: number): number {
  const half = df / 2;
  let gamma = df % 2 === 0 ? 1 : Math.sqrt(Math.PI);
  for (let a = df % 2 === 0 ? 1 : 0.5; a < half; a++) gamma *= a;
  const density = (t: number) => Math.exp((half - 1) * Math.log(t) - t / 2 - half * Math.LN2) / gamma;
  const steps = 4000;
  const width = x / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const t = Math.max(i * width, 1e-12);
    sum += density(t) * (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2);
  }
  return (sum * width) / 3;
}

describe('goodness of fit', () => {
  test('exact counts fit exactly', () => {
    expect(goodnessOfFit([930, 40, 20, 10], [0.93, 0.04, 0.02, 0.01])).toEqual({
      chiSquare: 0,
      degreesOfFreedom: 3,
      p: 1,
    });
  });

  test('χ² by hand', () => {
    const fit = goodnessOfFit([44, 56], [0.5, 0.5])!;
    expect(fit).toMatchObject({ chiSquare: 1.44, degreesOfFreedom: 1 });
    expect(fit.p).toBeCloseTo(0.2301, 4);
  });

  test('values expected in fewer than five records are one, and if that is too few, with the next', () => {
    expect(goodnessOfFit([90, 4, 3, 3], [0.9, 0.04, 0.03, 0.03])!.degreesOfFreedom).toBe(1);
    // 1 and 2 expected: not even 5 together. With the 37 they are 40, of which there are as many.
    const fit = goodnessOfFit([60, 30, 7, 3], [0.6, 0.37, 0.02, 0.01])!;
    expect([fit.degreesOfFreedom, fit.chiSquare]).toEqual([1, expect.closeTo(0, 9)]);
    expect(goodnessOfFit([90, 10], [0.95, 0.05])!.degreesOfFreedom).toBe(1);
    expect(goodnessOfFit([0, 0, 100], [0.06, 0.5, 0.44])!.degreesOfFreedom).toBe(2);
  });

  test('nothing to test: one value, no records, or too few for two cells', () => {
    expect(goodnessOfFit([100], [1])).toBeUndefined();
    expect(goodnessOfFit([0, 0], [0.5, 0.5])).toBeUndefined();
    expect(goodnessOfFit([9, 1], [0.93, 0.07])).toBeUndefined();
  });

  test('of draws by the weights p is below a tenth in a tenth of all cases', () => {
    const shares = [0.6, 0.25, 0.1, 0.05];
    const bounds = [0.6, 0.85, 0.95];
    let below = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const rng = new CounterRng(seed, 'p');
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < 1000; i++) counts[bounds.filter((bound) => rng.uniform(i) >= bound).length]!++;
      if (goodnessOfFit(counts, shares)!.p < 0.1) below += 1;
    }
    expect(below).toBeGreaterThan(160);
    expect(below).toBeLessThan(240);
  });
});
