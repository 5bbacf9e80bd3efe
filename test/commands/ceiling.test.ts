import { expect, test } from 'vitest';
import { ceilingAdvice, isDisturbed } from '../../src/commands/ceiling.ts';

test.each([
  [25, /offers 600,000\/s.*peak of 25\/s is less than 0.01 % of that: the broker will be measured, not this machine/],
  [300_000, /is 50 % of that: the broker will be measured/],
  [400_000, /is 67 % of that: the verdict will tell/],
  [900_000, /is 150 % of that: expect GENERATOR_LIMITED/],
  [2_000_000, /generates 1,500,000\/s.*is 133 % of that: it cannot be reached here/],
  [0, /a broker that acknowledges less is what a closed loop measures/],
])('a planned peak of %d a second', (peak, advice) => {
  expect(ceilingAdvice(peak, 1_500_000, 600_000)).toMatch(advice);
});

test('making records alone cannot be slower than sending them as well', () => {
  expect([isDisturbed(328_000, 748_000), isDisturbed(1_500_000, 600_000)]).toEqual([true, false]);
});
