import { expect, test } from 'vitest';
import { record, totalCount } from '../../src/recorder/histogram.ts';
import {
  allocateReadingMemory,
  endToEndHistogram,
  MEMBER,
  memberCells,
  PLACE,
  placeCells,
  READ_COLUMNS,
  readRows,
} from '../../src/recorder/reading-memory.ts';
import { ReadingReader } from '../../src/recorder/reading-reader.ts';
import { LOAD, WARMUP } from '../../src/recorder/run-memory.ts';

const SIZE = { members: 3, groups: 2, places: 2, producers: [1, 1], seconds: 5 };
const FIRST = { group: 0, members: [0, 1] };
const SECOND = { group: 1, members: [2] };

test('the counts of a group are those of its members alone', () => {
  const memory = allocateReadingMemory(SIZE);
  const reader = new ReadingReader(memory);
  expect(reader.counts(FIRST)).toMatchObject({ consumed: 0, firstRecordNs: null, lastRecordNs: null });
  const [a, b, c] = [0, 1, 2].map((member) => memberCells(memory, member));
  for (const [cells, n] of [
    [a!, 1],
    [b!, 10],
    [c!, 100],
  ] as const) {
    cells[MEMBER.consumed] = 3 * n;
    cells[MEMBER.bytes] = 7 * n;
    cells[MEMBER.firstRecord] = n;
    cells[MEMBER.lastRecord] = 20 * n;
  }
  b![MEMBER.negativeMinNs] = -5;
  expect(reader.counts(FIRST)).toMatchObject({ consumed: 33, bytes: 77, firstRecordNs: 1, lastRecordNs: 200 });
  expect(reader.counts(FIRST).negativeMinNs).toBe(-5);
  expect(reader.counts(SECOND)).toMatchObject({ consumed: 300, bytes: 700, firstRecordNs: 100, negativeMinNs: 0 });
});

test('rows, places and histograms are found by group', () => {
  const memory = allocateReadingMemory(SIZE);
  const reader = new ReadingReader(memory);
  readRows(memory, 0)[3 * READ_COLUMNS] = 4;
  readRows(memory, 1)[3 * READ_COLUMNS] = 5;
  readRows(memory, 2)[3 * READ_COLUMNS + 1] = 6;
  expect(reader.second(3, FIRST)).toEqual({ consumed: 9, bytes: 0 });
  expect(reader.second(3, SECOND)).toEqual({ consumed: 0, bytes: 6 });
  placeCells(memory, 1, 1).set([30, 10, 40, 3, 50], PLACE.position);
  expect(reader.places(SECOND)[1]).toEqual({ place: 1, position: 30, start: 10, end: 40, owner: 2, high: 50 });
  expect(reader.places(FIRST)[1]).toMatchObject({ position: 0, owner: null });
  record(endToEndHistogram(memory, 0, 1, LOAD), 100, 2);
  record(endToEndHistogram(memory, 1, 0, WARMUP), 100, 3);
  expect(totalCount(reader.endToEnd(FIRST))).toBe(5);
  expect(totalCount(reader.endToEnd(FIRST, { lanes: [1] }))).toBe(2);
  expect(totalCount(reader.endToEnd(FIRST, { phases: [WARMUP] }))).toBe(3);
  expect(reader.endToEndBuckets(SECOND).count).toBe(0);
});
