/** Against scipy, an independent implementation: `make-fixture.py` wrote what it makes of the same runs. */
import jstat from 'jstat';
import { expect, test } from 'vitest';
import { holm } from '../../src/statistics/holm.ts';
import { median, medianInterval } from '../../src/statistics/median.ts';
import { powerOf, runsNeeded, smallestShownEffect } from '../../src/statistics/power.ts';
import { atLevel, effectSize, pairedRatio, type RatioInterval, unpairedRatio } from '../../src/statistics/ratio.ts';
import scipy from './scipy.json' with { type: 'json' };

/** jStat's quantiles are iterated to 3e-8. */
function expectNear(value: number, expected: number, tolerance = 1e-6): void {
  expect(Math.abs(value - expected), `${value} is ${expected}`).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

function expectIntervals(of: (alpha: number) => RatioInterval, expected: readonly (readonly number[])[]): void {
  for (const [i, alpha] of scipy.levels.entries()) {
    const [low, high] = expected[i]!;
    for (const interval of [of(alpha), atLevel(of(0.5), alpha)]) {
      expectNear(Math.log(interval.low), Math.log(low!));
      expectNear(Math.log(interval.high), Math.log(high!));
    }
  }
}

test.each(scipy.comparisons)(
  'ratios of $base.length runs to $other.length',
  ({ base, other, welch, paired, d, superiority }) => {
    const unpaired = unpairedRatio(base, other)!;
    expectNear(unpaired.p, welch.p);
    expectNear(unpaired.df, welch.df);
    expectIntervals((alpha) => unpairedRatio(base, other, alpha)!, welch.intervals);
    expectNear(effectSize(base, other)!.superiority, superiority);
    expectNear(effectSize(base, other)!.d!, d);
    expect(unpaired.n).toBe(Math.min(base.length, other.length));
    if (paired === undefined) return;
    expectNear(pairedRatio(base, other)!.p, paired.p);
    expectNear(pairedRatio(base, other)!.ratio, paired.ratio);
    expectIntervals((alpha) => pairedRatio(base, other, alpha)!, paired.intervals);
  },
);

test.each(scipy.quantiles)('t quantile $p with $df degrees of freedom', ({ df, p, t }) => {
  expectNear(jstat.studentt.inv(p, df), t, 1e-7);
});

test.each(scipy.families)('Holm over $ps', ({ ps, adjusted }) => {
  expect(holm(ps)).toEqual(adjusted);
});

test.each(scipy.medians)('median of $values.length runs', ({ values, low, high, coverage, median: expected }) => {
  const interval = medianInterval(values);
  expectNear(median(values), expected);
  expectNear(interval.low, low);
  expectNear(interval.high, high);
  expectNear(interval.coverage, coverage);
});

test.each([2, 3, 4, 5, 8])('what %i rounds show in four of five experiments is outside of their interval', (n) => {
  const [base, other] = [Array.from({ length: n }, () => 1), Array.from({ length: n }, (_, i) => 1 + 0.01 * (i % 2))];
  for (const alpha of [0.05, 0.0125, 0.05 / 28, 0.05 / 77]) {
    const found = pairedRatio(base, other, alpha)!;
    expect(smallestShownEffect(found, alpha)).toBeGreaterThan(found.high / found.ratio - 1);
  }
});

test.each(scipy.power)('power of $n rounds for $effect at $sd and $alpha', ({ n, effect, sd, alpha, power }) => {
  const [df, se] = [n - 1, sd / Math.sqrt(n)];
  expectNear(powerOf(Math.log1p(effect) / se, df, alpha), power, 1e-5);
  if (power > 0.999) return;
  const known = { ...pairedRatio([1, 1], [1, 2])!, n, sd, se, df };
  expectNear(smallestShownEffect(known, alpha, power), effect, 1e-4);
  expect(runsNeeded(sd, effect, alpha, power * 0.9999)).toBe(n);
});
