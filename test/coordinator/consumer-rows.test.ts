/** Rows of consumer groups add up to what their members read. */
import { expect, test } from 'vitest';
import { ConsumerRows } from '../../src/coordinator/consumer-rows.ts';
import type { GroupPlan } from '../../src/plan/reading-plan.ts';
import { record } from '../../src/recorder/histogram.ts';
import {
  allocateReadingMemory,
  endToEndHistogram,
  READ_COLUMN,
  READ_COLUMNS,
  readRows,
} from '../../src/recorder/reading-memory.ts';
import { ReadingReader } from '../../src/recorder/reading-reader.ts';
import { LOAD, WARMUP } from '../../src/recorder/run-memory.ts';

const SEC = 1e9;
const BOTH = { group: 0, members: [0, 1] } as unknown as GroupPlan;
const ONE = { group: 1, members: [2] } as unknown as GroupPlan;
const SIZE = { members: 3, groups: 2, places: 1, producers: [1], seconds: 10 };

function opened() {
  const memory = allocateReadingMemory(SIZE);
  return { memory, reader: new ReadingReader(memory) };
}

test('rows add up to what members read, however late they are closed, and what is late itself is still in them', () => {
  const { memory, reader } = opened();
  const lags = new Map([[0, 4]]);
  const rows = new ConsumerRows(BOTH, reader, (second) => lags.get(second) ?? null);
  const read = (member: number, second: number, count: number) => {
    const cells = readRows(memory, member);
    cells[second * READ_COLUMNS + READ_COLUMN.consumed]! += count;
    cells[second * READ_COLUMNS + READ_COLUMN.bytes]! += 10 * count;
  };
  read(0, 0, 3);
  read(1, 0, 2);
  read(2, 0, 100);
  record(endToEndHistogram(memory, 0, 0, WARMUP), 1_000, 3);
  record(endToEndHistogram(memory, 1, 0, LOAD), 2_000, 2);
  rows.closeSeconds(0.9 * SEC);
  expect(rows.rows).toEqual([]);
  rows.closeSeconds(1.1 * SEC);
  expect(rows.rows).toEqual([{ second: 0, consumed: 5, bytes: 50, p50: 1_000, p99: 2_000, lag: 4 }]);
  // A late timer: two seconds at once, most was read in the second of them.
  read(0, 1, 1);
  read(0, 2, 6);
  record(endToEndHistogram(memory, 0, 0, LOAD), 500, 7);
  rows.closeSeconds(3.05 * SEC);
  expect(rows.rows.slice(1).map(({ p50 }) => p50)).toEqual([null, 500]);
  // Booked after its row was closed, and the last second, which is not over.
  read(1, 2, 1);
  read(1, 3, 8);
  lags.set(2, 9);
  rows.closeAll(3.4 * SEC);
  expect(rows.rows.map(({ consumed }) => consumed)).toEqual([5, 1, 7, 8]);
  expect(rows.rows.map(({ bytes }) => bytes)).toEqual([50, 10, 70, 80]);
  expect(rows.rows.map(({ lag }) => lag)).toEqual([4, null, 9, null]);
});

test('a run longer than there are rows counts its end in the last one', () => {
  const { memory, reader } = opened();
  const rows = new ConsumerRows(ONE, reader, () => null);
  readRows(memory, 2)[(SIZE.seconds - 1) * READ_COLUMNS] = 5;
  rows.closeSeconds(25 * SEC);
  expect(rows.rows.length).toBe(SIZE.seconds - 1);
  readRows(memory, 2)[(SIZE.seconds - 1) * READ_COLUMNS]! += 2;
  rows.closeAll(25.5 * SEC);
  expect(rows.rows.length).toBe(SIZE.seconds);
  expect(rows.rows.at(-1)).toMatchObject({ second: SIZE.seconds - 1, consumed: 7 });
});
