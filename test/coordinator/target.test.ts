/** What becomes of a run's topics while it goes on: told apart by their ids, or by what is left without them. */
import { expect, test } from 'vitest';
import { compareTopics } from '../../src/coordinator/target.ts';

const before = { name: 't', partitions: 4, id: 'A' };

test.each([
  ['nothing', before, before, [], []],
  ['deleted', before, { name: 't', partitions: 0 }, ['topic t was deleted during the run'], []],
  [
    'made again',
    before,
    { ...before, id: 'B' },
    ['topic t was deleted and recreated during the run: earlier records are gone'],
    [],
  ],
  [
    'made again, where the broker has no ids: partitions are never taken away',
    { name: 't', partitions: 4 },
    { name: 't', partitions: 1 },
    ['topic t was deleted and recreated during the run: earlier records are gone'],
    [],
  ],
  ['its id was not to be had at the start', { name: 't', partitions: 4 }, before, [], []],
  [
    'more partitions',
    before,
    { ...before, partitions: 6 },
    [],
    ['topic t got more partitions during the run, 6 instead of 4: keys stayed on the first 4'],
  ],
])('%s', (_, was, is, lost, warnings) => {
  expect(compareTopics([was], [is])).toEqual({ lost, unknown: [], warnings });
});
