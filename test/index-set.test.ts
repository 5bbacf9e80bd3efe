import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsIn, IndexSet, PAGE_BITS, PAGE_WORDS } from '../src/index-set.ts';

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

test('drops full pages, in any order, and knows what was in them', () => {
  const set = new IndexSet();
  for (const page of [3, 1, 0, 2]) for (let bit = PAGE_BITS - 1; bit >= 0; bit--) set.add(page * PAGE_BITS + bit);
  expect([set.pages, set.fullRanges]).toEqual([0, [[0, 3]]]);
  expect([set.has(0), set.has(4 * PAGE_BITS - 1), set.has(4 * PAGE_BITS)]).toEqual([true, true, false]);
  expect([set.add(70_000), set.add(4 * PAGE_BITS)]).toEqual([false, true]);
  expect([...set.missing(4 * PAGE_BITS + 3)]).toEqual([[4 * PAGE_BITS + 1, 4 * PAGE_BITS + 2]]);
});

const indexes = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: PAGE_BITS - 1 }))
    .map(([page, bit]) => page * PAGE_BITS + bit),
  { maxLength: 60 },
);

test('merged pages are what added ones are: members, repetitions, gaps', () => {
  fc.assert(
    fc.property(fc.array(indexes, { maxLength: 4 }), (parts) => {
      const set = new IndexSet();
      const oracle = new Set<number>();
      for (const part of parts) {
        const own = new Set(part);
        const expected = [...own].filter((index) => oracle.has(index)).toSorted((a, b) => a - b);
        const repeated: number[] = [];
        for (const page of [0, 1, 2]) {
          const bits = new Uint32Array(PAGE_WORDS);
          for (const index of own) {
            const bit = index - page * PAGE_BITS;
            if (bit >= 0 && bit < PAGE_BITS) bits[bit >>> 5]! |= 1 << (bit & 31);
          }
          const count = set.merge(page, bits, (index) => repeated.push(index));
          expect(count).toBe(repeated.filter((index) => Math.floor(index / PAGE_BITS) === page).length);
        }
        expect(repeated).toEqual(expected);
        for (const index of own) oracle.add(index);
      }
      expect(set.end).toBe(Math.max(0, ...[...oracle].map((index) => index + 1)));
      const end = 3 * PAGE_BITS;
      let missing = 0;
      for (const [first, last] of set.missing(end)) {
        expect([
          set.has(first),
          set.has(last),
          set.has(first - 1) || first === 0,
          set.has(last + 1) || last === end - 1,
        ]).toEqual([false, false, true, true]);
        missing += last - first + 1;
      }
      expect(missing).toBe(end - oracle.size);
    }),
    { numRuns: 100 },
  );
});

test('a page made full by a merge is dropped, and all of it is repeated in the next', () => {
  const set = new IndexSet();
  const [even, odd, all] = [0x55555555, 0xaaaaaaaa, 0xffffffff].map((word) => new Uint32Array(PAGE_WORDS).fill(word));
  expect([set.merge(5, even!), set.pages]).toEqual([0, 1]);
  expect([set.merge(5, odd!), set.pages, set.page(5)]).toEqual([0, 0, 'full']);
  expect(set.merge(5, all!)).toBe(PAGE_BITS);
});

test('counts bits', () => {
  expect([0, 1, 0xf0, -1, 0x80000000 | 0].map(bitsIn)).toEqual([0, 1, 4, 32, 1]);
});
