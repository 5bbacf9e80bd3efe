import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SameBytes } from '../../src/reading/same-bytes.ts';

test('bytes are the same where every one is, at any place and of any length', () => {
  const places = fc.record({ at: fc.nat(20), expectedAt: fc.nat(20), flipped: fc.nat(99), isFlipped: fc.boolean() });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), places, (content, { at, expectedAt, flipped, isFlipped }) => {
      const expected = new Uint8Array(new ArrayBuffer(200), 8, 150);
      expected.set(content, expectedAt);
      const read = new Uint8Array(new ArrayBuffer(200), 3, 140).fill(0xff);
      read.set(content, at);
      const isChanged = isFlipped && flipped < content.length;
      if (isChanged) read[at + flipped]! ^= 1 << (flipped % 8);
      const compared = new SameBytes(expected);
      expect(compared.isSame(read, at, content.length, expectedAt, content.length)).toBe(!isChanged);
      // Other memory than that of the last record.
      expect(compared.isSame(expected.slice(), expectedAt, content.length, expectedAt, content.length)).toBe(true);
    }),
  );
});

test('null is the same as null only', () => {
  const compared = new SameBytes(new Uint8Array(8));
  const lengths = [-1, 0, 1].map((length) =>
    [-1, 0, 1].map((own) => compared.isSame(new Uint8Array(8), 0, length, 0, own)),
  );
  expect(lengths).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
});
