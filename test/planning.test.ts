import { afterEach, expect, test, vi } from 'vitest';
import { plan } from '../src/planning.ts';

afterEach(() => vi.restoreAllMocks());

test.each([
  [0.5, 0],
  [5, 1],
])('a note when planning takes more than a second (%s ms each record: %s)', async (ms, count) => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += ms;
    return now;
  });
  const notes: string[] = [];
  await plan('quickstart', { onNote: (note) => notes.push(note) });
  expect(notes).toHaveLength(count);
});
