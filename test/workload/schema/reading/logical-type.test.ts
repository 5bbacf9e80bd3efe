import { describe, expect, test } from 'vitest';
import { LOGICAL_TIMES } from '../../../../src/workload/schema/reading/avro-node.ts';
import { logicalTypeOf } from '../../../../src/workload/schema/reading/logical-type.ts';

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'];

describe('a logical type stands on its own types alone, elsewhere it is ignored', () => {
  test.each(Object.entries(LOGICAL_TIMES))('%s', (logicalType, { on }) => {
    for (const type of [...primitives, 'fixed']) {
      expect(logicalTypeOf({ logicalType }, type, 8)).toEqual(type === on ? { type: logicalType } : null);
    }
  });

  test.each([
    ['uuid', ['string', 'fixed 16']],
    ['duration', ['fixed 12']],
    ['decimal', ['bytes', 'fixed 11', 'fixed 12', 'fixed 13', 'fixed 15', 'fixed 16', 'fixed 17']],
    ['unheard-of', []],
    ['toString', []],
  ])('%s', (logicalType, types) => {
    const fixed = [11, 12, 13, 15, 16, 17].map((size) => `fixed ${size}`);
    const taking = [...primitives, ...fixed].filter((each) => {
      const [type, size] = each.split(' ');
      return logicalTypeOf({ logicalType, precision: 1 }, type!, Number(size ?? 0)) !== null;
    });
    expect(taking).toEqual(types);
  });

  test('is a text', () => {
    for (const logicalType of [undefined, null, 5, { type: 'date' }])
      expect(logicalTypeOf({ logicalType }, 'int')).toBeNull();
  });
});

describe('a decimal', () => {
  const decimal = (attributes: object, on = 'bytes', size = 0) =>
    logicalTypeOf({ logicalType: 'decimal', ...attributes }, on, size);

  test.each<[object, object | null]>([
    [
      { precision: 4, scale: 2 },
      { precision: 4, scale: 2 },
    ],
    [
      { precision: 4, scale: 4 },
      { precision: 4, scale: 4 },
    ],
    [{ precision: 1 }, { precision: 1, scale: 0 }],
    [
      { precision: 400, scale: 0 },
      { precision: 400, scale: 0 },
    ],
    [{ precision: 4, scale: 5 }, null],
    [{ precision: 4, scale: -1 }, null],
    [{ precision: 4, scale: 1.5 }, null],
    [{ precision: 4, scale: '1' }, null],
    [{ precision: 0 }, null],
    [{ precision: 2.5 }, null],
    [{ precision: '4' }, null],
    [{ scale: 2 }, null],
  ])('%j is %j', (attributes, read) => {
    expect(decimal(attributes)).toEqual(read && { type: 'decimal', ...read });
  });

  test('has no more digits than its bytes can hold', () => {
    for (let size = 1; size <= 40; size++) {
      const greatest = 2n ** BigInt(8 * size - 1) - 1n;
      // The greatest number has one digit more than can all be nines.
      const max = String(greatest).length - 1;
      expect(decimal({ precision: max }, 'fixed', size)).not.toBeNull();
      expect(decimal({ precision: max + 1 }, 'fixed', size)).toBeNull();
    }
  });
});
