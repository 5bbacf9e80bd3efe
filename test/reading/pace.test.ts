import { expect, test } from 'vitest';
import { Pace } from '../../src/reading/pace.ts';

const MS = 1e6;

test('takes its share of what is due, and whole records only', () => {
  const pace = new Pace(1000);
  expect(pace.room(0, 0.5, 0)).toBe(0);
  expect(pace.untilRoomMs()).toBe(1);
  expect(pace.room(3.5 * MS, 0.5, 0)).toBe(1);
  expect(pace.room(3.5 * MS, 0.5, 1)).toBe(1);
  expect(pace.room(3.5 * MS, 0.5, 3)).toBe(0);
  expect(pace.room(4.5 * MS, 0.5, 3)).toBe(1);
});

test('over any time it gives no more than the rate, whatever the steps', () => {
  const pace = new Pace(777);
  let taken = 0;
  for (let ms = 0; ms <= 10_000; ms += 7) taken += pace.room(ms * MS, 1, taken);
  expect(taken).toBe(Math.floor((777 * 9_996) / 1000));
});

test('what members without records leave, another one takes: the group keeps its rate', () => {
  const pace = new Pace(700);
  let taken = 0;
  for (let ms = 0; ms <= 10_000; ms++) taken += pace.room(ms * MS, 0.1, taken);
  expect(taken).toBeGreaterThan(6_980);
  expect(taken).toBeLessThanOrEqual(7_000);
});

test('two members that take at the same time take no more than the rate in the end', () => {
  const paces = [new Pace(1000), new Pace(1000)];
  let taken = 0;
  for (let ms = 0; ms <= 10_000; ms += 5) {
    const rooms = paces.map((pace) => pace.room(ms * MS, 0.9, taken));
    taken += rooms[0]! + rooms[1]!;
  }
  expect(taken).toBeGreaterThan(9_980);
  expect(taken).toBeLessThanOrEqual(10_010);
});

test('what was not taken for long is not caught up with at once', () => {
  const pace = new Pace(1000);
  pace.room(0, 1, 0);
  expect(pace.room(60_000 * MS, 1, 0)).toBe(250);
});

test('a member without partitions takes nothing and looks again in a second', () => {
  const pace = new Pace(1000);
  pace.room(0, 0, 0);
  expect(pace.room(100 * MS, 0, 0)).toBe(0);
  expect(pace.untilRoomMs()).toBe(1000);
});
