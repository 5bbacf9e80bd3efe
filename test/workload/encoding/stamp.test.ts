import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compactDate,
  epochSeconds,
  isoMillis,
  isoMillisZoneless,
} from '../../../src/workload/encoding/calendar-stamp.ts';
import {
  avroTime,
  binaryIndex,
  decimalIndex,
  decimalTime,
  INDEX_MAX,
  type Stamp,
  shiftedIndex,
  TIMESTAMP_MAX_MS,
  TIMESTAMP_MIN_MS,
} from '../../../src/workload/encoding/stamp.ts';

const indexes = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }),
  fc.maxSafeNat().map((n) => n % (INDEX_MAX + 1)),
);
const times = fc.integer({ min: TIMESTAMP_MIN_MS, max: TIMESTAMP_MAX_MS });

/** The slow twin of each stamp. */
const oracles: readonly (readonly [string, Stamp, fc.Arbitrary<number>, (value: number) => string])[] = [
  ['decimalIndex', decimalIndex, indexes, (value) => String(value).padStart(12, '0')],
  [
    'binaryIndex',
    binaryIndex,
    indexes,
    (value) => Buffer.from(value.toString(16).padStart(12, '0'), 'hex').toString('latin1'),
  ],
  ['shiftedIndex', shiftedIndex(999_999_990), indexes, (value) => String(value + 999_999_990).slice(-9)],
  ['avroTime', avroTime, times, (value) => avsc.Type.forSchema('long').toBuffer(value).toString('latin1')],
  ['decimalTime', decimalTime, times, (value) => String(value)],
  ['compactDate', compactDate, times, (value) => new Date(value).toISOString().slice(0, 10).replaceAll('-', '')],
  ['epochSeconds', epochSeconds, times, (value) => String(Math.floor(value / 1000))],
  ['isoMillis', isoMillis, times, (value) => new Date(value).toISOString()],
  ['isoMillisZoneless', isoMillisZoneless, times, (value) => new Date(value).toISOString().slice(0, -1)],
];

describe.each(oracles)('%s', (_name, stamp, values, oracle) => {
  const write = (value: number) => {
    const into = Buffer.alloc(stamp.width + 2);
    stamp.write(into, 1, value);
    expect([into[0], into[stamp.width + 1]]).toEqual([0, 0]);
    return into.toString('latin1', 1, stamp.width + 1);
  };

  test('writes what its slow twin writes, in one width', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(write(value)).toBe(oracle(value));
      }),
    );
  });

  test('writes its first and its last value', () => {
    for (const value of stamp.of === 'index' ? [0, INDEX_MAX] : [TIMESTAMP_MIN_MS, TIMESTAMP_MAX_MS]) {
      expect(write(value)).toBe(oracle(value));
    }
  });

  test('refuses what would need another width', () => {
    const [code, outside] =
      stamp.of === 'index'
        ? ['INDEX_RANGE', [INDEX_MAX + 1]]
        : ['TIMESTAMP_RANGE', [TIMESTAMP_MIN_MS - 1, TIMESTAMP_MAX_MS + 1, Number.NaN]];
    for (const value of outside) expect(() => write(value)).toThrow(expect.objectContaining({ code }));
  });

  test('stamps a run as it stamps one by one', () => {
    const runs = fc.record({
      start: values,
      // Steps as between neighbours of a run: equal times, digits that carry over, jumps.
      steps: fc.array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(20_000)), { maxLength: 40 }),
      entry: fc.nat(5),
      first: fc.nat(5),
    });
    fc.assert(
      fc.property(runs, ({ start, steps, entry, first }) => {
        const last = stamp.of === 'index' ? INDEX_MAX : TIMESTAMP_MAX_MS;
        const list = [start];
        for (const step of steps) list.push(Math.min(last, list.at(-1)! + step));
        const at = Int32Array.from({ length: entry + list.length }, (_, i) => 3 + i * (stamp.width + 1));
        const run = Buffer.alloc(at.at(-1)! + stamp.width + 1);
        const single = Buffer.alloc(run.length);
        const source = Float64Array.from([...new Array(first).fill(0), ...list]);
        stamp.writeRun(run, at, entry, source, first, list.length);
        for (const [j, value] of list.entries()) stamp.write(single, at[entry + j]!, value);
        expect(run).toEqual(single);
      }),
    );
  });
});

test('cuts a fraction of a millisecond off', () => {
  const into = Buffer.alloc(13);
  decimalTime.write(into, 0, 1_760_000_000_000.999);
  expect(into.toString()).toBe('1760000000000');
});

test('knows every date that a record can have', () => {
  const into = Buffer.alloc(24);
  for (let ms = TIMESTAMP_MIN_MS; ms <= TIMESTAMP_MAX_MS; ms += 86_400_000) {
    isoMillis.write(into, 0, ms);
    expect(into.toString()).toBe(new Date(ms).toISOString());
  }
});
