import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scheduleOf } from '../../src/executors/table.ts';
import {
  accelerateSchedule,
  cutSchedule,
  dueAtNs,
  dueCount,
  ratePerSecAt,
  type Schedule,
  ScheduleReader,
  withPoissonArrivals,
} from '../../src/schedule/schedule.ts';
import { createCursor } from '../../src/schedule/schedule-cursor.ts';
import { burst, factors, piecesFrom, smooth } from '../executors/drawn.ts';

const SEC = 1e9;
const WORKERS = fc.integer({ min: 1, max: 64 });

const anySchedule: fc.Arbitrary<Schedule> = fc
  .oneof(
    fc.tuple(fc.oneof({ weight: 4, arbitrary: smooth }, { weight: 1, arbitrary: burst }), fc.constant(undefined)),
    fc.tuple(smooth, fc.integer()),
  )
  .filter(([executor]) => executor.kind !== 'ramping-arrival-rate' || executor.stages.some((s) => s.durationNs > 0))
  .chain(([executor, seed]) =>
    fc
      .tuple(fc.integer({ min: 0, max: 3600 * SEC }), factors, fc.constantFrom(1, 1, 60, 7, 0.3))
      .map(([startNs, pieces, speed]) => {
        const planned = scheduleOf(executor, { startNs, ...piecesFrom(startNs, pieces) });
        return accelerateSchedule(seed === undefined ? planned : withPoissonArrivals(planned, seed, 'a'), speed);
      }),
  );

function indexesAndTimes(schedule: Schedule, worker: number, workers: number, look: () => { ns: number; max: number }) {
  const cursor = createCursor(schedule, worker, workers);
  const seen: { index: number; due: number }[] = [];
  const due = new Float64Array(64);
  let now = schedule.startNs;
  while (seen.length < cursor.count) {
    const { ns, max } = look();
    now += ns;
    expect(cursor.dueTotal(now)).toBeGreaterThanOrEqual(seen.length);
    const n = cursor.dueBefore(now, max, due);
    expect(n).toBe(Math.min(max, due.length, cursor.dueTotal(now) - seen.length));
    if (n === 0 && max > 0) expect(cursor.nextDueNs()).toBeGreaterThan(now);
    // What was looked at need not be taken: the next look sees it again.
    const taken = n - (n > 3 ? 2 : 0);
    for (let j = 0; j < taken; j++) seen.push({ index: cursor.nextIndex() + j * workers, due: due[j]! });
    cursor.advance(taken);
    if (n === 0) now = Math.max(now, cursor.nextDueNs());
  }
  expect(cursor.nextDueNs()).toBe(Infinity);
  expect(cursor.dueBefore(Infinity, 10, due)).toBe(0);
  expect(cursor.nextIndex()).toBeGreaterThanOrEqual(schedule.count);
  return seen;
}

describe('the union over workers', () => {
  test('is the global schedule: none twice, none missing, each at its own time', () => {
    fc.assert(
      fc.property(anySchedule, WORKERS, fc.integer({ min: 1, max: 1e6 }), (schedule, workers, stride) => {
        let turn = stride;
        const look = () => {
          turn = (turn * 48271) % 2147483647;
          return { ns: turn % (schedule.endNs - schedule.startNs + 1), max: 1 + (turn % 70) };
        };
        const reader = new ScheduleReader(schedule);
        const times = new Float64Array(schedule.count).fill(Number.NaN);
        for (let worker = 0; worker < workers; worker++) {
          for (const { index, due } of indexesAndTimes(schedule, worker, workers, look)) {
            if (!Number.isNaN(times[index]!)) throw new Error(`message ${index} twice`);
            if (index % workers !== worker) throw new Error(`message ${index} on worker ${worker}`);
            times[index] = due;
          }
        }
        let before = schedule.startNs;
        for (let i = 0; i < schedule.count; i++) {
          if (times[i] !== reader.dueNs(i)) throw new Error(`message ${i} due at ${times[i]} and ${reader.dueNs(i)}`);
          if (times[i]! < before) throw new Error(`message ${i} due before its predecessor`);
          before = times[i]!;
        }
        expect(before).toBeLessThanOrEqual(schedule.endNs);
      }),
      { numRuns: 150 },
    );
  });
});

