import { expect, test } from 'vitest';
import type { SecondRow } from '../../src/recorder/second-row.ts';
import { histogramBar, lastMinute, progressBar, sparkline, withRow } from '../../src/report/sparkline.ts';

const rowsOf = (seconds: readonly number[]) => seconds.map((second) => ({ second, acked: second }) as SecondRow);
const sumOf = (rows: readonly SecondRow[]) => rows.reduce((sum, { acked }) => sum + acked, 0);
const upTo = (end: number) => rowsOf(Array.from({ length: end }, (_, second) => second));

test('full height is the top; what is not there leaves a gap, what is hardly there does not', () => {
  expect(sparkline([0, null, 1, 50, 99, 100], 100)).toBe('  ▁▄██');
});

test('bars', () => {
  expect([progressBar(0.5, 4), progressBar(-1, 2), progressBar(9, 2)]).toEqual(['██░░', '░░', '██']);
  expect([histogramBar(0, 4), histogramBar(1e-9, 4), histogramBar(0.5, 4), histogramBar(0.53, 4)]).toEqual([
    ...['', '▏', '██', '██▏'],
  ]);
});

test('the rows of a minute, each once; another run begins anew', () => {
  const minute = upTo(90).reduce(withRow, [] as readonly SecondRow[]);
  expect(minute.map(({ second }) => second)).toEqual(Array.from({ length: 60 }, (_, i) => i + 30));
  expect(withRow(minute, minute.at(-1))).toBe(minute);
  expect(withRow(minute, rowsOf([3])[0])).toHaveLength(1);
  expect(withRow(minute, undefined)).toEqual([]);
});

test('a second each where there is room, else as many as it takes; a second that is not known is a gap', () => {
  expect(lastMinute(rowsOf([3, 4, 6]), 60, sumOf)).toEqual([3, 4, null, 6]);
  expect(lastMinute(rowsOf([3, 4, 5, 6]), 30, sumOf)).toEqual([3, 9, 6]);
  expect([lastMinute([], 60, sumOf), lastMinute(rowsOf([1]), 0, sumOf)]).toEqual([[], []]);
});

test('never more values than columns, and a value stays when its seconds are over', () => {
  for (const columns of [7, 29, 30, 31, 59, 60, 200]) {
    let before: (number | null)[] = [];
    for (let end = 1; end < 200; end++) {
      const values = lastMinute(upTo(end).slice(-60), columns, sumOf);
      expect(values.length).toBeLessThanOrEqual(Math.min(60, columns));
      const over = before.slice(0, -1).filter((value) => !values.includes(value));
      expect(over.length, `${columns} columns, second ${end}`).toBeLessThanOrEqual(1);
      before = values;
    }
  }
});
