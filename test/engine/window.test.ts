import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Window } from '../../src/engine/window.ts';
import { InFlight } from '../../src/recorder/in-flight.ts';

test('a slot is one lane’s until it comes back, and lanes keep their slots in the order taken', () => {
  const sizes = fc.array(fc.nat(12), { minLength: 1, maxLength: 3 });
  const moves = fc.array(fc.record({ lane: fc.nat(2), move: fc.nat(100) }), { maxLength: 200 });
  fc.assert(
    fc.property(sizes, moves, (slots, moves) => {
      const inFlight = new InFlight(slots.reduce((sum, n) => sum + n, 0));
      const windows = slots.map((n, lane) => new Window(inFlight, lane, n));
      const taken: number[][] = slots.map(() => []);
      for (const { lane: any, move } of moves) {
        const lane = any % slots.length;
        const window = windows[lane]!;
        const own = taken[lane]!;
        if (move % 2 === 0) {
          const n = Math.min(window.free, move % 5);
          const got = new Int32Array(5);
          window.take(n, got);
          for (const slot of got.subarray(0, n)) {
            expect(taken.flat()).not.toContain(slot);
            expect(inFlight.lane[slot]).toBe(lane);
            own.push(slot);
          }
        } else if (own.length > 0) window.give(own.splice(move % own.length, 1)[0]!);
        expect(window.free).toBe(slots[lane]! - own.length);
        expect(windows.map((each) => each.taken())).toEqual(taken);
        expect(window.oldest).toBe(own[0] ?? -1);
      }
      expect(Math.max(-1, ...taken.flat())).toBeLessThan(inFlight.lane.length);
    }),
  );
});
