import { describe, expect, test } from 'vitest';
import type { PlainFieldRule } from '../../../../src/workload/record-plan.ts';
import type { AvroNode, Logical } from '../../../../src/workload/schema/reading/avro-node.ts';
import { normalQuantile, shareWithin } from '../../../../src/workload/schema/values/distribution.ts';
import { Draws, newMoment } from '../../../../src/workload/schema/values/draws.ts';
import { openNumbers, spanOf } from '../../../../src/workload/schema/values/number-rule.ts';
import { chiSquareZ } from '../../statistics.ts';

const INT: AvroNode = { kind: 'int', logical: null };
const DOUBLE: AvroNode = { kind: 'double', logical: null };
const decimal = (precision: number, scale: number): AvroNode => {
  return { kind: 'bytes', logical: { type: 'decimal', precision, scale } };
};

/** The first numbers of a field by a rule, one of each record. */
function numbersOf(node: AvroNode, rule: PlainFieldRule, count = 500) {
  const moment = newMoment();
  const at = { draws: new Draws(42, 'test', 0), path: 'field', exact: false, moment };
  const source = openNumbers(node, spanOf(node)!, rule, at);
  const numbers = Array.from({ length: count }, (_, body) => {
    moment.body = body;
    return source.draw(body);
  });
  return { ...source, numbers };
}

const distinct = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b);

