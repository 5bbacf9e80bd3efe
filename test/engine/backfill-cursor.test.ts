import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BackfillCursor } from '../../src/engine/backfill-cursor.ts';
import { scheduleOf } from '../../src/executors/table.ts';
import type { ClosedLoad } from '../../src/plan/plan.ts';
import { dueAtNs, type Schedule } from '../../src/schedule/schedule.ts';
import { NullTransport } from '../../src/transport/null.ts';
import type { RecordSource } from '../../src/workload/source/record-source.ts';
import { bench, StepClock, scenarioPlan, stubSource } from './fixture.ts';

const HOUR = 3600e9;
const ORIGIN_MS = 1_700_000_000_000;

/** A day that comes and goes: 24 hours from nothing to 0.2 a second and back. */
const day = scheduleOf(
  {
    kind: 'ramping-arrival-rate',
    startRatePerSec: 0,
    stages: [
      { targetPerSec: 0.2, durationNs: 12 * HOUR },
      { targetPerSec: 0, durationNs: 12 * HOUR },
    ],
  },
  { startNs: 0 },
);

function backfill(recordSchedule: Schedule): ClosedLoad {
  return { kind: 'closed', startNs: 0, endNs: Infinity, count: recordSchedule.count, warmupEndNs: 0, recordSchedule };
}

describe('BackfillCursor', () => {
  test('is always due, and gives each message its time of the day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 100 }), (workers, batch) => {
        const seen: number[] = [];
        for (let worker = 0; worker < workers; worker++) {
          const cursor = new BackfillCursor(day, worker, workers, 64);
          const due = new Float64Array(64);
          expect([cursor.nextDueNs(), cursor.dueBefore(-1, 10, due)]).toEqual([0, 0]);
          let done = 0;
          for (let now = 5; done < cursor.count; now++) {
            if (cursor.nextDueNs() > now) throw new Error(`nothing is due after ${done} of ${cursor.count}`);
            const n = cursor.dueBefore(now, batch, due);
            expect(n).toBe(Math.min(batch, 64, cursor.count - done));
            for (let j = 0; j < n; j++) {
              const index = cursor.nextIndex() + j * workers;
              if (due[j] !== now) throw new Error(`message ${index} is due at ${due[j]}, not at once`);
              if (cursor.recordNs[j] !== dueAtNs(day, index)) throw new Error(`message ${index} has another time`);
              seen.push(index);
            }
            cursor.advance(n);
            done += n;
          }
          expect(cursor.nextDueNs()).toBe(Infinity);
          expect(cursor.dueBefore(1e18, 10, due)).toBe(0);
        }
        expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: day.count }, (_, i) => i));
      }),
      { numRuns: 20 },
    );
  });

  test('looks no further ahead than there is room for due times', () => {
    const cursor = new BackfillCursor(day, 0, 1, 64);
    expect(cursor.dueBefore(5, 64, new Float64Array(7))).toBe(7);
  });
});

describe('a day in a closed loop', () => {
  test('takes no longer than its acknowledgements, and every record has its own time', () => {
    const clock = new StepClock();
    const times = new Map<number, number>();
    const source = (batchMax: number, partitions: number): RecordSource => ({
      ...stubSource(batchMax, partitions),
      prepare(first, step, n, timestampMs) {
        for (let j = 0; j < n; j++) times.set(first + j * step, timestampMs[j]!);
      },
    });
    const scenario = scenarioPlan(0, backfill(day));
    const spec = { latencyMs: [2] };
    const transport = new NullTransport({ spec, slots: scenario.inFlight, clock: clock.read, sleep: clock.sleep });
    const { lanes } = bench({ scenarios: [scenario], clock, transport, source }).run();
    expect(lanes[0]!.load.totals).toMatchObject({ scheduled: day.count, sent: day.count, acked: day.count, unsent: 0 });
    expect(day.count).toBe(8640);
    expect(clock.nowNs).toBeLessThan(10e9);
    expect(times.size).toBe(day.count);
    for (const [index, ms] of times) expect(ms).toBe(Math.floor(ORIGIN_MS + dueAtNs(day, index) / 1e6));
  });
});
