import { existsSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { type Again, earlierRun, planOfRest, planOfRestByTopic } from '../../src/lifecycle/earlier-run.ts';
import { MessageDatabase, type SavedRun } from '../../src/lifecycle/message-database.ts';
import { readTopic } from '../../src/lifecycle/topic-reader.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { phoneBookOf } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import type { MessageState } from '../../src/workload/built-in/message-lifecycle/state.ts';
import { laneCount, newFile, planOf, RUN, statesOf } from './lifecycle-plan.ts';

vi.mock('../../src/lifecycle/topic-reader.ts', () => ({ readTopic: vi.fn() }));

const read = vi.mocked(readTopic);
beforeEach(() => {
  read.mockReset();
});

/** Every message is delivered: ten, and what follows them. */
const PARAMS = { deliveredRate: 1, delayedRate: 0, neverDeliveredRate: 0 };
const planAgain = (file: string, again: Partial<Again> = {}) =>
  planOf(file, { ...again, format: 'json', params: PARAMS });

/** What a run wrote into its file before it was gone. */
function leave(file: string, saved: Partial<Pick<SavedRun, 'elapsedMs' | 'ended' | 'settled'>>, states = 0): Plan {
  const plan = planAgain(file);
  const database = new MessageDatabase(file);
  database.begin(RUN, phoneBookOf(plan.lanes[0]!.record).entries());
  const sent = statesOf(plan, plan.lanes[0]!, RUN.plannedAtMs).slice(0, states);
  database.write(sent, { elapsedMs: 700, ended: false, settled: {}, ...saved });
  database.close();
  return plan;
}

const lookIn = <T>(file: string, look: (database: MessageDatabase) => T): T => {
  const database = new MessageDatabase(file);
  try {
    return look(database);
  } finally {
    database.close();
  }
};

/** As the same command would find it, started with a run tag of its own. */
function begin(file: string, profileHash = RUN.profileHash) {
  const asked: Again[] = [];
  const build = (again: Again) => {
    asked.push(again);
    return planAgain(file, again);
  };
  const plan = planAgain(file, { runTag: 'fedcba9876543210', nowMs: 1.8e12 });
  return { asked, earlier: earlierRun(plan, profileHash, build) };
}

test('there is none without a database, without its file, where nothing is sent to anybody, and in a new file', () => {
  const file = newFile();
  const plan = planAgain(file);
  const never = () => expect.unreachable();
  expect(earlierRun(planAgain('none'), 'h', never)).toBeUndefined();
  expect(earlierRun(plan, 'h', never)).toBeUndefined();
  // It was only looked for.
  expect(existsSync(file)).toBe(false);
  lookIn(file, () => {});
  expect(earlierRun(plan, 'h', never)).toBeUndefined();
  leave(file, {});
  expect(earlierRun({ ...plan, target: { kind: 'null', spec: { latencyMs: [0] } } }, 'h', never)).toBeUndefined();
});

test('it is made again with the tag and the time that it had', () => {
  const file = newFile();
  leave(file, { settled: { m: 4 } });
  const { asked, earlier } = begin(file);
  expect(asked).toEqual([{ runTag: RUN.runTag, nowMs: RUN.plannedAtMs }]);
  expect(earlier!.whole.runTag).toBe(RUN.runTag);
  expect(earlier!.saved).toMatchObject({ ...RUN, settled: { m: 4 } });
  const resume = { elapsedNs: 7e8, left: { m: { missing: new Float64Array(0), from: 4 } } };
  earlier!.rebuild(resume);
  expect(asked[1]).toEqual({ runTag: RUN.runTag, nowMs: RUN.plannedAtMs, resume });
  // The file is closed again: the run itself opens it.
  expect(lookIn(file, (database) => database.saved()!.starts)).toBe(1);
});

test('one that has ended, and one of another profile, are refused and left as they are', () => {
  const ended = newFile();
  leave(ended, { ended: true });
  expect(() => begin(ended)).toThrow(InputError);
  expect(() => begin(ended)).toThrow('the run in this database has ended (name another file, or remove this one)');
  const other = newFile();
  leave(other, {});
  const message = 'the run in this database is one of p with other settings: only the same command resumes it';
  expect(() => begin(other, 'h2')).toThrow(message);
  // Whatever the profile: that it has ended is what there is to know.
  expect(() => begin(ended, 'h2')).toThrow('has ended');
  expect(lookIn(other, (database) => database.saved())).toMatchObject({ ...RUN, ended: false, starts: 1 });
});

test('by the database alone the rest is what is not settled, and the plan says so first', () => {
  const file = newFile();
  leave(file, { settled: { m: 6, 'm/delivered': 1 } });
  const rest = planOfRest(begin(file).earlier!);
  expect(rest.lanes.map((lane) => [lane.name, laneCount(lane)])).toEqual([
    ['m', 4],
    ['m/delivered', 9],
  ]);
  const goesOn = `m: resumes run ${RUN.runTag} of ${file}, 13 of 20 records are left`;
  expect(rest.warnings[0]).toBe(goesOn);
  expect(rest.warnings.slice(1)).not.toContain(goesOn);
  expect(read).not.toHaveBeenCalled();
});

test('a lane that was not begun is left whole, and one that is done is left out', () => {
  const file = newFile();
  leave(file, { settled: { m: 10 } });
  const rest = planOfRest(begin(file).earlier!);
  expect(rest.lanes.map((lane) => [lane.name, laneCount(lane)])).toEqual([['m/delivered', 10]]);
  expect(rest.warnings[0]).toContain('10 of 20 records are left');
});

test('where nothing is left it has ended, though the last write did not get to say so', () => {
  const file = newFile();
  leave(file, { settled: { m: 10, 'm/delivered': 10 } });
  const { earlier } = begin(file);
  expect(() => planOfRest(earlier!)).toThrow('the run in this database has ended');
});

/** These stand in the topic. */
function standing(states: readonly MessageState[]): void {
  read.mockImplementation(async (_properties, _topic, onValue) => {
    for (const state of states) onValue(Buffer.from(JSON.stringify(state)));
  });
}

test('by the topic what stands there is left out and written down', async () => {
  const file = newFile();
  const plan = leave(file, { settled: { m: 2 } }, 5);
  const [sent, delivered] = plan.lanes.map((lane) => statesOf(plan, lane, RUN.plannedAtMs));
  standing([...sent!.slice(0, 7), sent![8]!, delivered![0]!]);
  const rest = await planOfRestByTopic(begin(file).earlier!, {});
  // Messages 7 and 9 were not sent; of the states that follow one was.
  expect(rest.warnings[0]).toContain('11 of 20 records are left');
  expect(statesOf(rest, rest.lanes[0]!, 1.8e12).map(({ messageId }) => messageId)).toEqual(
    [7, 9].map((number) => sent![number]!.messageId),
  );
  expect(lookIn(file, (database) => database.counts().states)).toEqual({ sent: 7, delivered: 1 });
  // Where it was is told by the run that goes on, when it does.
  expect(lookIn(file, (database) => database.saved())).toMatchObject({ settled: { m: 2 }, starts: 1 });
});

test('where all that is left stands in the topic it has ended, and the database has it all', async () => {
  const file = newFile();
  const plan = leave(file, { settled: { m: 9 } }, 10);
  const [sent, delivered] = plan.lanes.map((lane) => statesOf(plan, lane, RUN.plannedAtMs));
  standing([...sent!, ...delivered!]);
  await expect(planOfRestByTopic(begin(file).earlier!, {})).rejects.toThrow('the run in this database has ended');
  expect(lookIn(file, (database) => database.counts().states)).toEqual({ delivered: 10 });
});

test('where the topic cannot be read nothing is written, and the file is free for the next start', async () => {
  const file = newFile();
  leave(file, { settled: { m: 2 } }, 5);
  read.mockRejectedValue(new Error('no broker'));
  await expect(planOfRestByTopic(begin(file).earlier!, {})).rejects.toThrow('no broker');
  expect(lookIn(file, (database) => database.counts().states)).toEqual({ sent: 5 });
});
