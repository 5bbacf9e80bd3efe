/** Two members of one group over rebalances: each record is counted once, by whoever has its partition. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroupPlan } from '../../src/plan/reading-plan.ts';
import { GroupPlaces } from '../../src/reading/group-places.ts';
import { RecordTaker } from '../../src/reading/record-taker.ts';
import { allocateReadingMemory, MEMBER, memberCells, PLACE, placeCells } from '../../src/recorder/reading-memory.ts';
import { type LogRecord, MemoryRecords } from './memory-records.ts';

const GROUP: GroupPlan = {
  ...{ name: 'g', group: 0, members: [0, 1], topics: ['t', 'u'], properties: {}, mode: 'group', verify: false },
  ...{ dates: 'marks', from: 'run', startNs: 0 },
};
/** The topic `other` is that of another group. */
const PLACES = [
  { topic: 't', partition: 0 },
  { topic: 'other', partition: 0 },
  { topic: 't', partition: 1 },
  { topic: 'u', partition: 0 },
];
const [T0, OTHER, T1, U0] = [0, 1, 2, 3] as const;

function twoMembers() {
  const memory = allocateReadingMemory({ members: 2, groups: 1, places: 4, producers: [1], seconds: 1 });
  const reading = { groups: [GROUP], places: PLACES, cluster: {} };
  const members = [0, 1].map((member) => {
    const places = new GroupPlaces({ reading, group: GROUP, member, memory });
    const taker = new RecordTaker({ places, cells: memberCells(memory, member) });
    const read = (...records: readonly LogRecord[]) => {
      taker.take(new MemoryRecords(records), records.length, 0);
      return taker.consumed;
    };
    return { places, taker, read, cells: memberCells(memory, member) };
  });
  return { a: members[0]!, b: members[1]!, cells: PLACES.map((_, place) => placeCells(memory, 0, place)) };
}

function at(place: number, offset: number, bytes = 10): LogRecord {
  return { ...PLACES[place]!, offset, key: null, value: new Uint8Array(bytes), timestampMs: 0 };
}

describe('a member counts', () => {
  test('what is at its position or above, over gaps, and the bytes of keys and values', () => {
    const { a, cells } = twoMembers();
    cells[T0]![PLACE.position] = 5;
    a.places.take([T0]);
    const tombstone = { ...at(T0, 20), key: new Uint8Array(3), value: null };
    expect(a.read(at(T0, 3), at(T0, 4), at(T0, 5), at(T0, 9), tombstone)).toBe(3);
    expect(a.taker.bytes).toBe(23);
    expect(cells[T0]![PLACE.position]).toBe(21);
    expect(a.read(at(T0, 20))).toBe(0);
    expect(a.taker.bytes).toBe(0);
  });

  test('of several partitions in one batch each by its own position', () => {
    const { a, cells } = twoMembers();
    a.places.take([T0, T1, U0]);
    cells[T1]![PLACE.position] = 2;
    expect(a.read(at(T0, 0), at(T1, 1), at(T1, 2), at(U0, 7), at(T0, 1), at(T1, 2))).toBe(4);
    expect([T0, T1, U0].map((place) => cells[place]![PLACE.position])).toEqual([2, 3, 8]);
  });

  test('no more than it is told to look at', () => {
    const { a } = twoMembers();
    a.places.take([T0]);
    a.taker.take(new MemoryRecords([at(T0, 0), at(T0, 1), at(T0, 2)]), 2, 0);
    expect(a.taker.consumed).toBe(2);
  });

  test('nothing of a topic or partition that its group does not know, nor of one that it has not', () => {
    const { a, cells } = twoMembers();
    a.places.take([T0]);
    const unknown = { ...at(T0, 0), partition: 9 };
    expect(a.read(unknown, { ...unknown, topic: 'nobody' }, at(OTHER, 0), at(T1, 0), at(T0, 0))).toBe(1);
    expect(a.places.find('t', 9)).toBe(-1);
    expect(a.places.find('other', 0)).toBe(-1);
    expect(cells[OTHER]![PLACE.position]).toBe(0);
  });
});

