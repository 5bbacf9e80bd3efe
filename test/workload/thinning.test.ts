import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptAt, keptBelow, type Thinning } from '../../src/workload/thinning.ts';

/** Any part of a period, not empty. */
const anyThinning: fc.Arbitrary<Thinning> = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 40 })
  .filter((kept) => kept.includes(true))
  .map((kept) => ({
    period: kept.length,
    kept: Int32Array.from(kept.flatMap((keeps, position) => (keeps ? [position] : []))),
  }));

test('keeps the same positions of every period, counted one by one', () => {
  fc.assert(
    fc.property(anyThinning, fc.nat(500), (thinning, n) => {
      const isKept = (member: number) => thinning.kept.includes(member % thinning.period);
      const members = Array.from({ length: n }, (_, member) => member).filter(isKept);
      expect(keptBelow(thinning, n)).toBe(members.length);
      expect(members.map((_, k) => keptAt(thinning, k))).toEqual(members);
    }),
  );
});

test('is exact for sequences that no memory would hold', () => {
  const thinning = { period: 7, kept: Int32Array.of(1, 4) };
  const far = 3 * 2 ** 49;
  expect(keptAt(thinning, keptBelow(thinning, far))).toBeGreaterThanOrEqual(far);
  expect(keptAt(thinning, keptBelow(thinning, far) - 1)).toBeLessThan(far);
});

test('counts what is left anew: a few that are missing, and all that come after', () => {
  fc.assert(
    fc.property(anyThinning, fc.array(fc.boolean(), { maxLength: 60 }), fc.nat(400), (thinning, done, n) => {
      const missing = Float64Array.from(done.flatMap((isDone, k) => (isDone ? [] : [k])));
      const rest = { ...thinning, left: { missing, from: done.length } };
      const whole = Array.from({ length: 400 }, (_, k) => keptAt(thinning, k));
      const left = whole.filter((_, k) => done[k] !== true);
      expect(left.map((_, k) => keptAt(rest, k))).toEqual(left);
      expect(keptBelow(rest, n)).toBe(left.filter((member) => member < n).length);
    }),
  );
});
