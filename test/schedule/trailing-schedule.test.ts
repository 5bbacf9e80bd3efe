import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OpenProfile, scheduleOf } from '../../src/executors/table.ts';
import {
  accelerateSchedule,
  cutSchedule,
  type Schedule,
  ScheduleReader,
  trailingSchedule,
  withPoissonArrivals,
} from '../../src/schedule/schedule.ts';
import { createCursor } from '../../src/schedule/schedule-cursor.ts';
import type { Thinning } from '../../src/workload/thinning.ts';

const SEC = 1e9;
/** Moving a schedule costs a time its last bit: far below a nanosecond a day into a run. */
const SLACK_NS = 0.01;

const duration = fc.integer({ min: 1, max: 20 * SEC });
const rate = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0.01, max: 200, noNaN: true }));
const executors: fc.Arbitrary<OpenProfile> = fc.oneof(
  fc.record({ kind: fc.constant('constant-arrival-rate' as const), ratePerSec: rate, durationNs: duration }),
  fc.record({
    kind: fc.constant('ramping-arrival-rate' as const),
    startRatePerSec: fc.oneof(rate, fc.constant(0)),
    stages: fc.array(fc.record({ targetPerSec: fc.oneof(rate, fc.constant(0)), durationNs: duration }), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  fc.record({
    kind: fc.constant('burst' as const),
    size: fc.integer({ min: 1, max: 200 }),
    everyNs: fc.integer({ min: SEC / 10, max: 5 * SEC }),
    durationNs: duration,
  }),
);
const wholes: fc.Arbitrary<Schedule> = fc
  .tuple(executors, fc.integer({ min: 0, max: 3600 * SEC }), fc.option(fc.integer()))
  .map(([executor, startNs, seed]) => {
    const planned = scheduleOf(executor, { startNs });
    return seed === null || executor.kind === 'burst' ? planned : withPoissonArrivals(planned, seed, 'a');
  });
const thinnings: fc.Arbitrary<Thinning> = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 40 })
  .filter((kept) => kept.includes(true))
  .map((kept) => ({ period: kept.length, kept: Int32Array.from(kept.flatMap((keeps, i) => (keeps ? [i] : []))) }));
const delays = fc.integer({ min: 0, max: 600 * SEC });

/** The obvious twin: every message of the whole schedule, those that are kept, later. */
function listed(whole: Schedule, { period, kept }: Thinning, delayNs: number): number[] {
  const reader = new ScheduleReader(whole);
  const times: number[] = [];
  for (let i = 0; i < whole.count; i++) if (kept.includes(i % period)) times.push(reader.dueNs(i) + delayNs);
  return times;
}

describe('a trailing schedule', () => {
  test('is the kept messages of the whole one, each after its delay', () => {
    fc.assert(
      fc.property(wholes, thinnings, delays, (whole, thinning, delayNs) => {
        const trailing = trailingSchedule(whole, thinning, delayNs);
        const expected = listed(whole, thinning, delayNs);
        const reader = new ScheduleReader(trailing);
        expect(trailing.count).toBe(expected.length);
        for (const [k, ns] of expected.entries()) expect(Math.abs(reader.dueNs(k) - ns)).toBeLessThan(SLACK_NS);
        expect(structuredClone(trailing)).toEqual(trailing);
      }),
    );
  });

  test('counts what is due at any time as its own due times say', () => {
    fc.assert(
      fc.property(wholes, thinnings, delays, fc.array(fc.nat(30 * SEC)), (whole, thinning, delayNs, looks) => {
        const trailing = trailingSchedule(whole, thinning, delayNs);
        const reader = new ScheduleReader(trailing);
        const times = Array.from({ length: trailing.count }, (_, k) => reader.dueNs(k));
        for (const ns of [...looks.map((look) => trailing.startNs + look), ...times.slice(0, 20)]) {
          expect(reader.dueCount(ns)).toBe(times.filter((due) => due <= ns).length);
          expect(reader.dueCountBefore(ns)).toBe(times.filter((due) => due < ns).length);
        }
      }),
    );
  });

  test('is walked by any number of workers: none twice, none missing, each at its own time', () => {
    fc.assert(
      fc.property(
        wholes,
        thinnings,
        delays,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 60, 0.3),
        (whole, thinning, delayNs, workers, speed) => {
          const trailing = accelerateSchedule(trailingSchedule(whole, thinning, delayNs), speed);
          const reader = new ScheduleReader(trailing);
          const due = new Float64Array(64);
          let seen = 0;
          for (let worker = 0; worker < workers; worker++) {
            const cursor = createCursor(trailing, worker, workers);
            for (let next = worker; cursor.nextDueNs() < Infinity; ) {
              const n = cursor.dueBefore(cursor.nextDueNs() + SEC / 3, 64, due);
              expect(n).toBeGreaterThan(0);
              for (let j = 0; j < n; j++, next += workers) expect(due[j]).toBe(reader.dueNs(next));
              cursor.advance(n);
              seen += n;
            }
          }
          expect(seen).toBe(trailing.count);
        },
      ),
    );
  });

  test('can be cut, and then ends after its last message', () => {
    fc.assert(
      fc.property(wholes, thinnings, delays, fc.nat(), (whole, thinning, delayNs, draw) => {
        const trailing = trailingSchedule(whole, thinning, delayNs);
        const count = draw % (trailing.count + 1);
        const cut = cutSchedule(trailing, count);
        const reader = new ScheduleReader(trailing);
        expect(cut.count).toBe(count);
        expect(cut.endNs).toBeLessThanOrEqual(trailing.endNs);
        if (count > 0) expect(cut.endNs).toBeGreaterThanOrEqual(reader.dueNs(count - 1));
        for (let k = 0; k < count; k++) expect(new ScheduleReader(cut).dueNs(k)).toBe(reader.dueNs(k));
      }),
      { numRuns: 40 },
    );
  });

  test('keeps as much memory for a billion messages as for one', () => {
    const sizeOf = (ratePerSec: number) => {
      const whole = scheduleOf({ kind: 'constant-arrival-rate', ratePerSec, durationNs: 10_000 * SEC }, { startNs: 0 });
      const { count, segments, ...rest } = trailingSchedule(
        whole,
        { period: 20, kept: Int32Array.of(3, 7) },
        180 * SEC,
      );
      return { count, size: segments.length + rest.thinning!.kept.length };
    };
    expect(sizeOf(100_000)).toEqual({ count: 100_000_000, size: sizeOf(0.002).size });
  });
});
