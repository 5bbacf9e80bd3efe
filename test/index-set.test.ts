import { expect, test } from 'vitest';
import { IndexSet } from '../src/index-set.ts';

test('has what was added, and nothing beside it', () => {
  const set = new IndexSet();
  expect(set.end).toBe(0);
  const added = [0, 31, 32, 65_535, 65_536, 2 ** 40];
  expect(added.map((index) => set.add(index))).toEqual(added.map(() => true));
  expect(added.map((index) => set.add(index))).toEqual(added.map(() => false));
  expect(added.every((index) => set.has(index))).toBe(true);
  expect([1, 30, 33, 65_534, 65_537, 2 ** 40 - 1, 2 ** 50].some((index) => set.has(index))).toBe(false);
  expect(set.end).toBe(2 ** 40 + 1);
});
