import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderOfRound, runsOfRound } from '../../src/experiments/run-order.ts';

const counts = { seed: fc.nat(), round: fc.integer({ min: 1, max: 1_000 }), cells: fc.integer({ min: 1, max: 50 }) };

test('every round has every cell once, in an order that follows from seed and round', () => {
  fc.assert(
    fc.property(counts.seed, counts.round, counts.cells, (seed, round, cells) => {
      const order = orderOfRound(seed, round, cells);
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: cells }, (_, i) => i));
      expect(orderOfRound(seed, round, cells)).toEqual(order);
    }),
  );
});

test('every second round is the one before it backwards, so that no trend favours a cell', () => {
  fc.assert(
    fc.property(counts.seed, fc.nat({ max: 500 }), counts.cells, (seed, pair, cells) => {
      const [first, second] = [2 * pair + 1, 2 * pair + 2].map((round) => orderOfRound(seed, round, cells));
      expect(second).toEqual(first!.toReversed());
    }),
  );
});

test('run numbers go through all rounds, and tell round and place', () => {
  fc.assert(
    fc.property(counts.seed, fc.integer({ min: 1, max: 20 }), counts.cells, (seed, rounds, cells) => {
      const runs = Array.from({ length: rounds }, (_, i) => runsOfRound(seed, i + 1, cells)).flat();
      expect(runs.map(({ run }) => run)).toEqual(Array.from({ length: rounds * cells }, (_, i) => i + 1));
      for (const { run, round, cell } of runs) {
        expect(cell).toBe(orderOfRound(seed, round, cells)[(run - 1) % cells]);
        expect(round).toBe(Math.ceil(run / cells));
      }
    }),
  );
});

test('no order is preferred: 6,000 rounds of three cells', () => {
  const seen = new Map<string, number>();
  for (let round = 1; round <= 6_000; round++) {
    const key = orderOfRound(1, round, 3).join('');
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  expect(seen.size).toBe(6);
  // Six standard deviations of a binomial count.
  for (const count of seen.values()) expect(Math.abs(count - 1_000)).toBeLessThan(6 * Math.sqrt((6_000 * 5) / 36));
});