describe('numbers that a type holds', () => {
  test('a time of the day ends before the next one, a decimal with its digits, of which a double has 15', () => {
    const time = (kind: 'int' | 'long', type: Logical['type']) => spanOf({ kind, logical: { type } as Logical });
    expect(time('int', 'time-millis')).toEqual({ min: 0, max: 86_399_999, decimals: 0 });
    expect(time('long', 'time-micros')).toEqual({ min: 0, max: 86_399_999_999, decimals: 0 });
    expect(spanOf(decimal(4, 1))).toEqual({ min: -999.9, max: 999.9, decimals: 1 });
    expect(spanOf(decimal(30, 2))).toEqual({ min: -9_999_999_999_999.99, max: 9_999_999_999_999.99, decimals: 2 });
  });

  test('without a rule no more than it holds', () => {
    const { max, numbers } = numbersOf(decimal(1, 0), {});
    expect([max, distinct(numbers)]).toEqual([9, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });

  test.each<[string, AvroNode, number, number]>([
    ['an int', INT, 999_999, 0],
    ['a long', { kind: 'long', logical: null }, 999_999, 0],
    ['a double', DOUBLE, 1000, 2],
    ['a float', { kind: 'float', logical: null }, 1000, 2],
    ['a decimal with room', decimal(12, 5), 1000, 5],
    ['a decimal without', decimal(4, 3), 9.999, 3],
    ['a time of the day', { kind: 'int', logical: { type: 'time-millis' } }, 86_399_999, 0],
  ])('%s: up to as much, in as many digits', (_, node, max, digits) => {
    const { numbers, ...span } = numbersOf(node, {}, 2000);
    expect(span).toMatchObject({ min: 0, max, decimals: digits });
    // The least and the greatest of 2000 are that far from the ends once in e^20.
    expect(Math.min(...numbers)).toBeLessThan(max / 100);
    expect(Math.max(...numbers)).toBeGreaterThan(max * 0.99);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(max);
    const behind = numbers.map((each) => (String(each).split('.')[1] ?? '').length);
    expect(Math.max(...behind)).toBe(digits);
  });
});

describe('numbers by a rule', () => {
  test.each<[number, number, number[]]>([
    // 1.1 · 100 is a little more than 110, 0.29 · 100 a little less than 29.
    [1.1, 1.12, [1.1, 1.11, 1.12]],
    [0.27, 0.29, [0.27, 0.28, 0.29]],
    [0.004, 0.016, [0.01]],
  ])('from %d to %d in hundredths', (from, to, all) => {
    expect(distinct(numbersOf(decimal(6, 2), { range: [from, to] }).numbers)).toEqual(all);
  });

  test('a sequence starts over where the type ends, upwards and downwards', () => {
    const [min, max] = [-(2 ** 31), 2 ** 31 - 1];
    expect(numbersOf(INT, { sequence: { start: max - 1, step: 2 } }, 3).numbers).toEqual([max - 1, min, min + 2]);
    expect(numbersOf(INT, { sequence: { start: min, step: -1 } }, 3).numbers).toEqual([min, max, max - 1]);
  });

  test('of a distribution wider than its type the rest does not occur: nothing piles up at the bounds', () => {
    const normal = { mean: 0, stddev: 2 ** 31 };
    const { numbers } = numbersOf(INT, { distribution: { normal } }, 10_000);
    const bounds = [-1, -0.99, -0.5, 0, 0.5, 0.99, 1].map((x) => x * 2 ** 31);
    const counts = bounds.slice(1).map((to, i) => numbers.filter((each) => each >= bounds[i]! && each < to).length);
    // Abramowitz and Stegun, table 26.1: the share between 0 and 0.5, 0.99, 1 standard deviations.
    const [half, max, all] = [0.1914624612740131, 0.338912940489169, 0.3413447460685429];
    const upper = [half, max - half, all - max].map((share) => share / all / 2);
    expect(Math.abs(chiSquareZ(counts, [...upper.toReversed(), ...upper]))).toBeLessThan(4);
  });

  test('a sequence has the digits of its field, and none of the error of adding them up', () => {
    const tenths = { sequence: { start: 0, step: 0.1 } };
    expect(numbersOf(decimal(6, 2), tenths, 8).numbers).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(numbersOf(DOUBLE, { ...tenths, decimals: 1 }, 4).numbers).toEqual([0, 0.1, 0.2, 0.3]);
    expect(numbersOf(DOUBLE, tenths, 4).numbers).toEqual([0, 1 * 0.1, 2 * 0.1, 3 * 0.1]);
    // From 9.9 on to -9.9, and for whole numbers from 9 to -9.
    expect(numbersOf(decimal(2, 1), { sequence: { start: 9.8, step: 0.1 } }, 4).numbers).toEqual([
      9.8, 9.9, -9.9, -9.8,
    ]);
    expect(numbersOf(decimal(2, 1), { sequence: { start: 8, step: 1 } }, 4).numbers).toEqual([8, 9, -9, -8]);
    expect(numbersOf(decimal(2, 1), { sequence: { start: -9.8, step: -0.1 } }, 3).numbers).toEqual([-9.8, -9.9, 9.9]);
  });

  test('a distribution stays within the type, and finite', () => {
    const wide = { mean: 0, stddev: 1e12, min: -1e12, max: 1e12 };
    const { min, max, numbers } = numbersOf(INT, { distribution: { normal: wide } });
    expect([min, max]).toEqual([-(2 ** 31), 2 ** 31 - 1]);
    for (const each of numbers) expect(each >= min && each <= max).toBe(true);
    const far = numbersOf(DOUBLE, { distribution: { normal: { mean: 1e308, stddev: 1 } }, decimals: 2 });
    expect(distinct(far.numbers)).toEqual([1e308]);
  });
});

describe('the normal distribution', () => {
  const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

  /** Share below −x: by the series around 0 (Abramowitz and Stegun 26.2.11), from 3 on by Laplace's fraction (26.2.14). */
  function tail(x: number): number {
    if (x < 3) {
      let [sum, term] = [x, x];
      for (let k = 1; k < 100; k++) {
        term *= (x * x) / (2 * k + 1);
        sum += term;
      }
      return 0.5 - density(x) * sum;
    }
    let fraction = x;
    for (let k = 300; k > 0; k--) fraction = x + k / fraction;
    return density(x) / fraction;
  }

  test('its quantile is the inverse of its share, in the middle, in the tails and far out in them', () => {
    const shares = Array.from({ length: 500 }, (_, i) => 0.5 * 2 ** (-i / 9.4));
    expect(shares.at(-1)).toBeLessThan(2 ** -53);
    for (const share of shares) {
      const x = normalQuantile(share);
      expect(Math.abs(tail(-x) / share - 1)).toBeLessThan(1e-11);
      if (share > 0.01) expect(normalQuantile(1 - share)).toBeCloseTo(-x, 12);
    }
  });

  test('what of it a type can hold lies between both their bounds', () => {
    const normal = { mean: 0, stddev: 1 };
    expect(shareWithin({ normal })).toBe(1);
    expect(shareWithin({ normal }, { min: 0 })).toBeCloseTo(0.5, 12);
    expect(shareWithin({ normal }, { max: 0 })).toBeCloseTo(0.5, 12);
    expect(shareWithin({ normal: { ...normal, min: -1, max: 2 } }, { min: -2, max: 1 })).toBeCloseTo(
      1 - 2 * tail(1),
      12,
    );
    expect(shareWithin({ normal: { ...normal, min: 1 } }, { max: 0 })).toBe(0);
  });
});
