import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenIds } from '../../src/roles/seen-ids.ts';
import { textMark } from '../../src/workload/encoding/mark.ts';
import { RUN_TAG } from '../workload/fixture.ts';

const marks = fc
  .record({
    runTag: fc.constantFrom('0123456789abcdef', 'fedcba9876543210'),
    scenarioTag: fc.constantFrom('0001', 'ffff'),
    // Ends of words and pages among them.
    index: fc.oneof(fc.constantFrom(0, 31, 32, 65_535, 65_536, 999_999_999_999), fc.nat(200), fc.nat(200_000)),
  })
  .map(textMark);

test('an id is new once, as a set of all of them says', () => {
  const ids = fc.array(fc.oneof(marks, fc.string({ maxLength: 2 })), { maxLength: 300 });
  fc.assert(
    fc.property(ids, (added) => {
      const seen = new SeenIds();
      const oracle = new Set<string>();
      for (const id of added) {
        expect(seen.add(id)).toBe(!oracle.has(id));
        oracle.add(id);
      }
    }),
  );
});

test('of neighbours none is taken for another, over words and pages', () => {
  const seen = new SeenIds();
  const mark = { runTag: RUN_TAG, scenarioTag: '0001' };
  const added = Array.from({ length: 66_000 }, (_, index) => seen.add(textMark({ ...mark, index })));
  expect(added.every((isNew) => isNew)).toBe(true);
  expect(Array.from({ length: 100 }, (_, index) => seen.add(textMark({ ...mark, index }))).some(Boolean)).toBe(false);
});
