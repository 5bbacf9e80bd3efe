import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { type PlanSummary, summarizePlan } from '../../src/plan/summary.ts';
import type { ClockSpec, ScenarioProfile } from '../../src/profile/profile.ts';
import { timeRangeText } from '../../src/report/day-curve.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { instantOf } from '../../src/time-zone.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';
import { RUN_TAG } from '../workload/fixture.ts';

const HOUR = 3600e9;
const NEW_YORK = 'America/New_York';
const measure = () => ({ bytesMean: 100, weightsDenominator: 1 });
const constant = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 24 * HOUR } as const;
const hours = (from: number, to: number) => ({ fromMinute: from * 60, toMinute: to * 60 });
const multipliers = {
  combine: 'first',
  windows: [
    { hours: hours(22, 6), factor: 0.3 },
    { hours: hours(12, 14), factor: 2 },
    { hours: hours(9, 17), factor: 1.5 },
  ],
} as const;

function startOf(date: string): number {
  return instantOf(NEW_YORK, Date.parse(`${date}T00:00:00Z`));
}

function summaryOf(clock: Partial<ClockSpec>, scenario: Partial<ScenarioProfile> = {}): PlanSummary {
  const a = scenarioOf({ executor: constant, multipliers, ...scenario });
  const profile = profileOf({ clock: { timezone: NEW_YORK, speed: 1, ...clock }, scenarios: { a } });
  const facts = { cores: 4, runTag: RUN_TAG, nowMs: startOf('2026-03-10'), measure };
  return summarizePlan(buildPlan(profile, facts));
}

describe('a day', () => {
  test.each([1, 60, 7, 'max'] as const)('has the same buckets at any speed: %s', (speed) => {
    const summary = summaryOf({ startMs: startOf('2026-03-10'), speed });
    const [{ buckets, messages }] = summary.scenarios as [PlanSummary['scenarios'][number]];
    expect(summary).toMatchObject({ bucketNs: HOUR / 4, bucketRealNs: speed === 'max' ? null : HOUR / 4 / speed });
    expect(buckets).toHaveLength(96);
    expect(buckets.reduce((a, b) => a + b, 0)).toBe(messages);
    expect(messages).toBe((8 * 0.3 + 2 * 2 + 6 * 1.5 + 8) * 36_000);
    for (const [hour, perSec] of [
      [0, 3],
      [6, 10],
      [9, 15],
      [12, 20],
      [14, 15],
      [17, 10],
      [22, 3],
    ] as const) {
      // One may fall to the other side of a border that a speed has moved by a rounding.
      expect(Math.abs(buckets[hour * 4 + 1]! - perSec * 900)).toBeLessThanOrEqual(1);
    }
  });

  test('is drawn with the hours of its own clock', () => {
    const text = renderPlan(summaryOf({ startMs: startOf('2026-03-10'), speed: 60 }));
    expect(text.split('\n').slice(0, 25).join('\n')).toMatchInlineSnapshot(`
      "Plan test: 10/s × day shape at speed 60, 842,400 messages, 80.34 MiB in 24m. Nothing is sent.
      Workers     1 worker: the planned peak is 1,200/s, one worker is planned for 600,000/s
      Clock       Tue 2026-03-10 00:00 – Wed 2026-03-11 00:00 America/New_York, speed 60: 24h in 24m

      Scenario a: constant-arrival-rate, bytes (plain) → load, 0s – 24m
        Messages    842,400, 100 B each, 80.34 MiB
        Per worker  842,400
        In flight   at most 100,000
        Payload     fresh: at most 1,200/s a worker, far below the generation rate
        Rate        mean 585/s, peak 1,200/s
           1,200/s ┤                        ████
                   │                  ▆▆▆▆▆▆████▆▆▆▆▆▆
                   │            ▄▄▄▄▄▄████████████████▄▄▄▄▄▄▄▄▄▄
                   │            ████████████████████████████████
                   │▆▆▆▆▆▆▆▆▆▆▆▆████████████████████████████████▆▆▆▆
                   └┬─────┬─────┬─────┬─────┬─────┬─────┬─────┬─────
                    00:00 03:00 06:00 09:00 12:00 15:00 18:00 21:00
        local time             messages each         mean rate    bytes each
        Tue 00:00–06:00                2,700             180/s    263.67 KiB
        Tue 06:00–09:00                9,000             600/s    878.91 KiB
        Tue 09:00–12:00               13,500             900/s      1.29 MiB
        Tue 12:00–14:00               18,000           1,200/s      1.72 MiB
        Tue 14:00–17:00               13,500             900/s      1.29 MiB
        Tue 17:00–22:00                9,000             600/s    878.91 KiB
        Tue 22:00–00:00                2,700             180/s    263.67 KiB"
    `);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('skips the hour that the clocks skip', () => {
    const text = renderPlan(summaryOf({ startMs: startOf('2026-03-08'), speed: 'max' }));
    expect(text).toContain('Sun 2026-03-08 00:00 – Mon 2026-03-09 01:00 America/New_York, speed max');
    expect(text).toMatch(/Sun 00:00–06:00 +2,700 +3\/s/);
    expect(text).toMatch(/Sun 22:00–Mon 01:00 +2,700 +3\/s/);
  });

  test('without a start is the day that begins now', () => {
    const text = renderPlan(summaryOf({}));
    expect(text).toContain('Tue 2026-03-10 00:00 – Wed 2026-03-11 00:00 America/New_York, from now');
    expect(text).toMatch(/mean 9\.75\/s, peak 20\/s/);
  });

  test.each([
    [90, /12:00 +12:15 +12:30/],
    [6 * 60, /12:00 +14:00 +16:00/],
    [10 * 24 * 60, /03-10 +03-11 +03-12/],
    [100 * 24 * 60, /03-1\d +0[34]-\d\d/],
  ])('any length finds its axis: %i minutes', (minutes, axis) => {
    const executor = { ...constant, durationNs: minutes * 60e9 };
    const startMs = startOf('2026-03-10') + (minutes < 1440 ? 12 * 3_600_000 : 0);
    const text = renderPlan(summaryOf({ startMs }, { executor }));
    expect(text).toMatch(axis);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

test('times of a range name the day where it is not clear', () => {
  const clock = { timezone: 'UTC', originMs: Date.UTC(2026, 2, 10) };
  expect(timeRangeText(clock, 9 * HOUR, 12 * HOUR)).toBe('Tue 09:00–12:00');
  expect(timeRangeText(clock, 22 * HOUR, 30 * HOUR)).toBe('Tue 22:00–Wed 06:00');
  expect(timeRangeText(clock, 22 * HOUR, 24 * HOUR)).toBe('Tue 22:00–00:00');
  expect(timeRangeText(clock, 0, 7 * 24 * HOUR)).toBe('Tue 00:00–Tue 00:00');
  expect(timeRangeText(clock, 0, 1e9)).toBe('Tue 00:00–00:00:01');
});