describe('index and time', () => {
  test('dueCount is the exact inverse of dueAtNs', () => {
    fc.assert(
      fc.property(anySchedule, fc.double({ min: -0.1, max: 1.1, noNaN: true }), (schedule, where) => {
        const reader = new ScheduleReader(schedule);
        const all = Array.from({ length: schedule.count }, (_, i) => reader.dueNs(i));
        const times = [schedule.startNs + where * (schedule.endNs - schedule.startNs)];
        const picked = all[Math.floor(Math.abs(where) * all.length) % Math.max(1, all.length)];
        if (picked !== undefined) times.push(picked);
        for (const at of times) {
          expect(dueCount(schedule, at)).toBe(all.filter((due) => due <= at).length);
          expect(reader.dueCountBefore(at)).toBe(all.filter((due) => due < at).length);
        }
        expect(dueCount(schedule, Infinity)).toBe(schedule.count);
      }),
      { numRuns: 300 },
    );
  });

  test('neither drifts nor loses its remainder in an hour at 33,333.3 messages per second', () => {
    const schedule = constant(33_333.3, 3600 * SEC);
    expect(schedule.count).toBe(119_999_880);
    const reader = new ScheduleReader(schedule);
    for (let i = 0; i < schedule.count; i += 99_991) {
      const exactPs = (BigInt(i) * 10n * 1_000_000_000_000n) / 333_333n;
      expect(Math.abs(reader.dueNs(i) * 1000 - Number(exactPs))).toBeLessThan(2);
    }
    expect(constant(33_333.3, 1 * SEC).count).toBe(33_333);
    expect(constant(33_333.3, 10 * SEC).count).toBe(333_333);
  });

  test('gives the counts that people compute by hand', () => {
    expect(constant(100_000, 60 * SEC).count).toBe(6_000_000);
    expect(constant(0.1, 30 * SEC).count).toBe(3);
    expect(constant(25, 3600 * SEC).count).toBe(90_000);
    expect(scheduleOf({ kind: 'burst', size: 100, everyNs: SEC, durationNs: 10 * SEC }, { startNs: 0 }).count).toBe(
      1000,
    );
    const atmHour = ramp(0, [25, 5 * 60], [25, 50 * 60], [0, 5 * 60]);
    expect(atmHour.count).toBe(82_500);
    const period = {
      kind: 'sine',
      meanPerSec: 50,
      amplitudePerSec: 50,
      periodNs: 7 * SEC,
      durationNs: 70 * SEC,
    } as const;
    expect(scheduleOf(period, { startNs: 0 }).count).toBe(3500);
    const rows = Array.from({ length: 86_400 }, (_, second) => ({ second, ratePerSec: 0.1 }));
    expect(scheduleOf({ kind: 'replay', rows }, { startNs: 0 }).count).toBe(8640);
  });

  test('does not lose a message to binary fractions', () => {
    // 0.7 · 90, 11/60 · 300 and 65/3600 · 720 all fall short of the integer in float64.
    expect(constant(0.7, 90 * SEC).count).toBe(63);
    expect(constant(11 / 60, 300 * SEC).count).toBe(55);
    expect(constant(65 / 3600, 720 * SEC).count).toBe(13);
    // Summed up row by row without compensation, these miss by 0.0011 of a message.
    const rows = Array.from({ length: 86_400 }, (_, second) => ({ second, ratePerSec: 10_000.3 }));
    expect(scheduleOf({ kind: 'replay', rows }, { startNs: 0 }).count).toBe(864_025_920);
  });

  test('resumes after a hole, not before it', () => {
    const rows = [10, 0, 0, 10].map((ratePerSec, second) => ({ second, ratePerSec }));
    const schedule = scheduleOf({ kind: 'replay', rows }, { startNs: 5 * SEC });
    expect(schedule.count).toBe(20);
    expect(dueAtNs(schedule, 9)).toBe(5.9 * SEC);
    expect(dueAtNs(schedule, 10)).toBe(8 * SEC);
    expect(dueCount(schedule, 7.5 * SEC)).toBe(10);
  });

  test('is accurate at both ends of a ramp from and to zero', () => {
    const schedule = ramp(0, [100_000, 60], [0, 60]);
    expect(schedule.count).toBe(6_000_000);
    expect(dueAtNs(schedule, 0)).toBe(0);
    // Λ(t) = 100000/120 · t² in seconds on the way up; its mirror image on the way down.
    expect(dueAtNs(schedule, 1)).toBeCloseTo(Math.sqrt(120 / 100_000) * SEC, 3);
    expect(dueAtNs(schedule, 5_999_999)).toBeCloseTo((120 - Math.sqrt(120 / 100_000)) * SEC, 3);
  });

  test('places the messages of a sine whose rate touches zero', () => {
    const periodNs = 60 * SEC;
    const sine = {
      kind: 'sine',
      meanPerSec: 1000,
      amplitudePerSec: 1000,
      periodNs,
      durationNs: 10 * periodNs,
    } as const;
    const omega = (2 * Math.PI) / periodNs;
    const planned = (u: number) => 1000 * (u / SEC + (1 - Math.cos(omega * u)) / (omega * SEC));
    const reader = new ScheduleReader(scheduleOf(sine, { startNs: 0 }));
    let before = -1;
    for (let i = 0; i < 600_000; i++) {
      const due = reader.dueNs(i);
      if (!(due > before)) throw new Error(`message ${i} not after its predecessor`);
      if (Math.abs(planned(due) - i) > 1e-6) throw new Error(`message ${i} misplaced at ${due}`);
      before = due;
    }
  });
});

