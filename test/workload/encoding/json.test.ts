import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeJsonDecimal } from '../../../src/workload/encoding/json.ts';

test('writes decimals as JSON.stringify does', () => {
  const scaled = fc.oneof(
    fc.integer({ min: -20_000, max: 20_000 }),
    fc.integer({ min: 1 - 2 ** 31, max: 2 ** 31 - 1 }),
  );
  fc.assert(
    fc.property(scaled, fc.integer({ min: 0, max: 6 }), (value, places) => {
      const into = Buffer.alloc(20, 0xee);
      const end = writeJsonDecimal(into, 3, value, places);
      expect(into.toString('latin1', 3, end)).toBe(JSON.stringify(value / 10 ** places));
      expect(into.subarray(end).every((byte) => byte === 0xee)).toBe(true);
    }),
    {
      numRuns: 2000,
      examples: [
        [0, 2],
        [-5, 1],
        [199_999, 2],
        [2 ** 31 - 1, 0],
        [1 - 2 ** 31, 4],
      ],
    },
  );
});
