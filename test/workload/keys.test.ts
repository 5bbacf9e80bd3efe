import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeInteger } from '../../src/workload/encoding/digits.ts';
import { openKey, Zipf } from '../../src/workload/keys.ts';
import type { KeySpec } from '../../src/workload/record-plan.ts';
import { RUN_TAG } from './fixture.ts';
import { chiSquareZ } from './statistics.ts';

const identity = { seed: 42, scenario: 'keys', runTag: RUN_TAG };
const noFields = undefined as never;

function keyOf(spec: KeySpec, index: number): string {
  const writer = openKey(spec, noFields, identity)!;
  const into = Buffer.alloc(writer.bytesMax + 2);
  return into.toString('latin1', 1, writer.write(into, 1, index));
}

describe('uniform keys', () => {
  test('are key-<n>, each as often as any other', () => {
    const writer = openKey({ kind: 'uniform', cardinality: 50 }, noFields, identity)!;
    const into = Buffer.alloc(writer.bytesMax);
    const seen = new Uint32Array(50);
    for (let i = 0; i < 200_000; i++) {
      const key = into.toString('latin1', 0, writer.write(into, 0, i));
      seen[Number(key.slice('key-'.length))]!++;
    }
    expect(Math.abs(chiSquareZ(seen))).toBeLessThan(4);
  });

  test('keep their values for ever', () => {
    const spec: KeySpec = { kind: 'uniform', cardinality: 1_000_000 };
    expect([0, 1, 2, 2 ** 40].map((i) => keyOf(spec, i))).toMatchInlineSnapshot(`
      [
        "key-454738",
        "key-482943",
        "key-758527",
        "key-289706",
      ]
    `);
  });

  test('fit their room at the greatest cardinality', () => {
    const spec: KeySpec = { kind: 'uniform', cardinality: 2 ** 31 - 1 };
    for (let i = 0; i < 1000; i++) expect(keyOf(spec, i)).toMatch(/^key-(0|[1-9]\d*)$/);
  });
});

describe('zipf keys', () => {
  test.each([0.5, 0.99, 1, 1.2, 2.5])('follow rank^-%d', (exponent) => {
    const ranks = 200;
    const draws = 300_000;
    const zipf = new Zipf(ranks, exponent, identity);
    const weights = Array.from({ length: ranks }, (_, i) => (i + 1) ** -exponent);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const seen = new Uint32Array(ranks);
    for (let i = 0; i < draws; i++) seen[zipf.rank(i) - 1]!++;
    // Ranks that are expected fewer than ten times are one class.
    const often = weights.findIndex((weight) => (weight / sum) * draws < 10);
    const classes = often < 0 ? ranks : often;
    const pool = (values: ArrayLike<number>) =>
      Array.from(values).reduce<number[]>((all, value, i) => {
        const at = Math.min(i, classes);
        all[at] = (all[at] ?? 0) + value;
        return all;
      }, []);
    expect(Math.abs(chiSquareZ(pool(seen), pool(weights.map((weight) => weight / sum))))).toBeLessThan(4);
  });

  test('stay within the cardinality, and repeat by index', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.maxSafeNat(),
        (cardinality, exponent, index) => {
          const rank = new Zipf(cardinality, exponent, identity).rank(index);
          expect(Number.isInteger(rank) && rank >= 1 && rank <= cardinality).toBe(true);
          expect(new Zipf(cardinality, exponent, identity).rank(index)).toBe(rank);
        },
      ),
    );
  });

  test('keep their values for ever', () => {
    const spec: KeySpec = { kind: 'zipf', cardinality: 1_000_000, exponent: 1.1 };
    expect([0, 1, 2, 2 ** 40].map((i) => keyOf(spec, i))).toMatchInlineSnapshot(`
      [
        "key-32",
        "key-0",
        "key-0",
        "key-0",
      ]
    `);
  });
});

describe('hotspot keys', () => {
  const hot = (cardinality: number, hotKeys: number, hotShare: number): KeySpec => {
    return { kind: 'hotspot', cardinality, hotKeys, hotShare };
  };

  test.each([
    [100, 10, 0.9],
    [100, 50, 0.5],
    [60, 1, 0.999],
    [40, 39, 0.2],
    [30, 30, 0.7],
    [30, 10, 0],
    [30, 10, 1],
  ])('of %i keys %i with a share of %d: all of a side as often', (cardinality, hotKeys, hotShare) => {
    const draws = 200_000;
    const writer = openKey(hot(cardinality, hotKeys, hotShare), noFields, identity)!;
    const into = Buffer.alloc(writer.bytesMax);
    const seen = new Uint32Array(cardinality);
    for (let i = 0; i < draws; i++) seen[Number(into.toString('latin1', 4, writer.write(into, 0, i)))]!++;
    const ofHot = seen.subarray(0, hotKeys);
    const ofCold = seen.subarray(hotKeys);
    const records = (of: Uint32Array) => of.reduce((sum, count) => sum + count, 0);
    const share = hotKeys === cardinality ? 1 : hotShare;
    // Four standard deviations of the binomial distribution.
    expect(Math.abs(records(ofHot) - draws * share)).toBeLessThanOrEqual(4 * Math.sqrt(draws * share * (1 - share)));
    for (const side of [ofHot, ofCold]) {
      if (side.length > 1 && records(side) > 0) expect(Math.abs(chiSquareZ(side))).toBeLessThan(4);
    }
  });

  test('stay within the cardinality', () => {
    const cardinality = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    const spec = cardinality.chain((all) =>
      fc.tuple(fc.constant(all), fc.integer({ min: 1, max: all }), fc.double({ min: 0, max: 1, noNaN: true })),
    );
    fc.assert(
      fc.property(spec, fc.maxSafeNat(), ([all, hotKeys, hotShare], index) => {
        const key = keyOf(hot(all, hotKeys, hotShare), index);
        expect(key).toMatch(/^key-(0|[1-9]\d*)$/);
        expect(Number(key.slice(4))).toBeLessThan(all);
        expect(keyOf(hot(all, hotKeys, hotShare), index)).toBe(key);
      }),
    );
  });

  test('keep their values for ever', () => {
    expect([0, 1, 2, 2 ** 40].map((i) => keyOf(hot(1_000_000, 10, 0.5), i))).toMatchInlineSnapshot(`
      [
        "key-9",
        "key-9",
        "key-517059",
        "key-5",
      ]
    `);
  });
});

test('sequential keys come in turn', () => {
  const spec: KeySpec = { kind: 'sequential', cardinality: 3 };
  expect([0, 1, 2, 3, 4].map((i) => keyOf(spec, i))).toEqual(['key-0', 'key-1', 'key-2', 'key-0', 'key-1']);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.maxSafeNat(), (cardinality, index) => {
      const expected = BigInt(index) % BigInt(cardinality);
      expect(keyOf({ kind: 'sequential', cardinality }, index)).toBe(`key-${expected}`);
    }),
  );
});

test('writeInteger writes what String does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => {
      const into = Buffer.alloc(12);
      expect(into.toString('latin1', 1, writeInteger(into, 1, value))).toBe(String(value));
    }),
  );
});
