import { expect, test } from 'vitest';
import { IndexSet } from '../../src/lifecycle/index-set.ts';

test('has what was added, and nothing beside it', () => {
  const set = new IndexSet();
  expect(set.end).toBe(0);
  const added = [0, 31, 32, 65_535, 65_536, 2 ** 40];
  for (const index of [...added, ...added]) set.add(index);
  expect(added.every((index) => set.has(index))).toBe(true);
  expect([1, 30, 33, 65_534, 65_537, 2 ** 40 - 1, 2 ** 50].some((index) => set.has(index))).toBe(false);
  expect(set.end).toBe(2 ** 40 + 1);
});