describe('cutSchedule', () => {
  test('keeps the due times and ends where the last unit is complete', () => {
    const schedule = constant(100, 10 * SEC);
    const cut = cutSchedule(schedule, 250);
    expect([cut.count, cut.endNs]).toEqual([250, 2.5 * SEC]);
    expect(createCursor(cut, 1, 3).count).toBe(83);
    expect(dueAtNs(cut, 249)).toBe(2.49 * SEC);
    expect(cutSchedule(schedule, 1000)).toBe(schedule);
    expect(cutSchedule(schedule, 0).endNs).toBe(0);
  });

  test('ends a burst with its interval and does not wait out a hole', () => {
    const bursts = scheduleOf({ kind: 'burst', size: 100, everyNs: SEC, durationNs: 10 * SEC }, { startNs: 0 });
    expect(cutSchedule(bursts, 50).endNs).toBe(SEC);
    expect(cutSchedule(bursts, 100).endNs).toBe(SEC);
    expect(cutSchedule(bursts, 101).endNs).toBe(2 * SEC);
    const rows = [10, 0, 10].map((ratePerSec, second) => ({ second, ratePerSec }));
    expect(cutSchedule(scheduleOf({ kind: 'replay', rows }, { startNs: 0 }), 10).endNs).toBe(SEC);
  });

  test('never ends before its last message', () => {
    fc.assert(
      fc.property(anySchedule, fc.double({ min: 0, max: 1, noNaN: true }), (schedule, share) => {
        const cut = cutSchedule(schedule, Math.floor(schedule.count * share));
        if (cut.count > 0) expect(dueAtNs(cut, cut.count - 1)).toBeLessThanOrEqual(cut.endNs);
        expect(cut.endNs).toBeLessThanOrEqual(schedule.endNs);
      }),
    );
  });
});

function constant(ratePerSec: number, durationNs: number): Schedule {
  return scheduleOf({ kind: 'constant-arrival-rate', ratePerSec, durationNs }, { startNs: 0 });
}

function ramp(startRatePerSec: number, ...stages: readonly (readonly [target: number, seconds: number])[]): Schedule {
  return scheduleOf(
    {
      kind: 'ramping-arrival-rate',
      startRatePerSec,
      stages: stages.map(([targetPerSec, seconds]) => ({ targetPerSec, durationNs: seconds * SEC })),
    },
    { startNs: 0 },
  );
}

describe('the rate at a time', () => {
  const SEC = 1e9;
  const start = { startNs: 2 * SEC };

  test('is that of the executor, not of whole messages', () => {
    const ramp = scheduleOf(
      { kind: 'ramping-arrival-rate', startRatePerSec: 0, stages: [{ targetPerSec: 0.8, durationNs: 10 * SEC }] },
      start,
    );
    expect([1, 2, 7, 11.999, 12].map((sec) => ratePerSecAt(ramp, sec * SEC))).toEqual([
      0,
      0,
      0.4,
      expect.closeTo(0.8, 3),
      0,
    ]);
    const burst = scheduleOf({ kind: 'burst', size: 30, everyNs: 60 * SEC, durationNs: 600 * SEC }, start);
    expect(ratePerSecAt(burst, 40 * SEC)).toBe(0.5);
  });

  test('adds up to the messages of a swing', () => {
    const sine = scheduleOf(
      { kind: 'sine', meanPerSec: 3, amplitudePerSec: 2, periodNs: 60 * SEC, durationNs: 150 * SEC },
      start,
    );
    const steps = Array.from({ length: 1500 }, (_, i) => ratePerSecAt(sine, (2.05 + i / 10) * SEC) / 10);
    const { before, messages } = sine.segments.at(-1)!;
    expect(steps.reduce((a, b) => a + b, 0)).toBeCloseTo(before + messages, 1);
  });
});
