import { describe, expect, test } from 'vitest';
import { COLOURS } from '../../src/page/run/heat-colour.ts';
import { linearClasses, logClasses, shardCells } from '../../src/page/run/shard-cells.ts';
import type { ShardResult, ShardRow } from '../../src/result/shard-result.ts';
import { shard, shardRow } from '../result/shards.ts';

const acked = { of: (row: ShardRow) => row.acked, worst: 'min' } as const;
const lag = { of: (row: ShardRow) => row.scheduleLagP99, worst: 'max' } as const;
const rows = (...values: (number | null)[]): ShardRow[] =>
  values.flatMap((value, second) => (value === null ? [] : [shardRow(second, { acked: value })]));
const shards = (...series: readonly ShardRow[][]): ShardResult[] => series.map((each, i) => shard(i, { series: each }));

describe('cells', () => {
  test('a row a shard, a column a second; what was not received is a gap', () => {
    const cells = shardCells(shards(rows(5, 6, 7), rows(5, null, 8)), 3, acked);
    expect([cells.rowShards, cells.columnSec]).toEqual([1, 1]);
    expect(cells.rows).toEqual([
      [5, 6, 7],
      [5, null, 8],
    ]);
    expect(cells.columns[1]).toEqual({
      lowest: { shard: 0, value: 6 },
      median: 6,
      highest: { shard: 0, value: 6 },
      missing: 1,
    });
    expect(cells.columns[2]).toMatchObject({ lowest: { shard: 0, value: 7 }, highest: { shard: 1, value: 8 } });
  });

  test('nothing sent is no lag, and is not missing', () => {
    const idle = [shardRow(0, { scheduleLagP99: null }), shardRow(1, { scheduleLagP99: 70 })];
    const { rows: cells, columns } = shardCells(shards(idle), 2, lag);
    expect(cells).toEqual([[null, 70]]);
    expect(columns.map(({ missing }) => missing)).toEqual([0, 0]);
  });

  test('of a long run a column is the worst of several seconds, whatever the last one holds', () => {
    const series = Array.from({ length: 605 }, (_, second) => shardRow(second, { acked: second === 301 ? 1 : 9 }));
    const { columnSec, rows: cells } = shardCells(shards(series, series.toSpliced(400, 1)), 605, acked);
    expect(columnSec).toBe(3);
    expect(cells[0]!.flatMap((value, i) => (value === 1 ? [i] : []))).toEqual([100]);
    expect(cells[0]!.includes(null)).toBe(false);
    expect(cells[1]!.flatMap((value, i) => (value === null ? [i] : []))).toEqual([133]);
  });

  test('of many shards a row is the worst of several, and none that is missing disappears', () => {
    const all = Array.from({ length: 1_000 }, (_, i) => (i === 500 ? rows(9, null) : rows(9, i === 77 ? 2 : 9)));
    const cells = shardCells(shards(...all), 2, acked);
    expect([cells.rowShards, cells.rows.length]).toEqual([8, 125]);
    expect(cells.rows.flatMap(([, second], i) => (second === 9 ? [] : [[i, second]]))).toEqual([
      [9, 2],
      [62, null],
    ]);
    expect(cells.columns[1]).toMatchObject({ lowest: { shard: 77, value: 2 }, missing: 1 });
  });
});

test.each([0, 1, 3, 7, 8, 250, 1_234, 99_999, 5e6])('colours of counts up to %d', (highest) => {
  const classes = linearClasses(highest);
  expect(classes[0]).toBe(0);
  expect(classes.length).toBeLessThanOrEqual(COLOURS);
  expect(classes.every(Number.isInteger)).toBe(true);
  if (highest >= 8) expect(classes.at(-1)!).toBeGreaterThan(highest / 2);
});

test.each([
  [900, 900],
  [1, 1],
  [3, 4e6],
  [1, 3.6e9],
])('colours of latencies from %d to %d µs', (lowest, highest) => {
  const classes = logClasses(lowest, highest);
  expect(classes[0]).toBeLessThanOrEqual(lowest);
  expect(classes.length).toBeGreaterThan(1);
  expect(classes.length).toBeLessThanOrEqual(COLOURS);
  expect(classes).toEqual(classes.toSorted((a, b) => a - b));
  if (highest === lowest) expect(classes[1]).toBeGreaterThan(highest);
});