describe('a rebalance', () => {
  test('goes on where the group is: what comes again is not counted again', () => {
    const { a, b, cells } = twoMembers();
    a.places.take([T0]);
    expect(a.read(at(T0, 0), at(T0, 1))).toBe(2);
    a.places.give([T0]);
    expect(cells[T0]![PLACE.owner]).toBe(0);
    expect(b.places.positionOf(T0)).toBe(2);
    b.places.take([T0]);
    expect(b.read(at(T0, 1), at(T0, 2))).toBe(1);
    expect([a.cells[MEMBER.assigned], b.cells[MEMBER.assigned]]).toEqual([0, 1]);
  });

  test('takes a partition from a member that was given up: its records count no more, and it takes nothing back', () => {
    const { a, b, cells } = twoMembers();
    a.places.take([T0]);
    b.places.take([T0]);
    expect(a.read(at(T0, 0))).toBe(0);
    a.places.reached(T0, 50);
    a.places.give([T0]);
    expect(cells[T0]![PLACE.owner]).toBe(2);
    expect(b.read(at(T0, 0))).toBe(1);
    expect(cells[T0]![PLACE.position]).toBe(1);
  });

  test('asks where to go on without a trace: whoever still reads there loses nothing', () => {
    const { a, b, cells } = twoMembers();
    cells[T0]![PLACE.start] = 4;
    a.places.take([T0]);
    expect(a.places.positionOf(T0)).toBe(4);
    a.read(at(T0, 4));
    // The other member reads on between the look at the position and what is done next.
    const raced = new Proxy(cells[T0]!, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target);
        if (key === String(PLACE.start)) a.read(at(T0, 5));
        return value;
      },
    });
    (b.places.cells as Float64Array[])[T0] = raced;
    b.places.positionOf(T0);
    expect(cells[T0]![PLACE.position]).toBe(6);
  });

  test('however partitions move, each record counts once', () => {
    const step = fc.record({ member: fc.nat(1), move: fc.boolean(), from: fc.nat(12), count: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { a, b } = twoMembers();
        let owner = a;
        let position = 0;
        owner.places.take([T0]);
        for (const { member, move, from, count } of steps) {
          const who = member === 0 ? a : b;
          if (move) {
            // Told or not: the one that loses it may hear of it only later.
            if (count % 2 === 0) owner.places.give([T0]);
            who.places.take([T0]);
            owner = who;
          }
          // From anywhere up to the position on, as a reader that was told late to seek.
          const first = Math.max(0, position - from);
          const records = Array.from({ length: count }, (_, i) => at(T0, first + i));
          const counted = who === owner ? Math.max(0, first + count - position) : 0;
          expect(who.read(...records)).toBe(counted);
          position += counted;
        }
      }),
    );
  });
});

test('a place without records moves by the end that its owner found, and never back', () => {
  const { a, b, cells } = twoMembers();
  a.places.take([T0]);
  a.places.reached(T0, 8);
  a.places.reached(T0, 3);
  b.places.reached(T0, 99);
  expect(cells[T0]![PLACE.position]).toBe(8);
});

test('partitions dealt out by hand: each place of the group’s topics has one member', () => {
  const { a, b } = twoMembers();
  expect([a.places.share, b.places.share]).toEqual([[T0, U0], [T1]]);
});

test('a group is assigned when every member has been given something, and together they have all', () => {
  const { a, b } = twoMembers();
  a.places.take([T0, T1, U0]);
  expect(a.places.isAssigned()).toBe(false);
  b.places.take([]);
  expect(b.places.isAssigned()).toBe(true);
  a.places.give([U0]);
  expect(b.places.isAssigned()).toBe(false);
  b.places.take([U0]);
  expect(a.places.isAssigned()).toBe(true);
});

test('a partition that is given again counts once', () => {
  const { a } = twoMembers();
  a.places.take([T0, T1]);
  a.places.take([T1]);
  expect([a.cells[MEMBER.assigned], a.cells[MEMBER.assignments]]).toEqual([2, 2]);
});

test('what is left to read, and how far the group is', () => {
  const { a, b, cells } = twoMembers();
  for (const each of cells) each[PLACE.end] = 3;
  cells[U0]![PLACE.end] = -1;
  expect(a.places.isEndKnown).toBe(false);
  cells[U0]![PLACE.end] = 0;
  cells[OTHER]![PLACE.end] = -1;
  expect(a.places.isEndKnown).toBe(true);
  a.places.take([T0]);
  a.read(at(T0, 0), at(T0, 2));
  expect(b.places.unread(b.places.all)).toBe(T1);
  expect(b.places.unread([T0, U0])).toBe(-1);
  expect(b.places.progress).toBe(3);
  expect(a.places.describe(T0)).toBe('t [0] is read up to 3 of 3');
});
