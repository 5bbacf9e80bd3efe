import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ledger, type LedgerStatus, NOT_ACKED } from '../../src/recorder/ledger.ts';

const STATUSES: readonly LedgerStatus[] = ['shed', 'unsent', 'not-persisted', 'possibly-persisted', 'persisted'];

test('ranges name exactly what was added, joined and in order, whatever the order it came in', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 200 })),
      fc.integer({ min: 1, max: 7 }),
      fc.func(fc.constantFrom(...STATUSES)),
      (numbers, workers, statusOf) => {
        const ledger = new Ledger(NOT_ACKED);
        for (const k of numbers) ledger.add(k, k, statusOf(k));
        const worker = workers - 1;
        const ranges = ledger.ranges('s', worker, workers);
        const named = ranges.flatMap(({ from, to, step, status }) =>
          Array.from({ length: (to - from) / step + 1 }, (_, n) => [from + n * step, status]),
        );
        const expected = numbers.toSorted((a, b) => a - b).map((k) => [worker + k * workers, statusOf(k)]);
        expect(named).toEqual(expected);
        for (const [a, b] of ranges.slice(1).map((range, i) => [ranges[i]!, range] as const)) {
          expect(a.to + workers === b.from && a.status === b.status).toBe(false);
        }
      },
    ),
  );
});

test('joining that frees half of the room is worth it, and no less', () => {
  // Runs of two, the second halves after all of the first: ten entries that join to the number of runs.
  const filled = (runs: number) => {
    const ledger = new Ledger(NOT_ACKED, 10);
    const first = Array.from({ length: runs }, (_, r) => 10 * r);
    for (const k of [...first, ...first.slice(0, 10 - runs).map((from) => from + 1)]) ledger.add(k, k, 'shed');
    ledger.add(1000, 1000, 'shed');
    return ledger;
  };
  expect(filled(5).complete).toBe(true);
  expect(filled(5).ranges('s', 0, 1)).toHaveLength(6);
  expect(filled(6).complete).toBe(false);
});

test('full of scattered entries it says that it is incomplete; full of joinable ones it is not', () => {
  const scattered = new Ledger(NOT_ACKED, 10);
  for (let k = 0; k < 40; k += 2) scattered.add(k, k, 'not-persisted');
  expect(scattered.complete).toBe(false);

  const joinable = new Ledger(NOT_ACKED, 10);
  // Two interleaved runs, as two partitions' reports come: never adjacent when added.
  for (let k = 0; k < 40; k++)
    joinable.add(k % 2 === 0 ? k / 2 : 100 + (k - 1) / 2, k % 2 === 0 ? k / 2 : 100 + (k - 1) / 2, 'shed');
  expect(joinable.complete).toBe(true);
  expect(joinable.ranges('s', 0, 1)).toMatchObject([
    { from: 0, to: 19 },
    { from: 100, to: 119 },
  ]);
});
