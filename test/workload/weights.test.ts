import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CounterRng } from '../../src/workload/random.ts';
import { Deal, leastCommonMultiple, uniform01, Weights } from '../../src/workload/weights.ts';
import { chiSquareZ } from './statistics.ts';

const someWeights = fc
  .array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => Object.fromEntries(weights.map((weight, i) => [`v${i}`, weight / 10])));

function counts(weights: Weights, uniform: { uniform(body: number): number }, n: number): number[] {
  const seen = weights.values.map(() => 0);
  for (let body = 0; body < n; body++) seen[weights.pick(uniform.uniform(body))]!++;
  return seen;
}

describe('Weights', () => {
  test('reduces its denominator', () => {
    expect(new Weights({ SUCCESS: 94, FAILED: 4, TIMEOUT: 2 }).denominator).toBe(50);
    expect(new Weights({ a: 0.5, b: 0.5 }).denominator).toBe(2);
    expect(new Weights({ a: 99.9, b: 0.1 }).denominator).toBe(1000);
    expect(new Weights({ only: 3, never: 0 })).toMatchObject({ denominator: 1, values: ['only'] });
  });

  test('gives a value its share from where the one before it ends', () => {
    const weights = new Weights({ a: 1, b: 2, c: 1 });
    expect([0, 0.249, 0.25, 0.749, 0.75, 1 - 2 ** -53].map((unit) => weights.values[weights.pick(unit)])).toEqual([
      'a',
      'a',
      'b',
      'b',
      'c',
      'c',
    ]);
    expect([weights.within(0, 0.125), weights.within(1, 0.25), weights.within(1, 0.5)]).toEqual([0.5, 0, 0.5]);
  });

  test('refuses weights that choose nothing', () => {
    expect(() => new Weights({ a: 0 })).toThrow('no weight above zero');
  });

  test('is exact over any multiple of the denominator', () => {
    fc.assert(
      fc.property(someWeights, fc.integer({ min: 1, max: 3 }), fc.integer(), (given, multiple, seed) => {
        const weights = new Weights(given);
        const n = weights.denominator * multiple;
        const total = Object.values(given).reduce((sum, weight) => sum + weight, 0);
        const expected = weights.values.map((value) => Math.round((given[value]! * n) / total));
        expect(counts(weights, new Deal(new CounterRng(seed), n), n)).toEqual(expected);
      }),
    );
  });

  test('is off by less than one record over any other pool', () => {
    fc.assert(
      fc.property(someWeights, fc.integer({ min: 1, max: 500 }), (given, n) => {
        const weights = new Weights(given);
        const total = Object.values(given).reduce((sum, weight) => sum + weight, 0);
        for (const [i, count] of counts(weights, new Deal(new CounterRng(1), n), n).entries()) {
          expect(Math.abs(count - (given[weights.values[i]!]! * n) / total)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('is exact for a second choice within each value of the first', () => {
    fc.assert(
      fc.property(someWeights, someWeights, fc.integer(), (first, second, seed) => {
        const [outer, inner] = [new Weights(first), new Weights(second)];
        const n = outer.denominator * inner.denominator;
        fc.pre(n < 200_000);
        const deal = new Deal(new CounterRng(seed), n);
        const seen = outer.values.map(() => inner.values.map(() => 0));
        for (let body = 0; body < n; body++) {
          const choice = outer.pick(deal.uniform(body));
          seen[choice]![inner.pick(outer.within(choice, deal.uniform(body)))]!++;
        }
        const share = (of: Weights, given: Record<string, number>) => {
          const total = Object.values(given).reduce((sum, weight) => sum + weight, 0);
          return of.values.map((value) => given[value]! / total);
        };
        const [outerShare, innerShare] = [share(outer, first), share(inner, second)];
        expect(seen).toEqual(outerShare.map((p) => innerShare.map((q) => Math.round(p * q * n))));
      }),
      { numRuns: 30 },
    );
  });

  test('draws by its weights for fresh records', () => {
    const weights = new Weights({ a: 94, b: 4, c: 1.5, d: 0.5 });
    const seen = counts(weights, uniform01(42, 'test', 'field', 0), 1_000_000);
    expect(Math.abs(chiSquareZ(seen, [0.94, 0.04, 0.015, 0.005]))).toBeLessThan(4);
  });
});

describe('Deal', () => {
  test('deals each part of the interval once, in an order that depends on the RNG', () => {
    const order = (seed: number) => {
      const deal = new Deal(new CounterRng(seed), 1000);
      return Array.from({ length: 1000 }, (_, body) => Math.floor(deal.uniform(body) * 1000));
    };
    expect(order(1).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(order(1)).not.toEqual(order(2));
    const inPlace = order(1).filter((part, body) => part === body).length;
    expect(inPlace).toBeLessThan(8);
  });

  test('brings every part to every place equally often', () => {
    const table = new Uint32Array(36);
    for (let seed = 0; seed < 20_000; seed++) {
      const deal = new Deal(new CounterRng(seed), 6);
      for (let body = 0; body < 6; body++) table[body * 6 + Math.floor(deal.uniform(body) * 6)]!++;
    }
    expect(chiSquareZ(table)).toBeLessThan(4);
  });
});

test('leastCommonMultiple is the least multiple of both', () => {
  const small = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(small, small, (a, b) => {
      let multiple = a;
      while (multiple % b !== 0) multiple += a;
      expect(leastCommonMultiple(a, b)).toBe(multiple);
    }),
  );
});
