import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { LoadError } from '../../src/errors.ts';
import { MessageDatabase } from '../../src/lifecycle/message-database.ts';
import { openSqlite } from '../../src/lifecycle/sqlite.ts';
import { Tracker } from '../../src/lifecycle/tracker.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { controlOf } from '../../src/recorder/control-memory.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import {
  allocateRunMemory,
  COUNTER,
  counterCell,
  LOAD,
  laneCounters,
  type Phase,
  producerCells,
  SETTLED,
  WARMUP,
} from '../../src/recorder/run-memory.ts';
import { phoneBookOf } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import type { MessageState } from '../../src/workload/built-in/message-lifecycle/state.ts';
import { laneCount, newFile, type PlanMore, planOf, RUN, statesOf } from './lifecycle-plan.ts';

const STARTED_AT_MS = 1.7e12;
const ALL_DELIVERED = { deliveredRate: 1, delayedRate: 0, neverDeliveredRate: 0 };

/** A run whose workers do what the test says. */
function openRun(more: PlanMore = {}) {
  const file = newFile();
  const plan = planOf(file, more);
  const producers = plan.lanes.map((lane) => lane.producers);
  const memory = allocateRunMemory(plan.workers, plan.lanes.length, 1, { producers });
  controlOf(memory).epoch[1] = STARTED_AT_MS;
  const database = new MessageDatabase(file);
  database.begin(RUN, phoneBookOf(plan.lanes[0]!.record).entries());
  const cells = (lane: number, worker: number) => laneCounters(memory, worker, lane);
  return {
    file,
    plan,
    database,
    tracker: new Tracker(database, plan, new RunReader(memory)),
    count: (lane: number, counter: keyof typeof COUNTER, count: number, worker = 0, phase: Phase = LOAD) => {
      cells(lane, worker)[counterCell(phase, COUNTER[counter])]! += count;
    },
    /** Of a lane with clients: by one of them. */
    send: (lane: number, producer: number, count: number) => {
      cells(lane, producer % plan.workers)[counterCell(LOAD, COUNTER.sent)]! += count;
      producerCells(memory, lane)![producer]! += count;
    },
    settle: (lane: number, localNumber: number, worker = 0) => {
      cells(lane, worker)[SETTLED] = localNumber;
    },
  };
}

test('a run has ended when the fate of its last message is known, and not when it was handed over', () => {
  const { database, tracker, count, settle } = openRun({ params: ALL_DELIVERED });
  for (const lane of [0, 1]) count(lane, 'sent', 10);
  count(0, 'acked', 10);
  settle(0, 10);
  count(1, 'acked', 9);
  settle(1, 4);
  tracker.write(1e9);
  expect(database.saved()).toMatchObject({ ended: false, settled: { m: 10, 'm/delivered': 4 } });
  count(1, 'failed', 1);
  settle(1, 10);
  tracker.write(2e9);
  expect(database.saved()).toMatchObject({ ended: true, settled: { m: 10, 'm/delivered': 10 } });
  expect(database.counts().states).toEqual({ delivered: 10 });
  database.close();
});

test('what could not be written is written the next time', () => {
  const { file, database, tracker, count } = openRun({ params: ALL_DELIVERED });
  count(0, 'sent', 3);
  const other = openSqlite(file);
  other.exec('BEGIN IMMEDIATE');
  expect(() => tracker.write(1e9, 0)).toThrow(LoadError);
  expect(() => tracker.write(1e9, 0)).toThrow(`${file} cannot be read or written: database is locked`);
  other.exec('ROLLBACK');
  other.close();
  count(0, 'sent', 2);
  tracker.write(2e9);
  expect(database.counts().states).toEqual({ sent: 5 });
  expect(database.saved()).toMatchObject({ elapsedMs: 2000, ended: false });
  database.close();
});

test('messages of the warm-up are messages, and one whose fate nobody knows is done with', () => {
  const { database, tracker, count } = openRun({ params: ALL_DELIVERED });
  for (const lane of [0, 1]) {
    count(lane, 'sent', 4, 0, WARMUP);
    count(lane, 'acked', 4, 0, WARMUP);
    count(lane, 'sent', 6);
    count(lane, 'acked', 5);
    count(lane, 'unresolved', 1);
  }
  tracker.write(1e9);
  expect(database.counts().states).toEqual({ delivered: 10 });
  expect(database.saved()!.ended).toBe(true);
  database.close();
});

test('of clients each has sent its own, however far the others of its worker are', () => {
  const { file, plan, database, tracker, send } = openRun({ params: ALL_DELIVERED, workers: 2, clients: 4 });
  const states = statesOf(plan, plan.lanes[0]!, STARTED_AT_MS);
  const rows = (...indexes: number[]) => rowsOf(indexes.map((index) => states[index]!));
  send(0, 0, 2);
  send(0, 3, 1);
  tracker.write(1e9);
  expect(readRows(file)).toEqual(rows(0, 4, 3));
  send(0, 2, 1);
  send(0, 0, 1);
  tracker.write(2e9);
  expect(readRows(file)).toEqual(rows(0, 2, 3, 4, 8));
  database.close();
});

