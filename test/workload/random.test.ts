import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CounterRng } from '../../src/workload/random.ts';
import { chiSquareZ } from './statistics.ts';

const DRAWS = 1 << 20;

/** Index sequences a run really uses: from zero, far out, by a worker's step, and across the 32-bit border. */
const sequences: readonly (readonly [string, (i: number) => number])[] = [
  ['consecutive', (i) => i],
  ['every 7th', (i) => 3 + i * 7],
  ['across 2^32', (i) => 2 ** 32 - DRAWS / 2 + i],
  ['multiples of 2^32', (i) => i * 2 ** 32],
  ['multiples of 2^16', (i) => i * 2 ** 16],
  ['just below 2^53', (i) => 2 ** 53 - DRAWS + i],
];

describe.each(sequences)('CounterRng over %s indexes', (_name, at) => {
  const rng = new CounterRng(42, 'quality', 'field');
  const draws = new Uint32Array(DRAWS);
  for (let i = 0; i < DRAWS; i++) draws[i] = rng.u32(at(i));

  test('has even bytes in every position, and sets every bit half of the time', () => {
    for (let shift = 0; shift < 32; shift += 8) {
      const counts = new Uint32Array(256);
      for (let i = 0; i < DRAWS; i++) counts[(draws[i]! >>> shift) & 255]!++;
      expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4.5);
      for (let bit = 0; bit < 8; bit++) {
        const ones = counts.reduce((sum, count, byte) => sum + ((byte >>> bit) & 1) * count, 0);
        expect(Math.abs(ones - DRAWS / 2) / Math.sqrt(DRAWS / 4)).toBeLessThan(4.5);
      }
    }
  });

  test('has even serial pairs, in the upper and in the lower bits', () => {
    for (const shift of [0, 22]) {
      const counts = new Uint32Array(1024);
      for (let i = 1; i < DRAWS; i++) {
        counts[(((draws[i - 1]! >>> shift) & 31) << 5) | ((draws[i]! >>> shift) & 31)]!++;
      }
      expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4.5);
    }
  });

  test('repeats values as often as chance does', () => {
    const sorted = draws.slice().sort();
    let repeats = 0;
    for (let i = 1; i < DRAWS; i++) if (sorted[i] === sorted[i - 1]) repeats++;
    const expected = DRAWS ** 2 / 2 ** 33;
    expect(Math.abs(repeats - expected) / Math.sqrt(expected)).toBeLessThan(4.5);
  });

  test('draws unit values that are even, with all 53 bits in use', () => {
    const counts = new Uint32Array(1000);
    const tails = new Uint32Array(1 << 12);
    for (let i = 0; i < DRAWS; i++) {
      const unit = rng.uniform(at(i));
      counts[Math.floor(unit * 1000)]!++;
      tails[(unit * 2 ** 53) % tails.length]!++;
    }
    expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4.5);
    expect(Math.abs(chiSquareZ(tails))).toBeLessThan(4.5);
  });
});

describe('CounterRng', () => {
  test('keeps its values for ever: a run can be repeated with a later version', () => {
    const rng = new CounterRng(42, 'atm', 'amount');
    expect([0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 53 - 1].map((i) => rng.u32(i))).toMatchInlineSnapshot(`
      [
        3670201789,
        3109548481,
        3169143441,
        1764469278,
        2118480959,
        3503696338,
      ]
    `);
    expect([0, 1, 2 ** 40].map((i) => rng.uniform(i))).toMatchInlineSnapshot(`
      [
        0.8545354450521404,
        0.7239981744639726,
        0.9933184917250679,
      ]
    `);
    expect(new CounterRng(2 ** 40 + 7).u32(5)).toMatchInlineSnapshot(`3611170783`);
  });

  test('flips half of the output bits when one index bit flips', () => {
    const rng = new CounterRng(7, 'avalanche');
    const samples = 20_000;
    for (let bit = 0; bit < 53; bit++) {
      const flips = new Uint32Array(32);
      for (let i = 0; i < samples; i++) {
        const index = i * 211;
        const flipped = Math.floor(index / 2 ** bit) % 2 === 0 ? index + 2 ** bit : index - 2 ** bit;
        const changed = rng.u32(index) ^ rng.u32(flipped);
        for (let out = 0; out < 32; out++) flips[out]! += (changed >>> out) & 1;
      }
      for (const count of flips) expect(Math.abs(count / samples - 0.5)).toBeLessThan(0.025);
    }
  });

  test('draws independently of generators with a near seed or name', () => {
    const pairs = [
      [new CounterRng(1, 'a'), new CounterRng(2, 'a')],
      [new CounterRng(1, 'a'), new CounterRng(1, 'b')],
      [new CounterRng(1, 'a', 'b'), new CounterRng(1, 'b', 'a')],
      [new CounterRng(1, 'ab', ''), new CounterRng(1, 'a', 'b')],
      [new CounterRng(1, 'a'), new CounterRng(1 + 2 ** 32, 'a')],
    ] as const;
    for (const [left, right] of pairs) {
      // Joint table at lags 0 and 1: any dependence of the leading bits fills some cells more than others.
      for (const lag of [0, 1]) {
        const counts = new Uint32Array(1024);
        for (let i = 0; i < 1 << 18; i++) counts[((left.u32(i) >>> 27) << 5) | (right.u32(i + lag) >>> 27)]!++;
        expect(Math.abs(chiSquareZ(counts))).toBeLessThan(4.5);
      }
    }
  });

  test('leads unit with u32, and below stays under its bound', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.string(),
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        (seed, name, index, bound) => {
          const rng = new CounterRng(seed, name);
          const unit = rng.uniform(index);
          expect(Math.floor(unit * 2 ** 32)).toBe(rng.u32(index));
          expect(unit).toBeGreaterThanOrEqual(0);
          expect(unit).toBeLessThan(1);
          expect(rng.below(index, bound)).toBe(Math.floor(unit * bound));
          expect(new CounterRng(seed, name).u32(index)).toBe(rng.u32(index));
        },
      ),
    );
  });
});
