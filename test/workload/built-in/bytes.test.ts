import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes } from '../../../src/workload/built-in/bytes.ts';
import { scenarioTag } from '../../../src/workload/encoding/mark.ts';
import { paramsOf } from '../../../src/workload/parameters.ts';
import { NOW_MS, recordContext, recordPlan } from '../fixture.ts';
import { chiSquareZ } from '../statistics.ts';

const identity = recordContext({ scenario: 'pipe' });
const plan = (params: Record<string, unknown>, overrides = {}) =>
  recordPlan({ workload: 'bytes', key: { kind: 'none' }, params, ...overrides });

/** Records 0..count-1, each copied out. */
function records(params: Record<string, unknown>, count: number, overrides = {}): Buffer[] {
  const generator = bytes.open(plan(params, overrides), identity);
  const into = Buffer.alloc(generator.bytesMax + 8);
  return Array.from({ length: count }, (_, i) => {
    const end = generator.write(into, 4, i, i, NOW_MS);
    if (into.readUInt32BE(0) !== 0 || into[generator.bytesMax + 4] !== 0)
      throw new Error('written outside of its room');
    return Buffer.from(into.subarray(4, end));
  });
}

describe('bytes records', () => {
  test('start with their mark', () => {
    for (const [i, record] of records({}, 50).entries()) {
      expect(bytes.readMark(record, 'avro')).toEqual({
        runTag: '0123456789abcdef',
        scenarioTag: scenarioTag('pipe'),
        index: i,
      });
    }
  });

  test('have no mark when told so, or when the smallest has no room for it', () => {
    expect(bytes.open(plan({}), identity).marked).toBe(true);
    expect(bytes.open(plan({}, { mark: 'none' }), identity).marked).toBe(false);
    expect(bytes.open(plan({ size: 15, sizeMax: 100 }), identity).marked).toBe(false);
    for (const record of records({}, 20, { mark: 'none' })) {
      expect(bytes.readMark(record, 'avro')!.runTag).not.toBe('0123456789abcdef');
    }
  });

  test('have the size asked for, or one between the two', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(300),
        fc.constantFrom('uniform', 'lognormal'),
        (size, more, sizeDistribution) => {
          for (const record of records({ size, sizeMax: size + more, sizeDistribution }, 50)) {
            expect(record.length).toBeGreaterThanOrEqual(size);
            expect(record.length).toBeLessThanOrEqual(size + more);
          }
        },
      ),
    );
    expect(records({ size: 777 }, 3).map((record) => record.length)).toEqual([777, 777, 777]);
  });

  test('spread uniform sizes evenly', () => {
    const seen = new Uint32Array(41);
    for (const record of records({ size: 20, sizeMax: 60 }, 100_000)) seen[record.length - 20]!++;
    expect(Math.abs(chiSquareZ(seen))).toBeLessThan(4);
  });

  test('spread log-normal sizes around the geometric mean', () => {
    const lengths = records({ size: 100, sizeMax: 10_000, sizeDistribution: 'lognormal', entropy: 0 }, 40_000)
      .map((record) => record.length)
      .sort((a, b) => a - b);
    // Median 1000, sigma ln(10) / 2.576: the 84.13th percentile is one sigma out.
    expect(lengths[20_000]! / 1000).toBeCloseTo(1, 1);
    expect(lengths[33_654]! / (1000 * Math.exp(Math.log(10) / 2.576))).toBeCloseTo(1, 1);
    expect(lengths.filter((length) => length === 100 || length === 10_000).length / 40_000).toBeCloseTo(0.01, 2);
  });

  test.each([0, 0.25, 0.5, 1])('compress to an entropy of %d', (entropy) => {
    const whole = Buffer.concat(records({ size: 1000, entropy }, 200, { mark: 'none' }));
    expect(deflateRawSync(whole).length / whole.length).toBeCloseTo(entropy, 1);
  });

  test('share no random bytes between records or places', () => {
    const words = records({ size: 400 }, 200, { mark: 'none' }).flatMap((record) =>
      Array.from({ length: 100 }, (_, i) => record.readUInt32LE(i * 4)),
    );
    expect(words.length - new Set(words).size).toBeLessThan(2 + 20_000 ** 2 / 2 ** 32);
  });

  test('show size, mark and content as a sample', () => {
    const sample = bytes.open(plan({ size: 20 }), identity).generate(3, 3, NOW_MS);
    expect(sample).toMatchObject({ size: 20, mark: { index: 3 } });
    expect(Buffer.from(sample.payload as string, 'base64')).toEqual(records({ size: 20 }, 4)[3]);
  });

  test('keep their bytes for ever', () => {
    expect(records({ size: 30 }, 3).map((record) => record.toString('hex'))).toMatchInlineSnapshot(`
      [
        "0123456789abcdef6d64000000000000a09bebfceb94f6caea48bb04428a",
        "0123456789abcdef6d64000000000001a6d590d656fc6efbab72a8e78485",
        "0123456789abcdef6d640000000000024aa1acbf93cffe06f8ba9800ab4e",
      ]
    `);
    const spread = records({ size: 8, sizeMax: 24, entropy: 0.5 }, 3, { mark: 'none' });
    expect(spread.map((record) => record.toString('hex'))).toMatchInlineSnapshot(`
      [
        "a09bebfceb94f6ca2e2e2e2e2e2e2e",
        "af418adff2cf2e2e2e2e2e",
        "4c7c0a9e2e2e2e2e",
      ]
    `);
  });
});

describe('bytes parameters', () => {
  test('have defaults, and refuse what makes no record', () => {
    expect(paramsOf(bytes).parse({})).toEqual({ size: 200, sizeMax: 0, sizeDistribution: 'uniform', entropy: 1 });
    for (const bad of [{ size: 0 }, { entropy: 1.1 }, { size: 100, sizeMax: 50 }, { sizeDistribution: 'normal' }]) {
      expect(paramsOf(bytes).safeParse(bad).success).toBe(false);
    }
  });
});
