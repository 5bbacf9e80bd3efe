import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../src/errors.ts';
import {
  countOf,
  DURATION_NS_MAX,
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatRateIn,
  parseDuration,
  parseRate,
  rateUnitNs,
} from '../src/units.ts';

describe('durations', () => {
  test.each([
    ['30s', 30e9],
    ['5m', 300e9],
    ['1h', 3600e9],
    ['250ms', 250e6],
    ['1h30m', 5400e9],
    ['1h30m0.5s', 5400.5e9],
    ['1d', 86400e9],
    ['7us', 7000],
    ['7µs', 7000],
    ['3ns', 3],
    ['1.5s', 1.5e9],
    ['.5s', 0.5e9],
    [' 10 ', 10e9],
    [10, 10e9],
    [0.25, 0.25e9],
    ['0', 0],
    ['1e3', 1000e9],
  ])('%s is %d ns', (text, ns) => {
    expect(parseDuration(text)).toBe(ns);
  });

  test.each(['', 'soon', '5 minutes', '10x', '-5s', '1h 30', 's', '1e-3', Number.NaN, -1, '30S'])(
    '%s is refused',
    (text) => {
      expect(() => parseDuration(text)).toThrow(InputError);
      expect(() => parseDuration(text)).toThrow(/30s/);
    },
  );

  test('what an exact integer of nanoseconds cannot hold is refused', () => {
    expect(() => parseDuration('200d')).toThrow(/104 days/);
    expect(parseDuration(`${DURATION_NS_MAX}ns`)).toBe(DURATION_NS_MAX);
  });

  test('formatting reads back exactly', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(), fc.integer({ min: 0, max: DURATION_NS_MAX })), (ns) => {
        expect(parseDuration(formatDuration(ns))).toBe(ns);
      }),
    );
  });

  test.each([
    [0, '0s'],
    [5400e9, '1h30m'],
    [3602.5e9, '1h2.5s'],
    [250e6, '250ms'],
    [1e6, '1ms'],
    [1e9, '1s'],
    [1500, '1.5us'],
    [-1e9, '-1s'],
  ])('%d ns is written %s', (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });

  test('rounds where asked, also up into the next unit', () => {
    expect(formatDuration(10_023_456_789, 10_000_000)).toBe('10.02s');
    expect(formatDuration(59_999_999_999, 1_000_000)).toBe('1m');
  });
});

describe('rates', () => {
  test.each([
    ['25', 25],
    [25, 25],
    ['25/s', 25],
    ['600/m', 10],
    ['1000/h', 1000 / 3600],
    ['33333.3', 33333.3],
    [1e-7, 1e-7],
    [0, 0],
    ['1/3s', 1 / 3],
    ['1/0.5', 2],
    ['600/5m', 2],
    ['1e3', 1000],
    ['2.5e-3/s', 0.0025],
  ])('%s is %d a second', (text, perSec) => {
    expect(parseRate(text)).toBe(perSec);
  });

  test('a number without a unit counts against the time unit, one with a unit does not', () => {
    expect(parseRate(120, 60e9)).toBe(2);
    expect(parseRate(0.02041635497177264)).toBe(0.02041635497177264);
    expect(parseRate('120/s', 60e9)).toBe(120);
    expect([rateUnitNs('120/s'), rateUnitNs('120'), rateUnitNs(120), rateUnitNs('1/x')]).toEqual([
      1e9,
      undefined,
      undefined,
      Number.NaN,
    ]);
  });

  test.each([
    '',
    'fast',
    '25/x',
    '1/0',
    '1/-1',
    '25/constructor',
    '1/soon',
    '25 per second',
    '-5',
    -5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])('%s is refused', (text) => {
    expect(() => parseRate(text)).toThrow(/1000\/h/);
  });

  test.each<[perSec: number, timeUnitNs: number | undefined, text: string]>([
    [500 / 3600, 3600e9, '500/h'],
    [0.5 / 3600, 3600e9, '0.5/h'],
    [1 / 3, undefined, '20/m'],
    [500 / 3600, undefined, '500/h'],
    [0.123, undefined, '7.38/m'],
    [2 / 5, 5e9, '2 every 5s'],
    [33_333.3, undefined, '33,333.3/s'],
    [0, undefined, '0/s'],
    [0.1234567, undefined, '7.407/m'],
  ])('%d a second against %d ns is %s', (perSec, timeUnitNs, text) => {
    expect(formatRateIn(perSec, timeUnitNs)).toBe(text);
  });

  test('formatting keeps four digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e8, noNaN: true }), (perSec) => {
        const back = parseRate(formatRate(perSec).replaceAll(',', ''));
        expect(Math.abs(back - perSec) / perSec).toBeLessThan(1e-3);
      }),
    );
    expect(formatRate(33333.3)).toBe('33,333.3/s');
    expect(formatRate(1000 / 3600)).toBe('16.67/m');
    expect(formatRate(0)).toBe('0/s');
  });
});

describe('sizes', () => {
  test('formatting stays within rounding', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 50 }), (bytes) => {
        const [amount, unit] = formatBytes(bytes).replaceAll(',', '').split(' ');
        const factor = 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit!);
        expect(Math.abs(Number(amount) * factor - bytes)).toBeLessThanOrEqual(factor * 0.005 + 1e-9);
      }),
    );
    expect(formatBytes(16384)).toBe('16 KiB');
    expect(formatBytes(1024 ** 3 * 1.5)).toBe('1.5 GiB');
    expect(formatBytes(2 ** 20 - 1)).toBe('1 MiB');
  });
});

test('counts carry thousands separators', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (count) => {
      expect(formatCount(count)).toBe(count.toLocaleString('en-US'));
    }),
  );
  expect(formatCount(1234.5, 2)).toBe('1,234.5');
  expect(formatCount(2.5e30, 2)).toBe('2.5e+30');
  expect([0, 1, 1234].map((count) => countOf(count, 'record'))).toEqual(['0 records', '1 record', '1,234 records']);
});
