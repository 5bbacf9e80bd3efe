import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { topicCount, topicNames } from '../src/topic-pattern.ts';
import { countByEntry, ofTopics, topicFinder } from '../src/topic-table.ts';

/** Few prefixes and short ranges, so that entries name the same topics. */
const entry = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'a1'), fc.nat(12)).map(([name, i]) => `${name}${i}`),
  fc
    .tuple(fc.constantFrom('a', 'a1', 'b'), fc.nat(20), fc.nat(20), fc.nat(3), fc.constantFrom('', '.z'))
    .map(([name, a, b, digits, after]) => {
      return `${name}{${String(Math.min(a, b)).padStart(digits, '0')}..${Math.max(a, b)}}${after}`;
    }),
);
const entries = fc.uniqueArray(entry, { maxLength: 6 });

test('counts by entry are those of looking at every topic', () => {
  fc.assert(
    fc.property(entries, entries, (listed, named) => {
      const table = Object.fromEntries(listed.map((each, i) => [each, i]));
      const names = new Set(named.flatMap(topicNames));
      const expected = new Map<string | undefined, number>();
      for (const name of names) {
        const own = listed.filter((each) => topicNames(each).includes(name));
        const [first] = own.toSorted(
          (a, b) => Number(b === name) - Number(a === name) || topicCount(a) - topicCount(b) || (a < b ? -1 : 1),
        );
        expected.set(first, (expected.get(first) ?? 0) + 1);
        expect(topicFinder(table)(name)).toBe(first === undefined ? undefined : table[first]);
      }
      expect(countByEntry(table, named)).toEqual(expected);
      const isListed = (each: string | undefined) => each !== undefined;
      expect(ofTopics(table, named).toSorted()).toEqual(
        [...expected.keys()]
          .filter(isListed)
          .map((each) => table[each])
          .toSorted(),
      );
    }),
    { numRuns: 500 },
  );
});

test('a million topics of one entry are not looked at one by one', () => {
  const table = { 'load-{0..999999}': 1, other: 2 };
  const counts = countByEntry(table, new Set(['load-{0..999999}', 'other', 'none']));
  expect([...counts]).toEqual([
    ['load-{0..999999}', 1_000_000],
    ['other', 1],
    [undefined, 1],
  ]);
});

test('the work for patterns that overlap grows with their number, not with that of their names', () => {
  const patterns = Array.from({ length: 500 }, (_, i) => `load-{${i * 1000}..${i * 1000 + 499_999}}`);
  const table = Object.fromEntries(patterns.map((each, i) => [each, i]));
  // Each name that is made or compared is padded.
  const padding = vi.spyOn(String.prototype, 'padStart');
  try {
    const sum = [...countByEntry(table, patterns).values()].reduce((all, count) => all + count, 0);
    expect(sum).toBe(999_000);
    expect(topicFinder(table)('load-998999')).toBe(499);
    // First and last of each pattern are checked.
    expect(padding.mock.calls.length).toBeLessThan(10 * 500);
    padding.mockClear();
    // Other families are looked at for each name, but not each of their patterns.
    const others = patterns.map((_, i) => `load-1{0..${i}}`);
    countByEntry(Object.fromEntries([...patterns, ...others].map((each, i) => [each, i])), ['load-{0..999}']);
    expect(padding.mock.calls.length).toBeLessThan(10 * 1500);
  } finally {
    padding.mockRestore();
  }
});
