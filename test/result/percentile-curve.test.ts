import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistogram, percentile, record } from '../../src/recorder/histogram.ts';
import { toHdr } from '../../src/result/hdr.ts';
import { percentileCurve } from '../../src/result/percentile-curve.ts';

function histogramOf(latenciesUs: readonly number[]) {
  const histogram = createHistogram();
  for (const us of latenciesUs) record(histogram, us, 1);
  return histogram;
}

const latencies = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 300 });

test('its values are those of HdrHistogram, in order, and count what is above them', () => {
  fc.assert(
    fc.property(latencies, (latenciesUs) => {
      const { points, count } = percentileCurve('response', histogramOf(latenciesUs), 0);
      const hdr = toHdr(histogramOf(latenciesUs));
      expect(count).toBe(latenciesUs.length);
      expect(points.at(-1)!.percentile).toBe(99.999);
      for (const [i, { percentile: at, valueUs, above }] of points.entries()) {
        if (at > 0) expect(valueUs).toBe(Math.min(hdr.getValueAtPercentile(at), Math.max(...latenciesUs)));
        expect(above).toBeLessThanOrEqual(points[i - 1]?.above ?? count);
        expect(count - above).toBeGreaterThanOrEqual((count * at) / 100 - 1e-6);
      }
    }),
    { numRuns: 30 },
  );
});

test('it ends where failed messages begin, and counts them above every point', () => {
  const histogram = histogramOf(Array.from({ length: 98 }, (_, i) => 1_000 + i));
  const { points, censored } = percentileCurve('response', histogram, 2);
  expect(censored).toBe(2);
  expect(points.at(-1)!.percentile).toBeLessThanOrEqual(98);
  expect(points.find(({ percentile: at }) => at === 50)).toEqual({
    percentile: 50,
    valueUs: percentile(histogram, 50, 2),
    above: 50,
  });
});

test('nothing acknowledged: no point', () => {
  expect(percentileCurve('response', createHistogram(), 3)).toEqual({
    name: 'response',
    points: [],
    count: 0,
    censored: 3,
  });
});
