import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FreeSlots } from '../../src/engine/free-slots.ts';

test('a slot is given out once until it comes back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(100), { maxLength: 200 }), (slots, moves) => {
      const first = 7;
      const free = new FreeSlots(first, slots);
      const taken: number[] = [];
      for (const move of moves) {
        if (move % 2 === 0) {
          const n = Math.min(free.count, move % 5);
          const got = new Int32Array(5);
          free.take(n, got);
          for (const slot of got.subarray(0, n)) {
            expect(taken).not.toContain(slot);
            expect(slot).toBeGreaterThanOrEqual(first);
            expect(slot).toBeLessThan(first + slots);
            taken.push(slot);
          }
        } else if (taken.length > 0) free.give(taken.splice(move % taken.length, 1)[0]!);
        expect(free.count).toBe(slots - taken.length);
        expect(free.taken()).toEqual(taken.toSorted((a, b) => a - b));
        expect(free.least(Float64Array.from({ length: first + slots }, (_, slot) => -slot))).toBe(
          taken.length === 0 ? Number.POSITIVE_INFINITY : -Math.max(...taken),
        );
      }
    }),
  );
});
