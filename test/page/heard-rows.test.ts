import { expect, test } from 'vitest';
import { heardRows } from '../../src/page/run/heard-rows.ts';
import { instance, shardRow } from '../result/shards.ts';

const series = Array.from({ length: 10 }, (_, second) => shardRow(second));
const seconds = (...instances: Parameters<typeof instance>[1][]) =>
  heardRows({ series, instances: instances.map((each) => instance(0, each)) }).map(({ second }) => second);

test('all of one that was there to its end, and what follows that', () => {
  expect(seconds({ lastSecond: 7 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('not the time between a loss and the process that joined', () => {
  expect(seconds({ lastSecond: 2, complete: false }, { joinedAt: 5.4, lastSecond: 9 })).toEqual([
    0, 1, 2, 5, 6, 7, 8, 9,
  ]);
});

test('nothing after the last second of one that was lost, and nothing of one that was never heard of', () => {
  expect(seconds({ lastSecond: 3, complete: false })).toEqual([0, 1, 2, 3]);
  expect(seconds({ lastSecond: null, complete: false })).toEqual([]);
});
