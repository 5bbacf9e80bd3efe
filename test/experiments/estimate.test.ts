import { expect, test } from 'vitest';
import { AROUND_RUN_MS, estimate, timeLeftMs } from '../../src/experiments/estimate.ts';

const SEC = 1e9;

test('all rounds, the burn-in, and the longest pauses apart', () => {
  expect(estimate([10 * SEC, 20 * SEC], 3, 1, 5_000)).toEqual({
    runsMs: 3 * (30_000 + 2 * AROUND_RUN_MS) + 20_000 + AROUND_RUN_MS,
    settleMaxMs: 30_000,
    unknown: 0,
  });
});

test('a cell that a number of messages ends is said to be unknown', () => {
  expect(estimate([0, 10 * SEC], 1, 0, 0)).toEqual({
    runsMs: 10_000 + 3 * AROUND_RUN_MS,
    settleMaxMs: 0,
    unknown: 1,
  });
});

test('what is left: as planned, then as the runs of the cell took, with pauses as there were', () => {
  const planned = [10 * SEC, 20 * SEC];
  expect(timeLeftMs([{ cell: 0 }, { cell: 1 }], planned, [])).toBe(30_000 + 2 * AROUND_RUN_MS);
  const finished = [
    { cell: 0, wallMs: 12_000, waitedMs: 1_000 },
    { cell: 0, wallMs: 14_000, waitedMs: 3_000 },
  ];
  expect(timeLeftMs([{ cell: 0 }, { cell: 1 }], planned, finished)).toBe(13_000 + 20_000 + AROUND_RUN_MS + 4_000);
  expect(timeLeftMs([], planned, finished)).toBe(0);
});
