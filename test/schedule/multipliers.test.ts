/** Windows of the day against clocks read minute by minute, daylight saving and all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OpenProfile, scheduleOf } from '../../src/executors/table.ts';
import {
  type FactorPiece,
  factorPieces,
  type Multipliers,
  type MultiplierWindow,
} from '../../src/schedule/multipliers.ts';
import { accelerateSchedule, dueAtNs } from '../../src/schedule/schedule.ts';
import { peakRateOf } from '../../src/schedule/segment.ts';
import { instantOf } from '../../src/time-zone.ts';

const SEC = 1e9;
const MINUTE = 60 * SEC;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** Midnight before each change: an hour less, an hour more; half an hour, and a change at midnight. */
const CHANGES = [
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Europe/London', '2026-03-29'],
  ['Europe/London', '2026-10-25'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['America/Havana', '2026-03-08'],
  ['Asia/Kathmandu', '2026-03-08'],
  ['UTC', '2026-03-08'],
] as const;

const CONTRACT: Multipliers = {
  combine: 'first',
  windows: [
    { name: 'late-night', hours: { fromMinute: 22 * 60, toMinute: 6 * 60 }, factor: 0.3 },
    { name: 'peak', hours: { fromMinute: 12 * 60, toMinute: 14 * 60 }, factor: 2 },
    { name: 'business', hours: { fromMinute: 9 * 60, toMinute: 17 * 60 }, factor: 1.5 },
    { name: 'weekend', days: [6, 0], factor: 1.5 },
  ],
};

/** What a person makes of it who looks at the clock on the wall and at the calendar beside it. */
function clockReader(zone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return ({ combine, windows }: Multipliers, ms: number): number => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const today = DAYS.indexOf(parts.weekday!);
    const now = `${parts.hour}:${parts.minute}`;
    const text = (minute: number) =>
      `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    const holds = ({ hours, days = [0, 1, 2, 3, 4, 5, 6] }: MultiplierWindow) => {
      if (hours === undefined) return days.includes(today);
      const [from, to] = [text(hours.fromMinute), text(hours.toMinute)];
      if (from < to) return from <= now && now < to && days.includes(today);
      return (now >= from && days.includes(today)) || (now < to && days.includes((today + 6) % 7));
    };
    const factors = windows.filter(holds).map(({ factor }) => factor);
    if (factors.length === 0) return 1;
    if (combine === 'first') return factors[0]!;
    return combine === 'max' ? Math.max(...factors) : factors.reduce((a, b) => a * b);
  };
}

const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 1439 }),
  fc.integer({ min: 0, max: 23 }).map((hour) => hour * 60),
);
const hours = fc
  .tuple(minuteOfDay, fc.oneof(minuteOfDay, fc.constant(1440)))
  .filter(([from, to]) => from !== to)
  .map(([fromMinute, toMinute]) => ({ fromMinute, toMinute }));
const days = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 4 });
const factor = fc.constantFrom(0, 0.25, 0.3, 0.5, 1, 1.5, 2);
const window: fc.Arbitrary<MultiplierWindow> = fc.oneof(
  fc.record({ hours, factor }),
  fc.record({ days, factor }),
  fc.record({ hours, days, factor }),
);
const multipliers: fc.Arbitrary<Multipliers> = fc.record({
  combine: fc.constantFrom('first', 'multiply', 'max'),
  windows: fc.array(window, { minLength: 1, maxLength: 4 }),
});
const change = fc.constantFrom(...CHANGES);

const midnight = (zone: string, date: string) => instantOf(zone, Date.parse(`${date}T00:00:00Z`));
const factorIn = (pieces: readonly FactorPiece[], ns: number) =>
  pieces.findLast(({ startNs }) => startNs <= ns)!.factor;

describe('factorPieces', () => {
  test('says at any moment what the clock on the wall says', () => {
    fc.assert(
      fc.property(
        change,
        multipliers,
        fc.integer({ min: -2 * 86_400_000, max: 2 * 86_400_000 }),
        fc.integer({ min: 0, max: 3 * DAY }),
        fc.integer({ min: 1, max: 3 * DAY }),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 20, maxLength: 20 }),
        ([timezone, date], rule, shiftMs, fromNs, lengthNs, moments) => {
          const originMs = midnight(timezone, date) + shiftMs;
          const pieces = factorPieces(rule, { timezone, originMs }, fromNs, fromNs + lengthNs);
          const read = clockReader(timezone);
          expect(pieces[0]!.startNs).toBe(fromNs);
          pieces.slice(1).forEach((piece, i) => {
            expect(piece.factor).not.toBe(pieces[i]!.factor);
            expect(piece.startNs).toBeGreaterThan(pieces[i]!.startNs);
          });
          const borders = pieces.slice(1).flatMap(({ startNs }) => [startNs - 1, startNs]);
          for (const ns of [fromNs, ...borders, ...moments.map((at) => fromNs + Math.floor(at * lengthNs))]) {
            expect(factorIn(pieces, ns)).toBe(read(rule, originMs + Math.floor(ns / 1e6)));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('has 23 and 25 hours where the clocks are changed', () => {
    const night: Multipliers = { combine: 'first', windows: [{ hours: { fromMinute: 0, toMinute: 360 }, factor: 0 }] };
    const nightHours = (timezone: string, date: string) => {
      const pieces = factorPieces(night, { timezone, originMs: midnight(timezone, date) }, 0, 20 * HOUR);
      return pieces.map(({ startNs, factor: each }) => [startNs / HOUR, each]);
    };
    for (const zone of ['America/New_York', 'Europe/London']) {
      const [spring, autumn] = CHANGES.filter(([each]) => each === zone).map(([, date]) => date);
      expect(nightHours(zone, spring!)).toEqual([
        [0, 0],
        [5, 1],
      ]);
      expect(nightHours(zone, autumn!)).toEqual([
        [0, 0],
        [7, 1],
      ]);
      expect(nightHours(zone, '2026-06-01')).toEqual([
        [0, 0],
        [6, 1],
      ]);
    }
    const skipped: Multipliers = {
      combine: 'first',
      windows: [{ hours: { fromMinute: 120, toMinute: 180 }, factor: 0 }],
    };
    const clock = { timezone: 'America/New_York', originMs: midnight('America/New_York', '2026-03-08') };
    expect(factorPieces(skipped, clock, 0, 20 * HOUR)).toEqual([{ startNs: 0, factor: 1 }]);
  });

  test('gives a window over midnight to the day on which it begins', () => {
    const friday: Multipliers = {
      combine: 'first',
      windows: [{ days: [5], hours: { fromMinute: 1320, toMinute: 360 }, factor: 3 }],
    };
    const clock = { timezone: 'UTC', originMs: Date.UTC(2026, 2, 5) };
    // Thursday, Friday, Saturday.
    expect(factorPieces(friday, clock, 0, 3 * DAY).map(({ startNs }) => startNs / HOUR)).toEqual([0, 46, 54]);
  });
});

/** Messages of each minute, summed up; the executors here do not change within a minute but in straight lines. */
function plannedByMinutes(executor: OpenProfile, rule: Multipliers, zone: string, originMs: number): number {
  const read = clockReader(zone);
  const ratePerSec = (ns: number): number => {
    if (executor.kind === 'constant-arrival-rate') return executor.ratePerSec;
    if (executor.kind === 'sine') {
      const { meanPerSec, amplitudePerSec, periodNs } = executor;
      return meanPerSec + amplitudePerSec * Math.sin((2 * Math.PI * ns) / periodNs);
    }
    if (executor.kind !== 'ramping-arrival-rate') throw new Error('not here');
    let from = executor.startRatePerSec;
    let at = 0;
    for (const { targetPerSec, durationNs } of executor.stages) {
      if (ns < at + durationNs) return from + ((targetPerSec - from) * (ns - at)) / durationNs;
      at += durationNs;
      from = targetPerSec;
    }
    return 0;
  };
  let sum = 0;
  for (let ns = 0; ns < DAY; ns += MINUTE) {
    const each = read(rule, originMs + ns / 1e6);
    if (executor.kind === 'burst') sum += executor.size * each * (MINUTE / executor.everyNs);
    else {
      // The middle stands for a straight line; for a sine a hundred of them do.
      const parts = executor.kind === 'sine' ? 100 : 1;
      for (let part = 0; part < parts; part++)
        sum += (each * 60 * ratePerSec(ns + ((part + 0.5) / parts) * MINUTE)) / parts;
    }
  }
  return sum;
}

describe('a day under windows', () => {
  const whole = fc.integer({ min: 0, max: 4 });
  const executor: fc.Arbitrary<OpenProfile> = fc.oneof(
    fc.record({
      kind: fc.constant('constant-arrival-rate' as const),
      ratePerSec: fc.constantFrom(0.1, 1, 3.7),
      durationNs: fc.constant(DAY),
    }),
    fc.tuple(whole, whole, whole, fc.integer({ min: 1, max: 1439 })).map(([start, middle, end, minutes]) => ({
      kind: 'ramping-arrival-rate' as const,
      startRatePerSec: start,
      stages: [
        { targetPerSec: middle, durationNs: minutes * MINUTE },
        { targetPerSec: end, durationNs: DAY - minutes * MINUTE },
      ],
    })),
    fc.record({
      kind: fc.constant('sine' as const),
      meanPerSec: fc.constant(2),
      amplitudePerSec: fc.constantFrom(0, 1, 2),
      periodNs: fc.constantFrom(DAY, 7 * HOUR, 30 * MINUTE),
      durationNs: fc.constant(DAY),
    }),
    fc.record({
      kind: fc.constant('burst' as const),
      size: fc.integer({ min: 1, max: 9 }),
      everyNs: fc.constantFrom(10 * SEC, 30 * SEC, MINUTE),
      durationNs: fc.constant(DAY),
    }),
  );

  test('holds as many messages as its minutes hold one by one', () => {
    fc.assert(
      fc.property(change, executor, multipliers, ([timezone, date], load, rule) => {
        const originMs = midnight(timezone, date);
        const factors = factorPieces(rule, { timezone, originMs }, 0, DAY);
        const { count, segments, endNs } = scheduleOf(load, { startNs: 0, factors });
        const total = plannedByMinutes(load, rule, timezone, originMs);
        const slack = load.kind === 'sine' ? total * 1e-4 + 1e-3 : 1e-6;
        expect(segments.at(-1)!.before + segments.at(-1)!.messages).toBeGreaterThan(total - slack);
        expect(segments.at(-1)!.before + segments.at(-1)!.messages).toBeLessThan(total + slack);
        expect(count).toBeGreaterThanOrEqual(Math.floor(total - slack));
        expect(count).toBeLessThanOrEqual(Math.floor(total + slack));
        expect(endNs).toBe(DAY);
      }),
      { numRuns: 60 },
    );
  });

  test('is what a person reckons: the windows of an office day', () => {
    const constant = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: DAY } as const;
    const dayOf = (timezone: string, date: string) => {
      const factors = factorPieces(CONTRACT, { timezone, originMs: midnight(timezone, date) }, 0, DAY);
      return scheduleOf(constant, { startNs: 0, factors }).count / 36_000;
    };
    // Hours of 10/s: 8 at night by 0.3, 2 at noon by 2, 6 more of the office's by 1.5, 8 as they are or, on weekends, by 1.5.
    expect(dayOf('America/New_York', '2026-03-10')).toBe(8 * 0.3 + 2 * 2 + 6 * 1.5 + 8);
    expect(dayOf('America/New_York', '2026-03-07')).toBe(8 * 0.3 + 2 * 2 + 6 * 1.5 + 8 * 1.5);
    // 24 hours from midnight reach into the next day's first hour where a night is an hour short, and not into the last where it is long.
    expect(dayOf('America/New_York', '2026-03-08')).toBeCloseTo(8 * 0.3 + 2 * 2 + 6 * 1.5 + 8 * 1.5, 9);
    expect(dayOf('America/New_York', '2026-11-01')).toBeCloseTo(8 * 0.3 + 2 * 2 + 6 * 1.5 + 8 * 1.5, 9);
  });

  test('peaks where a part of a sine does', () => {
    const load = { kind: 'sine', meanPerSec: 10, amplitudePerSec: 8, periodNs: DAY, durationNs: DAY } as const;
    const factors = [0, 3, 5, 7, 13].map((hour, i) => ({ startNs: hour * HOUR, factor: [1, 2, 1, 2, 1][i]! }));
    const rateAt = (hour: number) => 10 + 8 * Math.sin((2 * Math.PI * hour) / 24);
    const peaks = scheduleOf(load, { startNs: 0, factors }).segments.map(peakRateOf);
    [rateAt(3), 2 * rateAt(5), 18, 2 * rateAt(7), 10].forEach((peak, i) => {
      expect(peaks[i]).toBeCloseTo(peak, 9);
    });
  });

  test('begins a part of a sine where the rate is zero', () => {
    const untilSix: Multipliers = {
      combine: 'first',
      windows: [{ hours: { fromMinute: 0, toMinute: 1080 }, factor: 0 }],
    };
    const clock = { timezone: 'UTC', originMs: Date.UTC(2026, 2, 10) };
    const load = { kind: 'sine', meanPerSec: 1, amplitudePerSec: 1, periodNs: DAY, durationNs: DAY } as const;
    const schedule = scheduleOf(load, { startNs: 0, factors: factorPieces(untilSix, clock, 0, DAY) });
    expect(dueAtNs(schedule, 0)).toBe(18 * HOUR);
  });

  test('keeps the remainder of a burst for the next one', () => {
    const half: Multipliers = { combine: 'first', windows: [{ hours: { fromMinute: 0, toMinute: 1 }, factor: 0.25 }] };
    const clock = { timezone: 'UTC', originMs: Date.UTC(2026, 2, 10) };
    const load = { kind: 'burst', size: 10, everyNs: 15 * SEC, durationNs: 90 * SEC } as const;
    const schedule = scheduleOf(load, { startNs: 0, factors: factorPieces(half, clock, 0, 90 * SEC) });
    const due = Array.from({ length: schedule.count }, (_, i) => dueAtNs(schedule, i) / SEC);
    const sizes = [0, 15, 30, 45, 60, 75].map((at) => due.filter((each) => each === at).length);
    expect(sizes).toEqual([3, 2, 3, 2, 10, 10]);
  });

  test('does not cut a burst: it is as large as the window in which it is due makes it', () => {
    const early: Multipliers = { combine: 'first', windows: [{ hours: { fromMinute: 0, toMinute: 1 }, factor: 0 }] };
    const clock = { timezone: 'UTC', originMs: Date.UTC(2026, 2, 10) };
    const load = { kind: 'burst', size: 7, everyNs: 40 * SEC, durationNs: 100 * SEC } as const;
    const schedule = scheduleOf(load, { startNs: 0, factors: factorPieces(early, clock, 0, 100 * SEC) });
    expect([schedule.count, dueAtNs(schedule, 0), dueAtNs(schedule, 6)]).toEqual([7, 80 * SEC, 80 * SEC]);
  });
});

describe('accelerateSchedule', () => {
  test('sends the same messages in a part of the time', () => {
    fc.assert(
      fc.property(change, multipliers, fc.constantFrom(60, 7, 1440, 0.5), ([timezone, date], rule, speed) => {
        const load = { kind: 'sine', meanPerSec: 0.3, amplitudePerSec: 0.3, periodNs: DAY, durationNs: DAY } as const;
        const factors = factorPieces(rule, { timezone, originMs: midnight(timezone, date) }, 0, DAY);
        const slow = scheduleOf(load, {
          startNs: HOUR,
          factors: factors.map((each) => ({ ...each, startNs: each.startNs + HOUR })),
        });
        const fast = accelerateSchedule(slow, speed);
        expect(fast.count).toBe(slow.count);
        expect(fast.endNs).toBeCloseTo(slow.endNs / speed, 3);
        for (let i = 0; i < slow.count; i += 97) {
          // Where the rate touches zero a unit's begin is known to a third of the digits, so a day's to some microseconds.
          expect(Math.abs(dueAtNs(fast, i) * speed - dueAtNs(slow, i))).toBeLessThan(1e5);
        }
      }),
      { numRuns: 40 },
    );
  });
});
