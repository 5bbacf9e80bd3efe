import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latencyBandLines } from '../../src/report/latency-bands.ts';
import { renderSummary } from '../../src/report/run-text.ts';
import { resultOf } from '../compare/results.ts';

const bandsOf = (spec: Parameters<typeof resultOf>[0]) => latencyBandLines(resultOf(spec));

const countsOf = (lines: readonly string[]) =>
  lines.map((line) => Number(/ ([\d,]+) +\d+\.\d\d %/.exec(line)![1]!.replaceAll(',', '')));

test('ten bands of equal ratio from the least to the greatest latency', () => {
  // 1 µs, 2 µs, … 1 ms and one of 100 ms.
  const ackedUs = [...Array.from({ length: 1_000 }, (_, i) => i + 1), 100_000];
  expect(bandsOf({ ackedUs })).toMatchInlineSnapshot(`
    [
      "      0.001 – 0.003                  2    0.20 %  ▏",
      "      0.003 – 0.010                  7    0.70 %  ▍",
      "      0.010 – 0.032                 22    2.20 %  █▎",
      "      0.032 – 0.100                 68    6.79 %  ████",
      "      0.100 – 0.316                216   21.58 %  ████████████▋",
      "      0.316 – 1.00                 684   68.33 %  ████████████████████████████████████████",
      "       1.00 – 3.16                   1    0.10 %  ▏",
      "       3.16 – 10.0                   0    0.00 %",
      "       10.0 – 31.6                   0    0.00 %",
      "       31.6 – 100                    1    0.10 %  ▏",
    ]
  `);
});

test('messages without a latency have a line of their own, in the place of a band', () => {
  const lines = bandsOf({ ackedUs: [1_000, 2_000, 4_000, 8_000], failed: 4 });
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toMatch(/^ {2}failed or unresolved +4 +50\.00 % {2}█{40}$/);
  expect(countsOf(lines).reduce((sum, count) => sum + count)).toBe(8);
});

test('more than an hour', () => {
  const lines = bandsOf({ ackedUs: [1_000, 4e9] });
  expect(lines.at(-1)).toMatch(/^ {2}more than an hour +1 +50\.00 %/);
  expect(countsOf(lines)[0]).toBe(1);
});

test.each([
  ['one value', [1_000, 1_000], 1],
  ['0 µs', [0, 0.2, 0.4], 1],
  ['few values', [1, 2, 3], 3],
])('no more bands than there are values: %s', (_, ackedUs, count) => {
  const lines = bandsOf({ ackedUs });
  expect(lines).toHaveLength(count);
  expect(countsOf(lines).reduce((sum, each) => sum + each)).toBe(ackedUs.length);
});

test('nothing acknowledged: all of them on one line; nothing at all: no line', () => {
  expect(bandsOf({ failed: 3 })).toEqual([expect.stringMatching(/^ {2}failed or unresolved +3 +100\.00 %/)]);
  expect(bandsOf({})).toEqual([]);
});

test('every message is in one line, whatever its latency', () => {
  const latency = fc.oneof(fc.nat(5_000), fc.nat(5_000_000), fc.double({ min: 0, max: 4e9, noNaN: true }));
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 50 }), fc.nat(5), (ackedUs, failed) => {
      const lines = bandsOf({ ackedUs, failed });
      expect(lines.length).toBeLessThanOrEqual(10);
      expect(countsOf(lines).reduce((sum, count) => sum + count)).toBe(ackedUs.length + failed);
    }),
    { numRuns: 50 },
  );
});

test('a result whose histogram cannot be read has none', () => {
  const result = resultOf();
  expect(latencyBandLines({ ...result, histograms: { ...result.histograms, response: 'AAAA' } })).toEqual([]);
});

describe('in the summary', () => {
  const result = resultOf();
  const whole = renderSummary(result, { histogram: true }).split('\n');

  test('with the flag, or on a terminal that is tall enough for all of it', () => {
    const has = (options: Parameters<typeof renderSummary>[1]) =>
      renderSummary(result, options).includes('\nResponse latency, ms          messages\n');
    const low = { rows: 10, columns: 100 };
    expect([has({}), has({ histogram: true }), has({ histogram: true, size: low })]).toEqual([false, true, true]);
    const fits = (rows: number, columns: number) => has({ size: { rows, columns } });
    expect([fits(whole.length + 1, 100), fits(whole.length + 2, 100)]).toEqual([false, true]);
    const wrapped = whole.filter((line) => line.length > 80).length;
    expect([fits(whole.length + wrapped + 1, 80), fits(whole.length + wrapped + 2, 80)]).toEqual([false, true]);
  });

  test('says of what it is where the numbers are not about the broker', () => {
    const limited = { ...result, verdict: { ...result.verdict, status: 'GENERATOR_LIMITED' as const } };
    expect(renderSummary(limited, { histogram: true })).toContain('messages (generator-limited)\n');
  });
});
