import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proportionalShares, shareOf } from '../src/split.ts';

describe('shareOf', () => {
  test('counts the indexes of each worker', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 64 }), (count, parts) => {
        const counted = new Array<number>(parts).fill(0);
        for (let i = 0; i < count; i++) counted[i % parts]!++;
        expect(counted.map((_, part) => shareOf(count, part, parts))).toEqual(counted);
      }),
    );
  });

  test('leaves an unbounded count unbounded', () => {
    expect(shareOf(Infinity, 3, 4)).toBe(Infinity);
  });
});

describe('proportionalShares', () => {
  test('adds up to the total, each share within one of its exact value', () => {
    const weights = fc.array(fc.oneof(fc.nat(5), fc.nat(1e15)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(1e15), weights, (total, w) => {
        fc.pre(w.some((weight) => weight > 0));
        const shares = proportionalShares(total, w);
        const sum = w.reduce((a, b) => a + BigInt(b), 0n);
        expect(shares.reduce((a, b) => a + BigInt(b), 0n)).toBe(BigInt(total));
        shares.forEach((share, i) => {
          const exact = BigInt(total) * BigInt(w[i]!);
          const off = BigInt(share) * sum - exact;
          expect(off < sum && off > -sum).toBe(true);
        });
      }),
    );
  });

  test('gives what is left over to the largest remainders, the earlier first', () => {
    expect(proportionalShares(10, [1, 1, 1])).toEqual([4, 3, 3]);
    expect(proportionalShares(10, [5, 3, 1])).toEqual([6, 3, 1]);
    expect(proportionalShares(7, [0, 1])).toEqual([0, 7]);
    expect(proportionalShares(7, [0, 0])).toEqual([0, 0]);
  });
});
