import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  avroDecimal,
  avroInteger,
  jsonNumber,
  type NumberWriter,
  type Span,
  varintLength,
} from '../../../../src/workload/schema/values/numbers.ts';

const SAFE = Number.MAX_SAFE_INTEGER;

/** Safe integers of every length, and those beside the powers of two at which lengths and ways of counting change. */
const integers = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc
    .tuple(fc.integer({ min: 5, max: 52 }), fc.integer({ min: -2, max: 2 }), fc.constantFrom(1, -1))
    .map(([bits, beside, sign]) => sign * (2 ** bits + beside)),
);

/** The bytes of a value; what lies behind them is not touched. */
function written({ write, bytesMax }: NumberWriter, value: number): Buffer {
  const bytes = Buffer.alloc(bytesMax + 10, 0xee);
  const end = write(bytes, 3, value);
  expect(bytes.subarray(0, 3).equals(Buffer.alloc(3, 0xee))).toBe(true);
  expect(end - 3).toBeLessThanOrEqual(bytesMax);
  return bytes.subarray(3, end);
}

const of = (value: number, decimals: number | null = 0): Span => ({ min: value, max: value, decimals });

describe('in Avro', () => {
  /** Avro specification 1.11, "Primitive Types": zigzag, seven bits a byte, the lowest first. */
  function zigzag(value: number): number[] {
    const big = BigInt(value);
    let rest = BigInt.asUintN(64, (big << 1n) ^ (big >> 63n));
    const bytes: number[] = [];
    for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    return [...bytes, Number(rest)];
  }

  test('an integer is a zigzag varint, whatever its size and sign', () => {
    fc.assert(
      fc.property(integers, (value) => {
        const writer = avroInteger(of(value));
        expect([...written(writer, value)]).toEqual(zigzag(value));
        expect([writer.bytesMax, varintLength(value)]).toEqual(Array(2).fill(zigzag(value).length));
      }),
      { examples: [[SAFE], [-SAFE], [63], [64], [-64], [-65], [2 ** 30], [-(2 ** 30) - 1]] },
    );
    expect(avroInteger({ min: -65, max: 1, decimals: 0 }).bytesMax).toBe(2);
  });

  test('a decimal is its unscaled value in two’s complement, in as few bytes as it takes or in as many as there are', () => {
    const twos = (value: number, bytes: number): number[] => {
      const text = BigInt.asUintN(bytes * 8, BigInt(value)).toString(16);
      return [...Buffer.from(text.padStart(bytes * 2, '0'), 'hex')];
    };
    const lengthOf = (value: number): number => {
      let bytes = 1;
      while (BigInt.asIntN(bytes * 8, BigInt(value)) !== BigInt(value)) bytes++;
      return bytes;
    };
    fc.assert(
      fc.property(integers, (value) => {
        const bytes = lengthOf(value);
        expect([...written(avroDecimal(0, null), value)]).toEqual([bytes * 2, ...twos(value, bytes)]);
        expect([...written(avroDecimal(0, 12), value)]).toEqual(twos(value, 12));
      }),
      { examples: [[127], [128], [-128], [-129], [32_767], [-32_768]] },
    );
    expect([...written(avroDecimal(2, null), -1.28)]).toEqual([2, 0x80]);
  });
});

describe('in JSON', () => {
  test('an integer is its digits', () => {
    fc.assert(
      fc.property(integers, (value) => {
        const writer = jsonNumber(of(value));
        expect([written(writer, value).toString(), writer.bytesMax]).toEqual([String(value), String(value).length]);
      }),
      { examples: [[0], [2 ** 31 - 1], [2 ** 31], [-(2 ** 31)], [SAFE], [-SAFE]] },
    );
  });

  test('a number with digits after the point is as JSON.stringify writes it, also where it is large or they are many', () => {
    const decimals = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(integers, decimals, (scaled, places) => {
        const value = scaled / 10 ** places;
        expect(written(jsonNumber(of(value, places)), value).toString()).toBe(JSON.stringify(value));
      }),
      {
        examples: [
          [2 ** 31, 2],
          [-(2 ** 31), 2],
          [2 ** 31 - 1, 6],
          [1_234_567, 7],
          [1, 7],
          [0, 3],
        ],
      },
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(written(jsonNumber(of(value, null)), value + 0).toString()).toBe(String(value + 0));
      }),
    );
  });
});
