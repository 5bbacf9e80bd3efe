/** What is done with each record that counts, and with none that does not. */
import { expect, test } from 'vitest';
import type { GroupPlan } from '../../src/plan/reading-plan.ts';
import { GroupPlaces } from '../../src/reading/group-places.ts';
import { RecordTaker, type TakerOptions } from '../../src/reading/record-taker.ts';
import { allocateReadingMemory, MEMBER, memberCells, PLACE, placeCells } from '../../src/recorder/reading-memory.ts';
import { MemoryRecords } from './memory-records.ts';

/** Offsets 0 to 6, of which the group has counted 0 to 3. Even ones have a mark of lane 2. */
function taken(parts: readonly ('identity' | 'endToEnd' | 'check')[]) {
  const memory = allocateReadingMemory({ members: 1, groups: 1, places: 1, producers: [1], seconds: 1 });
  const group = { name: 'g', group: 0, members: [0], topics: ['t'] } as unknown as GroupPlan;
  const reading = { groups: [group], places: [{ topic: 't', partition: 0 }], cluster: {} };
  const places = new GroupPlaces({ reading, group, member: 0, memory });
  placeCells(memory, 0, 0)[PLACE.start] = 4;
  places.positionOf(0);
  places.take([0]);
  const calls: string[] = [];
  const identity = {
    ...{ lane: 2, index: -1 },
    find: (_: unknown, i: number) => {
      identity.index = 100 + i;
      return i % 2 === 0;
    },
  };
  const all = {
    identity,
    endToEnd: {
      marked: (lane: number, index: number, _: unknown, i: number, nowNs: number) =>
        calls.push(`marked ${lane}/${index} record ${i} at ${nowNs}`),
      dated: (_: unknown, i: number, nowNs: number) => calls.push(`dated record ${i} at ${nowNs}`),
    },
    check: {
      take: (_: unknown, i: number, place: number, _identity: unknown, isFound: boolean) =>
        calls.push(`checked record ${i} of place ${place}: ${isFound}`),
    },
  };
  const chosen = Object.fromEntries(parts.map((part) => [part, all[part]])) as unknown as Partial<TakerOptions>;
  const cells = memberCells(memory, 0);
  const taker = new RecordTaker({ places, cells, ...chosen });
  const record = { topic: 't', partition: 0, key: null, value: new Uint8Array(5), timestampMs: 1 };
  const records = new MemoryRecords(Array.from({ length: 7 }, (_, offset) => ({ ...record, offset })));
  taker.take(records, 7, 55);
  return { calls, consumed: taker.consumed, bytes: taker.bytes, foreign: cells[MEMBER.foreign] };
}

test('each record that counts is dated by its mark and checked; one without is foreign, and checked all the same', () => {
  expect(taken(['identity', 'endToEnd', 'check'])).toEqual({
    ...{ consumed: 3, bytes: 15, foreign: 1 },
    calls: [
      'marked 2/104 record 4 at 55',
      'checked record 4 of place 0: true',
      'checked record 5 of place 0: false',
      'marked 2/106 record 6 at 55',
      'checked record 6 of place 0: true',
    ],
  });
});

test('where no record has a mark each is dated by itself, and none is foreign', () => {
  const calls = [4, 5, 6].map((i) => `dated record ${i} at 55`);
  expect(taken(['endToEnd'])).toEqual({ consumed: 3, bytes: 15, foreign: 0, calls });
});

test('with nothing to date or check it counts', () => {
  expect(taken([])).toEqual({ consumed: 3, bytes: 15, foreign: 0, calls: [] });
  expect(taken(['identity'])).toEqual({ consumed: 3, bytes: 15, foreign: 1, calls: [] });
});
