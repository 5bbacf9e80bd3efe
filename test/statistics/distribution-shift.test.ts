import { expect, test } from 'vitest';
import {
  BODY_PERCENTILE_MAX,
  distributionShift,
  type RunPercentiles,
  SHIFT_PERCENTILES,
} from '../../src/statistics/distribution-shift.ts';
import { Draws, share } from './simulation.ts';

/** What a run measures at each percentile: noise of the run that all share, and some of each. */
function run(draws: Draws, moved: (p: number) => number): RunPercentiles {
  const common = 0.05 * draws.normal();
  return SHIFT_PERCENTILES.map((p) => moved(p) * Math.exp(common + 0.03 * draws.normal()) * (1 + p / 100));
}

const unmoved = () => 1;
const isTail = (p: number) => p > BODY_PERCENTILE_MAX;

function shift(draws: Draws, moved: (p: number) => number, paired: boolean) {
  const runs = (of: (p: number) => number) => Array.from({ length: 10 }, () => run(draws, of));
  return distributionShift(runs(unmoved), runs(moved), { paired });
}

test.each([true, false])('equal distributions are rarely shown to move (paired: %s)', (paired) => {
  const draws = new Draws('shift none');
  expect(share(1000, () => shift(draws, unmoved, paired).part !== 'none shown')).toBeLessThan(0.065);
});

test.each([true, false])('names the part that moved (paired: %s)', (paired) => {
  const draws = new Draws('shift parts');
  expect(shift(draws, (p) => (isTail(p) ? 1 : 0.7), paired)).toMatchObject({ part: 'body', direction: 'down' });
  expect(shift(draws, (p) => (isTail(p) ? 1.4 : 1), paired)).toMatchObject({ part: 'tail', direction: 'up' });
  expect(shift(draws, () => 1.4, paired)).toMatchObject({ part: 'both', direction: 'up' });
  expect(shift(draws, (p) => (isTail(p) ? 1.4 : 0.7), paired)).toMatchObject({ part: 'both', direction: 'mixed' });
});

test('an interval leaves out 1 exactly where its percentile moved', () => {
  const draws = new Draws('shift intervals');
  for (let i = 0; i < 50; i++) {
    for (const { low, high, moved, pAdjusted } of shift(draws, (p) => (isTail(p) ? 1.1 : 1), true).percentiles) {
      expect(low > 1 || high < 1).toBe(moved);
      expect(pAdjusted <= 0.05).toBe(moved);
    }
  }
});

test('a percentile that one run does not have is left out, and single runs show nothing', () => {
  const draws = new Draws('shift gaps');
  const [a, b] = [run(draws, unmoved), run(draws, unmoved)];
  const short = [...a.slice(0, -1), null];
  const { percentiles } = distributionShift([a, short], [b, b], { paired: true });
  expect(percentiles.map(({ p }) => p)).toEqual(SHIFT_PERCENTILES.slice(0, -1));
  expect(distributionShift([a], [b], { paired: true })).toEqual({
    part: 'none shown',
    direction: null,
    percentiles: [],
  });
});
