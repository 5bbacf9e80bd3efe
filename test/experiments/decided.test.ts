import { expect, test } from 'vitest';
import { decidedCells, decidedGates } from '../../src/experiments/decided.ts';
import { parseGate, parseGoal } from '../../src/objective-grammar.ts';
import { looksUpTo } from '../../src/statistics/looks.ts';
import { setAt } from '../compare/results.ts';

const MAX = 20;
const [first, second] = looksUpTo(MAX) as [number, number];
const P99 = parseGoal('response_ms p(99)');

/** Run-to-run noise of about this share, the same pattern in every cell would cancel: a phase apart. */
const noisy = (base: number, noise: number, rounds: number, phase: number) =>
  Array.from({ length: rounds }, (_, i) => base * (1 + noise * Math.sin(2.4 * i + phase)));

function cells(bases: readonly number[], noise: number, rounds: number) {
  return bases.map((base, i) => {
    const name = `cell ${i}`;
    const set = setAt(name, noisy(base, noise, rounds, i), { kind: 'cell', experiment: 'x' });
    return { name, factors: {}, set };
  });
}

test('cells are decided where a difference is shown, or would have been; not where it is noise', () => {
  const isDecided = decidedCells(MAX, 'cell 0', P99);
  expect(isDecided(cells([1, 2], 0.02, first), first)).toBe(true);
  expect(isDecided(cells([1, 1], 0.001, first), first)).toBe(true);
  expect(isDecided(cells([1, 1.1], 0.5, first), first)).toBe(false);
  expect(isDecided(cells([1, 2, 1.1], 0.3, first), first)).toBe(false);
});

test('it looks only when it may: between the looks nothing is decided', () => {
  const isDecided = decidedCells(MAX, 'cell 0', P99);
  expect(isDecided(cells([1, 2], 0.02, first - 1), first - 1)).toBe(false);
  expect(isDecided(cells([1, 2], 0.02, first + 1), first + 1)).toBe(false);
  expect(isDecided(cells([1, 2], 0.02, second), second)).toBe(true);
});

test('a cell in which no run counts is not decided', () => {
  const [base, other] = cells([1, 2], 0.02, first) as [ReturnType<typeof cells>[0], ReturnType<typeof cells>[0]];
  const failed = {
    ...other,
    set: { ...other.set, runs: other.set.runs.map((run) => ({ ...run, status: 'failed' as const })) },
  };
  expect(decidedCells(MAX, 'cell 0', P99)([base, failed], first)).toBe(false);
});

test('gates are decided where each passes or fails', () => {
  const before = setAt('base', noisy(1, 0.02, 8, 5));
  const judged = (gate: string, factor: number) => {
    const set = setAt('new', noisy(factor, 0.02, first, 0));
    return decidedGates(MAX, before, [parseGate(gate)])([{ name: 'all', factors: {}, set }], first);
  };
  expect(judged('response_ms p(99) +20%', 1)).toBe(true);
  expect(judged('response_ms p(99) +20%', 1.5)).toBe(true);
  expect(judged('response_ms p(99) +20%', 1.2)).toBe(false);
});
