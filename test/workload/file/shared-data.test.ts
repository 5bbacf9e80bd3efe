import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asBuffer, BytesPacker } from '../../../src/workload/file/shared-data.ts';

test('byte strings come out of the packed memory as they went in, however little room there was at first', () => {
  const strings = fc.array(fc.option(fc.uint8Array({ maxLength: 40 })));
  fc.assert(
    fc.property(strings, fc.integer({ min: 1, max: 100 }), (given, room) => {
      const packer = new BytesPacker(room);
      for (const each of given) packer.add(each);
      const { bytes, start, end } = packer.pack();
      const back = given.map((_, i) =>
        start[i] === -1 ? null : new Uint8Array(asBuffer(bytes).subarray(start[i], end[i])),
      );
      expect(back).toEqual(given);
      expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect([packer.used, bytes.length]).toEqual(
        Array(2).fill(given.reduce((sum, each) => sum + (each?.length ?? 0), 0)),
      );
    }),
  );
});