test('what is in the database is not written again', () => {
  const { database, tracker, count } = openRun({ params: ALL_DELIVERED });
  const write = vi.spyOn(database, 'write');
  for (const more of [3, 0, 4]) {
    count(0, 'sent', more);
    tracker.write(1e9);
  }
  expect(write.mock.calls.map(([states]) => [...states].length)).toEqual([3, 0, 4]);
  database.close();
});

interface Row {
  readonly message_id: string;
  readonly phone_number: number;
  readonly state: string;
  readonly sent_at: number | null;
  readonly state_at: number;
  readonly delivered_at: number | null;
}

/** The table as it should be: all states of a message together, the latest one on top. */
function rowsOf(states: readonly MessageState[]): Row[] {
  const rows = [...new Set(states.map(({ messageId }) => messageId))].map((message_id): Row => {
    const own = states.filter(({ messageId }) => messageId === message_id);
    const last = own.toSorted((a, b) => a.timestamp - b.timestamp).at(-1)!;
    const at = (status: string) => own.find((state) => state.status === status)?.timestamp ?? null;
    const { phoneNumber: phone_number, status: state, timestamp: state_at } = last;
    return { message_id, phone_number, state, sent_at: at('sent'), state_at, delivered_at: at('delivered') };
  });
  return rows.toSorted((a, b) => (a.message_id < b.message_id ? -1 : 1));
}

function readRows(file: string): Row[] {
  const reader = openSqlite(file, { readOnly: true });
  try {
    return reader.prepare('SELECT * FROM messages ORDER BY message_id').all() as Row[];
  } finally {
    reader.close();
  }
}

/** Records of a worker: index, index + workers, … */
const shareOf = (count: number, worker: number, workers: number) =>
  Array.from({ length: count }, (_, index) => index).filter((index) => index % workers === worker);

const step = fc.record({
  lane: fc.nat(4),
  worker: fc.nat(2),
  sent: fc.nat(8),
  settled: fc.double({ min: 0, max: 1, noNaN: true }),
  writes: fc.boolean(),
  isLocked: fc.boolean(),
});

/** What each worker has handed over, and how far its own are settled, by lane. */
function twin(plan: Plan) {
  const make = () => plan.lanes.map(() => Array.from({ length: plan.workers }, () => 0));
  return { sent: make(), settled: make() };
}

test('rows and lanes are what was handed over and settled, whichever worker did it and whenever it could be written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { minLength: 1, maxLength: 40 }), (workers, steps) => {
      const { file, plan, database, tracker, count, settle } = openRun({ workers, seconds: 3 });
      const lanes = plan.lanes;
      const all = lanes.map((lane) => statesOf(plan, lane, STARTED_AT_MS));
      const { sent, settled } = twin(plan);
      const other = openSqlite(file);
      for (const [i, { lane, worker: any, sent: more, settled: share, writes, isLocked }] of steps.entries()) {
        const worker = any % workers;
        const own = shareOf(laneCount(lanes[lane]!), worker, workers);
        const added = Math.min(more, own.length - sent[lane]![worker]!);
        sent[lane]![worker]! += added;
        count(lane, 'sent', added, worker);
        // Never fewer than before.
        const least = settled[lane]![worker]!;
        settled[lane]![worker] = least + Math.floor(share * (sent[lane]![worker]! - least));
        settle(lane, settled[lane]![worker]!, worker);
        if (isLocked) {
          other.exec('BEGIN IMMEDIATE');
          expect(() => tracker.write(i * 1e6, 0)).toThrow(LoadError);
          other.exec('ROLLBACK');
        }
        if (!writes && i < steps.length - 1) continue;
        tracker.write(i * 1e6);
        const handedOver = lanes.flatMap((each, l) =>
          sent[l]!.flatMap((n, w) => shareOf(laneCount(each), w, workers).slice(0, n)).map((k) => all[l]![k]!),
        );
        expect(readRows(file)).toEqual(rowsOf(handedOver));
        const firstOpen = lanes.map((each, l) => {
          const done = new Set(settled[l]!.flatMap((n, w) => shareOf(laneCount(each), w, workers).slice(0, n)));
          let index = 0;
          while (done.has(index)) index++;
          return [each.name, index];
        });
        expect(database.saved()).toMatchObject({ elapsedMs: i, ended: false, settled: Object.fromEntries(firstOpen) });
      }
      other.close();
      database.close();
    }),
    { numRuns: 15 },
  );
});

test('a run that goes on counts its places and its time as the whole one does', () => {
  const left = {
    m: { missing: Float64Array.of(2, 5), from: 7 },
    'm/delivered': { missing: Float64Array.of(), from: 0 },
  };
  const { plan, database, tracker, count, settle } = openRun({
    params: ALL_DELIVERED,
    resume: { elapsedNs: 6e8, left },
  });
  const { startNs } = plan.database!;
  // Message 2 was due after two tenths of a second.
  expect(startNs).toBeCloseTo(2e8, -1);
  const settledAfter = (n: number) => {
    settle(0, n);
    tracker.write(1e9);
    return database.saved()!.settled.m;
  };
  count(0, 'sent', 5);
  // Messages 2, 5, 7, 8 and 9 are left: so many of them done, and the next one is out.
  expect([0, 1, 2, 3, 4, 5].map(settledAfter)).toEqual([2, 5, 7, 8, 9, 10]);
  expect(database.saved()!.elapsedMs).toBe((startNs + 1e9) / 1e6);
  database.close();
});
