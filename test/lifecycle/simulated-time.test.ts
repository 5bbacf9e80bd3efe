/** A run that is killed and goes on, on any clock: no message is delivered before it was sent, in topic or database. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { earlierRun, planOfRestByTopic } from '../../src/lifecycle/earlier-run.ts';
import { openSqlite } from '../../src/lifecycle/sqlite.ts';
import { readTopic } from '../../src/lifecycle/topic-reader.ts';
import { LifecycleObserver } from '../../src/observers/lifecycle.ts';
import type { OpenLoad, Plan } from '../../src/plan/plan.ts';
import type { ClockSpec } from '../../src/profile/profile.ts';
import { controlOf } from '../../src/recorder/control-memory.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import { allocateRunMemory, COUNTER, counterCell, LOAD, laneCounters, SETTLED } from '../../src/recorder/run-memory.ts';
import { dueCountBefore } from '../../src/schedule/schedule.ts';
import type { MessageState } from '../../src/workload/built-in/message-lifecycle/state.ts';
import { newFile, type PlanMore, planOf, statesOf } from './lifecycle-plan.ts';

vi.mock('../../src/lifecycle/topic-reader.ts', () => ({ readTopic: vi.fn() }));

const START_MS = Date.UTC(2026, 2, 8);
/** The delays of `planOf`. */
const DELAY_MS: Readonly<Record<string, readonly number[]>> = {
  delivered: [500, 1000],
  delayed: [500],
  failed: [1000],
};

/** Until it is killed after `killedNs`, with what was sent after `writtenNs` in the topic alone. */
function runUntil(plan: Plan, startedAtMs: number, writtenNs: number, killedNs: number): MessageState[] {
  const memory = allocateRunMemory(1, plan.lanes.length, 1);
  controlOf(memory).epoch[1] = startedAtMs;
  const warn = (warning: string) => expect.unreachable(warning);
  const observer = new LifecycleObserver(plan, { profileHash: 'h', directory: undefined, warn });
  observer.ready({ plan, reader: new RunReader(memory) });
  for (const { lane, load } of plan.lanes) {
    const sent = dueCountBefore((load as OpenLoad).schedule, writtenNs);
    const cells = laneCounters(memory, 0, lane);
    cells[counterCell(LOAD, COUNTER.sent)] = sent;
    cells[counterCell(LOAD, COUNTER.acked)] = sent;
    cells[SETTLED] = sent;
  }
  const live = observer.second({ elapsedNs: writtenNs })?.progress;
  // What was counted along is what the database counts.
  expect(live).toEqual({ database: observer.finish({ loadEndNs: writtenNs }).result!.messages });
  observer.close();
  return plan.lanes.flatMap((lane) =>
    statesOf(plan, lane, startedAtMs).slice(0, dueCountBefore((lane.load as OpenLoad).schedule, killedNs)),
  );
}

const clocks: fc.Arbitrary<Partial<ClockSpec>> = fc.record(
  {
    speed: fc.oneof(fc.constantFrom(1, 60, 1000), fc.double({ min: 1e-3, max: 1000, noNaN: true })),
    startMs: fc.constantFrom(START_MS, Date.UTC(2031, 0, 1)),
  },
  { requiredKeys: ['speed'] },
);

/** Shares of the time that is left: when it was killed, and when the database was written last before. */
const kill = fc.record({
  killed: fc.double({ min: 0, max: 0.9, noNaN: true }),
  written: fc.double({ min: 0, max: 1, noNaN: true }),
  awayMs: fc.nat(100_000),
});

/** Killed at once, then before the end of its plan, with its last record in the database. */
const lastRecordWritten = [
  { killed: 2.7e-14, written: 1, awayMs: 0 },
  { killed: 0.9, written: 1 - 2 ** -53, awayMs: 0 },
];

test('a run that goes on goes on in time, whatever its clock and whenever it was killed', async () => {
  await fc.assert(
    fc.asyncProperty(clocks, fc.array(kill, { minLength: 1, maxLength: 3 }), async (clock, kills) => {
      const file = newFile();
      let startedAtMs = 1.7e12;
      const topic: MessageState[] = [];
      vi.mocked(readTopic).mockImplementation(async (_properties, _topic, onValue) => {
        for (const state of topic) onValue(Buffer.from(JSON.stringify(state)));
      });
      const build = (more: PlanMore) => planOf(file, { format: 'json', seconds: 3, clock, ...more });
      // The clock of the plan is read a moment before the run starts.
      let plan = build({ nowMs: startedAtMs - 300 });
      for (const { killed, written, awayMs } of kills) {
        const killedNs = killed * plan.durationNs;
        topic.push(...runUntil(plan, startedAtMs, written * killedNs, killedNs));
        startedAtMs += killedNs / 1e6 + awayMs;
        const goOn = async () =>
          planOfRestByTopic(earlierRun(build({ runTag: 'f'.repeat(16), nowMs: startedAtMs }), 'h', build)!, {});
        const rest = await goOn().catch((error: Error) => error);
        // Killed after its last record, in the topic or in the database too: nothing is left to go on with.
        if (rest instanceof Error) {
          expect(rest.message).toContain('has ended');
          return;
        }
        plan = rest;
        startedAtMs += 400;
      }
      topic.push(...runUntil(plan, startedAtMs, Infinity, Infinity));

      const sentAt = new Map(
        topic.flatMap(({ messageId, status, timestamp }) => (status === 'sent' ? [[messageId, timestamp]] : [])),
      );
      const after = topic
        .filter(({ status }) => status !== 'sent')
        .map(({ messageId, status, timestamp }) => ({ status, ms: timestamp - sentAt.get(messageId)! }));
      expect(sentAt.size).toBe(30);
      expect(after.filter(({ ms }) => !(ms >= 0))).toEqual([]);
      // On a simulated clock no time goes by while it is away.
      const isSimulated = clock.startMs !== undefined || clock.speed !== 1;
      const isPlanned = ({ status, ms }: (typeof after)[number]) =>
        DELAY_MS[status]!.some((delay) => Math.abs(ms - delay) <= 1);
      expect(after.filter((state) => isSimulated && !isPlanned(state))).toEqual([]);

      const database = openSqlite(file, { readOnly: true });
      const early = database
        .prepare('SELECT * FROM messages WHERE sent_at IS NULL OR delivered_at < sent_at OR state_at < sent_at')
        .all();
      const rows = database.prepare('SELECT count(*) FROM messages').pluck().get();
      database.close();
      expect([early, rows]).toEqual([[], 30]);
    }),
    { numRuns: 15, examples: [[{ speed: 0.001 }, lastRecordWritten]] },
  );
});
