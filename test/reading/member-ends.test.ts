/** When a member takes records, and when it is done. */
import { describe, expect, test } from 'vitest';
import { CONTROL, START, STATE, STOP } from '../../src/recorder/control-memory.ts';
import { MEMBER, PLACE } from '../../src/recorder/reading-memory.ts';
import { MS, onceAt, SEC, TOPIC, World } from './member-world.ts';

describe('the end', () => {
  test('reads what came before the stop to the end, in the seconds in which it read it', () => {
    const after = onceAt(2_000, (world) => world.drain(4));
    const world = new World({ log: [100, 900, 1_500, 2_300], after }).assigned();
    expect(world.member.run()).toBeUndefined();
    expect(world.cells[MEMBER.consumed]).toBe(4);
    expect(world.nowNs).toBeLessThan(2_400 * MS);
    expect([0, 1, 2, 3].map((second) => world.rows.second(second, world.group).consumed)).toEqual([2, 1, 1, 0]);
    expect(world.rows.second(0, world.group).bytes).toBe(20);
    expect(world.rows.counts(world.group)).toMatchObject({ firstRecordNs: 100 * MS, lastRecordNs: 2_300 * MS });
    expect(world.rows.states()[0]).toBe(STATE.draining);
    expect(world.place(0)[PLACE.high]).toBe(77);
  });

  test('an end without a record is reached by what the reader found there', () => {
    const after = onceAt(1_000, (world) => {
      world.drain(3);
      world.keeper.onEnd!(TOPIC, 0, 3);
    });
    const world = new World({ log: [0], after }).assigned();
    expect(world.member.run()).toBeUndefined();
    expect(world.cells[MEMBER.consumed]).toBe(1);
  });

  test.each([
    ['group', {}, 60],
    ['group', { 'session.timeout.ms': '6000' }, 30],
    ['assign', {}, 30],
  ] as const)(
    'mode %s, %j: gives up %i s after the last progress, and names the place',
    (mode, properties, seconds) => {
      const after = onceAt(5_000, (world) => world.drain(3));
      const world = new World({ group: { mode, properties, members: [0] }, log: [0, 10_000], after }).assigned();
      const failure = expect.stringContaining(`nothing more came for ${seconds} s: t [0] is read up to 2 of 3`);
      expect(world.member.run()).toEqual({ failure });
      expect(world.nowNs / SEC - 10).toBeGreaterThanOrEqual(seconds);
      expect(world.nowNs / SEC - 10).toBeLessThan(seconds + 0.2);
    },
  );

  test('before anybody knows where it ends no silence is too long', () => {
    const after = onceAt(150_000, (world) => world.drain(1));
    const world = new World({ log: [150_010], after }).assigned();
    expect(world.member.run()).toBeUndefined();
    expect(world.nowNs).toBeGreaterThan(150_000 * MS);
  });

  test('progress of another member is progress: a group is done when all of it is read', () => {
    const after = (world: World) => {
      if (world.nowNs < SEC) return;
      if (world.words[CONTROL.stop] === STOP.none) world.drain(1, 3);
      // One record in 50 s.
      world.place(1)[PLACE.position] = Math.min(3, Math.floor(world.nowNs / (50 * SEC)));
    };
    const world = new World({ partitions: 2, log: [0], after }).assigned([0]);
    expect(world.member.run()).toBeUndefined();
    expect(Math.floor(world.nowNs / SEC)).toBe(150);
  });

  test('a member without a group leaves when its own partitions are read', () => {
    const after = onceAt(1_000, (world) => world.drain(1, 3));
    const world = new World({ group: { mode: 'assign' }, partitions: 2, log: [0], after });
    world.place(0)[PLACE.start] = 0;
    world.place(1)[PLACE.start] = 2;
    world.member.join();
    expect(world.calls).toEqual(['assign 0@0']);
    expect(world.member.run()).toBeUndefined();
    expect(world.nowNs).toBeLessThan(1_100 * MS);
  });

  test('given up: at once, with its session left to time out', () => {
    const after = onceAt(500, (world) => {
      world.words[CONTROL.stop] = STOP.abandon;
    });
    const world = new World({ log: [], after }).assigned();
    expect(world.member.run()).toEqual({ failure: 'given up before all was read' });
    expect(world.nowNs).toBeLessThan(600 * MS);
    world.member.leave();
    expect(world.closed).toBe('abandoned');
  });

  test('one that read all leaves its group', () => {
    const world = new World({}).assigned();
    world.drain(0);
    expect(world.member.run()).toBeUndefined();
    world.member.leave();
    expect(world.closed).toBe('left');
  });
});

