import fc from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import {
  add,
  BUCKET_CELLS,
  bucketIndex,
  bucketLowest,
  clear,
  createHistogram,
  type FlatHistogram,
  HIGHEST_US,
  HISTOGRAM_BYTES,
  HISTOGRAM_CELLS,
  maximum,
  mean,
  minimum,
  overflowCount,
  percentile,
  percentiles,
  record,
  subtract,
  totalCount,
} from '../../src/recorder/histogram.ts';
import { createHdr, encodeHistogram, toHdr } from '../../src/result/hdr.ts';

/** The parts of hdr-histogram-js's implementation that its public type leaves out. */
interface HdrInside {
  readonly countsArrayLength: number;
  countsArrayIndex(value: number): number;
  getCountAtIndex(index: number): number;
  valueFromIndex(index: number): number;
}

const inside = (hdr: unknown) => hdr as HdrInside;
const reference = inside(createHdr());

function recorded(values: Iterable<number>): FlatHistogram {
  const cells = createHistogram();
  for (const value of values) record(cells, value, 1);
  return cells;
}

function occupied(cells: FlatHistogram): number[] {
  const found: number[] = [];
  for (let i = 0; i < BUCKET_CELLS; i++) if (cells[i] !== 0) found.push(i);
  return found;
}

// Latencies as they come: spread over the orders of magnitude.
const latencyUs = fc
  .tuple(fc.double({ min: 0, max: 31.7, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([exponent, fraction]) => Math.min(HIGHEST_US, 2 ** exponent + fraction - 1));
const wholeUs = latencyUs.map(Math.round);
// Few decimals, as percentiles are asked for: between them rank arithmetic in floating point has only one answer.
const percent = fc.integer({ min: 1, max: 1_000_000 }).map((n) => n / 10_000);

describe('layout', () => {
  test('has the length of HdrHistogram’s counts array', () => {
    expect(reference.countsArrayLength).toBe(BUCKET_CELLS);
  });

  test('every bucket boundary and its neighbours have HdrHistogram’s index', () => {
    const cells = createHistogram();
    let wrong = 0;
    for (let index = 0; index < BUCKET_CELLS; index++) {
      if (bucketLowest(index) !== reference.valueFromIndex(index)) wrong++;
      for (const value of [bucketLowest(index) - 1, bucketLowest(index), bucketLowest(index) + 1]) {
        if (value < 0 || value > HIGHEST_US) continue;
        const expected = reference.countsArrayIndex(value);
        record(cells, value, 1);
        if (cells[expected] !== 1 || bucketIndex(value) !== expected) wrong++;
        cells.fill(0);
        if (wrong > 0) expect.fail(`bucket ${index}, value ${value}: expected index ${expected}`);
      }
    }
  }, 20_000);

  test('any value lands where HdrHistogram puts the nearest whole microsecond', () => {
    fc.assert(
      fc.property(latencyUs, (value) => {
        const nearest = Math.floor(value + 0.5);
        expect(occupied(recorded([value]))).toEqual([reference.countsArrayIndex(nearest)]);
      }),
      { numRuns: 300 },
    );
  });

  test('values around 2^31, where signed 32-bit arithmetic would break', () => {
    for (const value of [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 3_000_000_000, HIGHEST_US]) {
      expect(occupied(recorded([value]))).toEqual([reference.countsArrayIndex(value)]);
      expect(bucketIndex(value)).toBe(reference.countsArrayIndex(value));
    }
  });
});

describe('record', () => {
  test('keeps total, exact min, max and mean', () => {
    const cells = createHistogram();
    record(cells, 10.25, 3);
    record(cells, 1234.5678, 1);
    expect(totalCount(cells)).toBe(4);
    expect(minimum(cells)).toBe(10.25);
    expect(maximum(cells)).toBe(1234.5678);
    expect(mean(cells)).toBeCloseTo((3 * 10.25 + 1234.5678) / 4, 12);
  });

  test('zeroed memory is an empty histogram, and a view of shared memory sees the same one', () => {
    const buffer = new SharedArrayBuffer(2 * HISTOGRAM_BYTES);
    const cells = createHistogram(buffer, HISTOGRAM_BYTES);
    expect([minimum(cells), maximum(cells), mean(cells), percentile(cells, 50, 0)]).toEqual([null, null, null, null]);
    record(cells, 5, 2);
    expect(totalCount(createHistogram(buffer, HISTOGRAM_BYTES))).toBe(2);
    expect(totalCount(createHistogram(buffer))).toBe(0);
  });

  test('more than an hour is counted as overflow, in total, max and mean', () => {
    const cells = recorded([100, HIGHEST_US, HIGHEST_US + 1, 2 ** 40]);
    expect(overflowCount(cells)).toBe(2);
    expect(totalCount(cells)).toBe(4);
    expect(maximum(cells)).toBe(2 ** 40);
    expect(percentile(cells, 50, 0)).toBe(1717 * 2 ** 21 - 1); // the bucket an hour falls into
    expect(percentile(cells, 75, 0)).toEqual({ atLeast: HIGHEST_US });
  });

  test('a negative latency counts in bucket 0 and stays visible as the minimum', () => {
    const cells = recorded([-0.7, -3, 2]);
    expect(cells[0]).toBe(2);
    expect(minimum(cells)).toBe(-3);
  });

  test('NaN is not hidden', () => {
    expect(mean(recorded([1, Number.NaN]))).toBeNaN();
  });
});

test('what is cleared is empty, and nothing else is', () => {
  const value = fc.oneof(latencyUs, fc.constantFrom(-3, 0, HIGHEST_US + 1, 2 ** 40, Number.NaN));
  fc.assert(
    fc.property(fc.array(value), fc.boolean(), (values, isDifference) => {
      const cells = recorded(values);
      if (isDifference) subtract(cells, recorded(values.slice(0, values.length / 2)), cells);
      clear(cells);
      expect(cells.every((cell) => cell === 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

describe('percentile', () => {
  test('several at once are those of one after the other', () => {
    const several = fc.array(percent, { minLength: 1 }).map((all) => all.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(latencyUs, fc.constant(2 ** 40))),
        several,
        fc.nat(20),
        (values, percents, lost) => {
          const cells = recorded(values);
          expect(percentiles(cells, percents, lost)).toEqual(percents.map((each) => percentile(cells, each, lost)));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('equals getValueAtPercentile, but never exceeds the exact maximum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(wholeUs, fc.integer({ min: 1, max: 1000 })), { minLength: 1 }),
        percent,
        (pairs, p) => {
          const cells = createHistogram();
          const hdr = createHdr();
          for (const [value, count] of pairs) {
            record(cells, value, count);
            hdr.recordValueWithCount(value, count);
          }
          const expected = p === 0 ? null : Math.min(hdr.getValueAtPercentile(p), hdr.maxValue);
          if (expected !== null) expect(percentile(cells, p, 0)).toBe(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('is within HdrHistogram’s precision of the sorted list’s', () => {
    fc.assert(
      fc.property(fc.array(latencyUs, { minLength: 1, maxLength: 400 }), percent, (values, p) => {
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil((p / 100) * values.length - 1e-9) - 1)]!;
        const found = percentile(recorded(values), p, 0) as number;
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.max(0.5, exact / 1000) + 0.5);
      }),
      { numRuns: 300 },
    );
  });

  test('an exact rank is not pushed up by floating point', () => {
    // (7 / 100) * 100 is 7.000000000000001.
    expect(percentile(recorded(Array.from({ length: 100 }, (_, i) => i + 1)), 7, 0)).toBe(7);
  });

  test('censored messages rank above every recorded one', () => {
    const cells = recorded(Array.from({ length: 90 }, (_, i) => i + 1));
    expect(percentile(cells, 90, 10)).toBe(90);
    expect(percentile(cells, 90.01, 10)).toEqual({ atLeast: 90 });
    expect(percentile(cells, 50, 10)).toBe(50);
    expect(percentile(createHistogram(), 50, 1)).toEqual({ atLeast: 0 });
  });

  test('more censored messages never lower a percentile', () => {
    const value = (found: ReturnType<typeof percentile>) =>
      found === null ? -1 : typeof found === 'number' ? found : Infinity;
    fc.assert(
      fc.property(fc.array(latencyUs), fc.nat(50), fc.nat(50), percent, (values, some, more, p) => {
        const cells = recorded(values);
        expect(value(percentile(cells, p, some + more))).toBeGreaterThanOrEqual(value(percentile(cells, p, some)));
      }),
    );
  });
});

describe('arithmetic', () => {
  test('adding parts gives the histogram of the whole', () => {
    fc.assert(
      fc.property(fc.array(wholeUs), fc.array(wholeUs), (a, b) => {
        const sum = recorded(a);
        add(sum, recorded(b));
        expect(Buffer.from(sum.buffer).equals(Buffer.from(recorded([...a, ...b]).buffer))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('the difference of two readings is what came between them', () => {
    fc.assert(
      fc.property(fc.array(wholeUs), fc.array(wholeUs), percent, (before, between, p) => {
        const earlier = recorded(before);
        const later = recorded([...before, ...between]);
        const difference = createHistogram();
        subtract(later, earlier, difference);
        const expected = recorded(between);
        expect(occupied(difference)).toEqual(occupied(expected));
        expect(totalCount(difference)).toBe(between.length);
        if (between.length === 0) return;
        expect(mean(difference)).toBeCloseTo(mean(expected)!, 3);
        const precision = maximum(expected)! / 1000 + 1;
        expect(Math.abs(maximum(difference)! - maximum(expected)!)).toBeLessThanOrEqual(precision);
        expect(Math.abs(minimum(difference)! - minimum(expected)!)).toBeLessThanOrEqual(precision);
        const found = percentile(difference, p, 0) as number;
        expect(Math.abs(found - (percentile(expected, p, 0) as number))).toBeLessThanOrEqual(precision);
      }),
      { numRuns: 100 },
    );
  });

  test('subtract may write over either input', () => {
    const earlier = recorded([5, 7]);
    const later = recorded([5, 7, 3, 900]);
    subtract(later, earlier, earlier);
    expect([totalCount(earlier), minimum(earlier), maximum(earlier)]).toEqual([2, 3, 900]);
    subtract(later, recorded([5, 7]), later);
    expect([totalCount(later), minimum(later), maximum(later)]).toEqual([2, 3, 900]);
  });

  test('what is added between a record’s bucket and its total is consistent', () => {
    const live = recorded([1, 2, 3]);
    live[2]! += 1; // the writer has stored the bucket but not yet the total
    live[4]! += 1; // nor that it is a new maximum
    const copy = new Float64Array(HISTOGRAM_CELLS);
    add(copy, live);
    expect([totalCount(copy), copy[2], copy[4]]).toEqual([4, 2, 0]);
  });
});

describe('hdr-histogram-js', () => {
  test('gets the same counts, minimum and maximum, and survives its encoding', () => {
    fc.assert(
      fc.property(
        fc.array(
          wholeUs.filter((value) => value > 0),
          { minLength: 1 },
        ),
        (values) => {
          const cells = recorded(values);
          for (const hdr of [toHdr(cells), decodeFromCompressedBase64(encodeHistogram(cells), 64)]) {
            expect(hdr.totalCount).toBe(values.length);
            for (const index of occupied(cells)) expect(inside(hdr).getCountAtIndex(index)).toBe(cells[index]);
          }
          expect(toHdr(cells).maxValue).toBe(Math.max(...values));
          expect(toHdr(cells).minNonZeroValue).toBe(Math.min(...values));
        },
      ),
      { numRuns: 50, examples: [[[3_487_563_776, 3_487_563_777]]] },
    );
  });

  test('counts beyond 2^32 do not wrap', () => {
    const cells = createHistogram();
    record(cells, 100, 5_000_000_000);
    expect(decodeFromCompressedBase64(encodeHistogram(cells), 64).totalCount).toBe(5_000_000_000);
  });
});
