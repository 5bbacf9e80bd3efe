import { expect, test } from 'vitest';
import { compare } from '../src/compare/compare.ts';
import { capacity } from '../src/experiments/capacity/capacity.ts';
import { sweep } from '../src/experiments/sweep.ts';

test.each([
  ['sweep', () => sweep('atm', { goal: 5 } as never), 'goal: expected text, not `5`'],
  ['sweep', () => sweep('atm', { vary: 5 } as never), /^vary: expected a map of paths to lists of values/],
  ['sweep', () => sweep('atm', { vary: [null] } as never), /^vary: expected a map of paths to lists of values/],
  ['sweep', () => sweep('atm', { repeats: 5 } as never), 'there is no option `repeats` (did you mean `repeat`?)'],
  ['capacity', () => capacity('atm', { slo: 'failed<1' } as never), 'slo: expected a list of texts, not `"failed<1"`'],
  ['compare', () => compare('a', 'b', { gates: [5] } as never), 'gates: expected a list of texts, not `[5]`'],
  ['compare', () => compare('a', 'b', { gate: ['x'] } as never), 'there is no option `gate` (did you mean `gates`?)'],
])('%s() with an option that is wrong %#', async (_, call, message) => {
  await expect(call()).rejects.toThrow(message);
});
