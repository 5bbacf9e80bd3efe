import { expect, test } from 'vitest';
import type { ConsumerRow } from '../../src/recorder/consumer-row.ts';
import { bucketOf, bucketRangeUs, type SparseCounts } from '../../src/recorder/latency-series.ts';
import { drainOf } from '../../src/result/drain.ts';

const PAUSE = { atNs: 3e9, forNs: 2e9 };
const rowsOf = (lags: readonly (number | null)[], consumed = 100): ConsumerRow[] =>
  lags.map((lag, second) => ({ second, consumed, bytes: 0, p50: null, p99: null, lag }));
const responses = (us: readonly number[]) => us.map((each): SparseCounts => [[bucketOf(each), 10]]);
const UNKNOWN = { endNs: 9e9, lag: null };
const upTo = (us: number) => bucketRangeUs(bucketOf(us)).toUs;

test('a backlog that is gone: peak, time and rate, and the p99 of producers in each part', () => {
  const rows = rowsOf([2, 5, 1, 100, 200, 150, 60, 4, 3]);
  const us = [1_000, 1_000, 1_000, 2_000, 2_000, 9_000, 9_000, 9_000, 1_000];
  expect(drainOf(PAUSE, rows, responses(us), UNKNOWN)).toEqual({
    pausedFrom: 3,
    fromSecond: 5,
    seconds: 3,
    peakLag: 200,
    rate: 100,
    producersP99: { before: upTo(1_000), paused: upTo(2_000), draining: upTo(9_000) },
  });
});

test('a backlog that was still there when the run ended', () => {
  const drain = drainOf(PAUSE, rowsOf([0, 0, 0, 100, 200, 190, 180]), [], UNKNOWN);
  expect(drain).toMatchObject({ seconds: null, peakLag: 200, rate: 100, producersP99: { before: null } });
});

test('seconds in which the cluster did not answer end nothing', () => {
  expect(drainOf(PAUSE, rowsOf([0, null, 0, null, null, null, 0]), [], UNKNOWN)).toMatchObject({
    seconds: 2,
    peakLag: 0,
  });
  expect(drainOf(PAUSE, rowsOf([null, null, null, null, null, null]), [], UNKNOWN)).toMatchObject({
    peakLag: null,
    seconds: null,
  });
});

test('a run that was over before its pause has none', () => {
  expect(drainOf(PAUSE, rowsOf([0, 0, 0]), [], UNKNOWN)).toBeUndefined();
});

test('a run that ended in its pause drained nothing', () => {
  expect(drainOf(PAUSE, rowsOf([0, 0, 0, 50]), [], UNKNOWN)).toMatchObject({ peakLag: 50, seconds: null, rate: 0 });
});

test('a backlog that went in the last second, of which there is no row', () => {
  const rows = rowsOf([0, 0, 0, 100, 200, 150]);
  expect(drainOf(PAUSE, rows, [], { endNs: 5.5e9, lag: 0 })).toMatchObject({ seconds: 0.5, rate: 200 });
  expect(drainOf(PAUSE, rows, [], { endNs: 5.5e9, lag: 7 })).toMatchObject({ seconds: null, rate: 100 });
});

test('a pause between two full seconds: its own seconds are those that it touches', () => {
  const pause = { atNs: 2.5e9, forNs: 1e9 };
  const us = [1_000, 1_000, 2_000, 9_000, 9_000];
  expect(drainOf(pause, rowsOf([1, 1, 60, 80, 1]), responses(us), UNKNOWN)).toEqual({
    ...{ pausedFrom: 2.5, fromSecond: 3.5, seconds: 1.5, peakLag: 80, rate: 200 / 1.5 },
    producersP99: { before: upTo(1_000), paused: upTo(2_000), draining: upTo(9_000) },
  });
});

test('the lag before is the greatest of five seconds, so that one good second asks for no better', () => {
  const pause = { atNs: 7e9, forNs: 1e9 };
  // Ten before the five seconds does not count, nine in them does.
  const lags = [10, 0, 0, 9, 0, 0, 0, 100, 50];
  expect(drainOf(pause, rowsOf([...lags, 10, 9]), [], UNKNOWN)!.seconds).toBe(3);
  expect(drainOf(pause, rowsOf([...lags, 10]), [], UNKNOWN)!.seconds).toBeNull();
});

test('one percent of slow messages is not in the p99, more is', () => {
  const slow = (count: number): SparseCounts[] => [
    [
      [bucketOf(1_000), 100 - count],
      [bucketOf(50_000), count],
    ],
  ];
  const before = (count: number) =>
    drainOf({ atNs: 1e9, forNs: 1e9 }, rowsOf([0, 0, 0]), slow(count), UNKNOWN)!.producersP99.before;
  expect(before(1)).toBe(upTo(1_000));
  expect(before(2)).toBe(upTo(50_000));
});
