import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OffsetWatermark } from '../../src/roles/offset-watermark.ts';

test('stands at the first message in hand, else behind the last one', () => {
  const watermark = new OffsetWatermark();
  for (const offset of [5, 6, 9]) watermark.take(offset);
  expect(watermark.offset).toBe(5);
  watermark.finish(6);
  expect(watermark.offset).toBe(5);
  watermark.finish(5);
  expect(watermark.offset).toBe(9);
  watermark.finish(9);
  expect(watermark.offset).toBe(10);
  // One of before that comes again changes nothing once it is finished.
  watermark.take(6);
  watermark.finish(6);
  expect(watermark.offset).toBe(10);
});

/**
 * A partition that comes and goes: the oracle is the broker's side, which knows which messages are dealt with. Each
 * time the partition comes back, reading begins at some message before which all are dealt with.
 */
test('never passes a message that is not dealt with, and passes all of them in the end', () => {
  const steps = fc.array(fc.record({ act: fc.constantFrom('take', 'finish', 'again'), which: fc.nat() }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1_000), { minLength: 1 }), steps, (some, script) => {
      const offsets = some.toSorted((a, b) => a - b);
      const watermark = new OffsetWatermark();
      const done = new Set<number>();
      const inHand: number[] = [];
      let at = 0;
      const check = () => {
        for (const offset of offsets) if (offset < watermark.offset) expect(done).toContain(offset);
      };
      const finish = (which: number) => {
        const [offset] = inHand.splice(which % inHand.length, 1);
        done.add(offset!);
        watermark.finish(offset!);
      };
      for (const { act, which } of script) {
        if (act === 'take' && at < offsets.length) {
          inHand.push(offsets[at]!);
          watermark.take(offsets[at++]!);
        } else if (act === 'finish' && inHand.length > 0) finish(which);
        else if (act === 'again') {
          const first = offsets.findIndex((offset) => !done.has(offset));
          at = Math.min(at, which % (Math.max(first, 0) + 1));
        }
        check();
      }
      while (at < offsets.length) watermark.take(offsets[at++]!);
      for (const offset of offsets) if (!done.has(offset)) inHand.push(offset);
      while (inHand.length > 0) {
        finish(0);
        check();
      }
      // What was only read again is in hand too.
      for (const offset of offsets) watermark.finish(offset);
      expect(watermark.offset).toBe(offsets.at(-1)! + 1);
    }),
  );
});