describe('times and pace', () => {
  const log = Array.from({ length: 1_000 }, (_, i) => i * 10);

  test('a start time: takes nothing before, and the wait is no pause', () => {
    const after = onceAt(3_000, (world) => world.drain(400));
    const world = new World({ group: { startNs: 2.01 * SEC }, log: log.slice(0, 400), after });
    world.member.join();
    world.assigned();
    expect(world.calls).toEqual(['subscribe t']);
    expect(world.member.run()).toBeUndefined();
    expect(world.taken[0]!.atMs).toBeGreaterThanOrEqual(2_010);
    expect(world.taken[0]!.atMs).toBeLessThan(2_070);
    expect(world.cells[MEMBER.paused]! / MS).toBeLessThan(60);
    expect(world.cells[MEMBER.consumed]).toBe(400);
  });

  test('a pause takes nothing, is counted as such, and in a run that only reads its silence ends nothing', () => {
    const pause = { atNs: 1 * SEC, forNs: 100 * SEC };
    const after = onceAt(9_000, (world) => world.drain(1_000));
    const world = new World({ group: { pause, dates: 'timestamps' }, log, after }).assigned();
    expect(world.member.run()).toBeUndefined();
    const during = world.taken.filter(({ atMs }) => atMs > 1_001 && atMs < 101_000);
    expect(during).toEqual([]);
    expect(world.taken.length).toBe(1_000);
    expect(world.cells[MEMBER.paused]! / SEC).toBeCloseTo(100, 1);
    expect(world.nowNs / SEC).toBeLessThan(101.1);
  });

  test('a sleep ends where the pause begins: what comes then is not taken before its end', () => {
    const pause = { atNs: 1 * SEC, forNs: 1 * SEC };
    const after = onceAt(2_100, (world) => world.drain(2));
    const world = new World({ group: { pause }, log: [510, 1_005], after }).assigned();
    expect(world.member.run()).toBeUndefined();
    expect(world.taken.map(({ atMs }) => atMs >= 2_000)).toEqual([false, true]);
  });

  test('a pause ends when the producers are done, and one that would begin later does not begin', () => {
    const after = () => onceAt(9_990, (world) => world.drain(1_000));
    const ended = (atNs: number) => {
      const world = new World({ group: { pause: { atNs, forNs: 100 * SEC } }, log, after: after() }).assigned();
      expect(world.member.run()).toBeUndefined();
      expect(world.taken.length).toBe(1_000);
      expect(world.nowNs / SEC).toBeLessThan(10.1);
      return world.cells[MEMBER.paused]! / SEC;
    };
    expect(ended(1 * SEC)).toBeCloseTo(9, 0);
    expect(ended(9.999 * SEC)).toBeLessThan(0.1);
  });

  test('a pause that begins before the start holds until its own end', () => {
    const group = { startNs: 1 * SEC, pause: { atNs: 0.5 * SEC, forNs: 2 * SEC } };
    const after = onceAt(3_000, (world) => world.drain(1_000));
    const world = new World({ group, log, after }).assigned();
    world.member.run();
    expect(world.taken[0]!.atMs).toBeGreaterThanOrEqual(2_500);
    expect(world.cells[MEMBER.paused]! / SEC).toBeCloseTo(1.5, 1);
  });

  test('a rate bounds what it takes of a backlog in any time, and is reached', () => {
    const after = onceAt(1_000, (world) => world.drain(1_000));
    const backlog = log.map(() => 0);
    const world = new World({ group: { ratePerSec: 100 }, log: backlog, after }).assigned();
    expect(world.member.run()).toBeUndefined();
    for (const [i, { atMs }] of world.taken.entries()) expect(atMs).toBeGreaterThanOrEqual((i + 1) * 10);
    expect(world.nowNs / SEC).toBeLessThan(10.1);
  });

  test('a rate of less than a record a minute is slow, not stuck', () => {
    const world = new World({ group: { ratePerSec: 0.01, mode: 'assign', members: [0] }, log: [0] });
    world.assigned().drain(1);
    expect(world.member.run()).toBeUndefined();
    expect(world.nowNs / SEC).toBeCloseTo(100, 0);
  });
});

describe('before the start', () => {
  test('is ready when the whole group is assigned, and reads nothing', () => {
    const states: (number | undefined)[] = [];
    const world = new World({
      log: [0],
      after: (world) => {
        states.push(world.rows.states()[0]);
        if (world.nowNs === 100 * MS) world.assigned();
        if (world.nowNs === 200 * MS) world.other(1)[MEMBER.assignments] = 1;
        if (world.nowNs >= 250 * MS) world.words[CONTROL.start] = START.go;
      },
    });
    world.member.join();
    expect(world.member.awaitStart()).toBe(true);
    expect(states.slice(0, 4)).toEqual([STATE.starting, STATE.starting, STATE.starting, STATE.starting]);
    expect(states.at(-1)).toBe(STATE.ready);
    expect(world.taken).toEqual([]);
    expect(world.cells[MEMBER.rebalances]).toBe(0);
    world.assigned();
    expect(world.cells[MEMBER.rebalances]).toBe(1);
  });

  test.each(['before', 'after'])('goes home when the run is cancelled %s its assignment', (when) => {
    const after = onceAt(100, (world) => {
      world.words[CONTROL.start] = START.cancelled;
    });
    const world = new World({ group: { members: [0] }, after });
    world.member.join();
    if (when === 'after') world.assigned();
    expect(world.member.awaitStart()).toBe(false);
  });

  test('a partition that is newer than the run is reported and not read', () => {
    const world = new World({});
    world.keeper.onAssigned!([
      { topic: TOPIC, partition: 0 },
      { topic: TOPIC, partition: 1 },
    ]);
    expect(world.notes).toEqual(['t [1] was not there when the run began: it is not read']);
    expect(world.keeper.startAt!(TOPIC, 1)).toBeUndefined();
    expect(world.keeper.startAt!(TOPIC, 0)).toBe(0);
    expect(world.cells[MEMBER.assigned]).toBe(1);
  });
});
