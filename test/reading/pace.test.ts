import { expect, test } from 'vitest';
import { Pace } from '../../src/reading/pace.ts';

const MS = 1e6;

test('takes its share of the rate, and whole records only', () => {
  const pace = new Pace(1000);
  expect(pace.room(0, 0.5)).toBe(0);
  expect(pace.untilRoomMs()).toBe(2);
  expect(pace.room(3 * MS, 0.5)).toBe(1);
  pace.took(1);
  expect(pace.room(3 * MS, 0.5)).toBe(0);
  expect(pace.room(4 * MS, 0.5)).toBe(1);
});

test('over any time it gives no more than the rate, whatever the steps', () => {
  const pace = new Pace(777);
  let taken = 0;
  for (let ms = 0; ms <= 10_000; ms += 7) {
    const room = pace.room(ms * MS, 1);
    taken += room;
    pace.took(room);
  }
  expect(taken).toBe(Math.floor((777 * 9_996) / 1000));
});

test('what was not taken for long is not caught up with at once', () => {
  const pace = new Pace(1000);
  pace.room(0, 1);
  expect(pace.room(60_000 * MS, 1)).toBe(250);
});

test('a member without partitions takes nothing and looks again in a second; without a rate there is no limit', () => {
  const pace = new Pace(1000);
  pace.room(0, 0);
  expect(pace.room(100 * MS, 0)).toBe(0);
  expect(pace.untilRoomMs()).toBe(1000);
  expect(new Pace(undefined).room(0, 1)).toBe(Number.POSITIVE_INFINITY);
});
