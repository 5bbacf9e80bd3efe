/** The properties of an executor of the open model, held against a slow and obvious count of its messages. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ExecutorProblem } from '../../src/executors/executor.ts';
import {
  decodeExecutor,
  durationNsOf,
  encodeExecutor,
  executorOf,
  isEndless,
  type OpenProfile,
  plannedMessages,
  scheduleOf,
} from '../../src/executors/table.ts';
import type { FactorPiece } from '../../src/schedule/multipliers.ts';
import { ScheduleReader } from '../../src/schedule/schedule.ts';
import { type Drawn, duration, factors, type OpenKind, type ProfileOf, piecesFrom } from './drawn.ts';

const SEC = 1e9;
const UNITS_NS = [SEC, 60 * SEC, 3600 * SEC];

interface Oracle<Kind extends OpenKind> {
  readonly drawn: Drawn<Kind>;
  /** Messages until u ns into the scenario, u included, by the definition: no inverse, no shortcuts. */
  readonly planned: (profile: ProfileOf<Kind>, u: number) => number;
  /** How far a due time may be off, in messages. */
  readonly slack?: (profile: ProfileOf<Kind>) => number;
}

export function describeExecutor<Kind extends OpenKind>(kind: Kind, oracle: Oracle<Kind>): void {
  const { drawn, planned, slack = () => 1e-7 } = oracle;
  const sending = drawn.filter((profile) => planned(profile, Infinity) > 0);

  describe(kind, () => {
    test('each message is due where the count by the definition exceeds its index', () => {
      fc.assert(
        fc.property(drawn, fc.integer({ min: 0, max: SEC }), factors, (profile, startNs, scaled) => {
          const pieces = piecesFrom(0, scaled).factors ?? [{ startNs: 0, factor: 1 }];
          // A burst at a border is the later piece's: what is due before t, not at it.
          const early = 'size' in profile ? 0.5 : 0;
          const plannedAt = underFactors(pieces, (u) => planned(profile, u), early);
          const schedule = scheduleOf(profile, { startNs, ...piecesFrom(startNs, scaled) });
          const total = plannedAt(Infinity);
          // Within the rounding of this sum; exact counts have a test of their own.
          expect(schedule.count).toBeGreaterThanOrEqual(Math.floor(total - 1e-8));
          expect(schedule.count).toBeLessThanOrEqual(Math.floor(total + 1e-8));
          const reader = new ScheduleReader(schedule);
          const tolerance = slack(profile);
          for (let i = 0; i < schedule.count; i++) {
            // inf { t: Λ(t) > i }: a hair later the count exceeds i, a hair earlier it does not.
            const u = reader.dueNs(i) - startNs;
            if (!(plannedAt(u + 1) > i - tolerance)) throw new Error(`message ${i} early: ${u}`);
            if (u > 1 && !(plannedAt(u - 1) <= i + tolerance)) throw new Error(`message ${i} late: ${u}`);
          }
        }),
        { numRuns: 100 },
      );
    });

    test('duration and count are those of the schedule', () => {
      fc.assert(
        fc.property(drawn, (profile) => {
          expect(plannedMessages(profile)).toBeCloseTo(planned(profile, Infinity), 6);
          expect(scheduleOf(profile, { startNs: 0 }).endNs).toBe(durationNsOf(profile));
        }),
      );
    });

    test('what is written out reads back as the same, whatever its time unit', () => {
      fc.assert(fc.property(sending, fc.constantFrom(...UNITS_NS), readsBack));
    });

    test('cut at a time it sends the same until then, and extended it has the new length', () => {
      fc.assert(
        fc.property(sending, duration, fc.double({ min: 0, max: 0.999, noNaN: true }), (profile, newNs, where) => {
          const resized = executorOf(profile).resize(profile, newNs) as ProfileOf<Kind> | undefined;
          const isCut = newNs <= durationNsOf(profile)!;
          if (isCut) expect(resized).toBeDefined();
          if (resized === undefined) return;
          // A replay's last row lasts a second, silent where the end is no whole second.
          expect(durationNsOf(resized)).toBeGreaterThan(newNs - 1e-3);
          expect(planned(resized, Infinity)).toBeCloseTo(planned(resized, newNs), 6);
          if (isCut) expect(planned(resized, where * newNs)).toBeCloseTo(planned(profile, where * newNs), 6);
          if (planned(resized, Infinity) > 0) readsBack(resized, SEC);
        }),
      );
    });

    test('without an end it sends the same, and goes on', () => {
      fc.assert(
        fc.property(sending, (profile) => {
          const endless = executorOf(profile).withoutEnd?.(profile) as ProfileOf<Kind> | undefined;
          if (endless === undefined) return;
          const endNs = durationNsOf(profile)!;
          expect(isEndless(endless)).toBe(true);
          expect(planned(endless, endNs * 0.99)).toBeCloseTo(planned(profile, endNs * 0.99), 6);
          expect(planned(endless, endNs + 3600 * SEC)).toBeGreaterThan(planned(profile, endNs));
          readsBack(endless, SEC);
        }),
      );
    });
  });
}

/** Every piece's own messages, times its factor. */
function underFactors(pieces: readonly FactorPiece[], planned: (u: number) => number, earlyNs: number) {
  const before = (t: number) => (t <= 0 ? 0 : planned(t - earlyNs));
  return (u: number) =>
    pieces.reduce((sum, { startNs, factor }, i) => {
      const untilNs = pieces[i + 1]?.startNs ?? Infinity;
      if (u < startNs) return sum;
      const messages = (u < untilNs ? planned(u) : before(untilNs)) - before(startNs);
      return sum + factor * messages;
    }, 0);
}

function readsBack(executor: OpenProfile, timeUnitNs: number): void {
  const { decoded, problems } = decode(encodeExecutor(executor, timeUnitNs));
  expect(problems).toEqual([]);
  expect(decoded?.executor).toEqual(executor);
}

/** @param scenario as written; the executor must take all the keys. */
export function decode(scenario: Readonly<Record<string, unknown>>) {
  const problems: ExecutorProblem[] = [];
  const decoded = decodeExecutor(scenario, {
    directory: '.',
    report: (problem) => problems.push(problem),
    attempt: (_at, parse) => parse(),
  });
  return { decoded, problems };
}
