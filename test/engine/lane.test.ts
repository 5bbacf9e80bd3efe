/** One lane, stepped by hand: when it sends, waits, drops and stops. */
import { describe, expect, test } from 'vitest';
import { batchMemories } from '../../src/engine/batch-memory.ts';
import { Lane } from '../../src/engine/lane.ts';
import { openCursor } from '../../src/engine/lane-cursor.ts';
import type { ClosedLoad, LanePlan, OpenLoad } from '../../src/plan/plan.ts';
import { InFlight } from '../../src/recorder/in-flight.ts';
import { measureLane } from '../../src/recorder/lane-measurement.ts';
import type { LaneMeasurement } from '../../src/recorder/measurement.ts';
import { allocateRunMemory } from '../../src/recorder/run-memory.ts';
import { NullTransport } from '../../src/transport/null.ts';
import { PERSISTENCE, type Transport } from '../../src/transport/transport.ts';
import { closedLoad, constantLoad, StepClock, scenarioPlan, stubSource } from './fixture.ts';

const MS = 1e6;
const QUEUE_FULL = -184;
const TIMED_OUT = -192;
const UNKNOWN_TOPIC_OR_PARTITION = 3;
const BATCH_MAX = 16;

interface Options {
  readonly slots?: number;
  readonly worker?: number;
  readonly workers?: number;
  readonly plan?: Partial<LanePlan>;
}

/** Its client takes whatever it is handed while `room` lasts, and reports on nothing. */
function laneOf(load: OpenLoad | ClosedLoad, { slots = 100, worker = 0, workers = 1, plan = {} }: Options = {}) {
  const scenario = scenarioPlan(0, load, { gracefulStopNs: 50 * MS, inFlight: slots, ...plan });
  const clock = new StepClock();
  const inFlight = new InFlight(slots);
  const memory = allocateRunMemory(workers, 1, 10);
  const sent: number[] = [];
  const client = { room: Number.POSITIVE_INFINITY, refused: new Set<number>() };
  const transport: Transport = new NullTransport({
    spec: { latencyMs: [1] },
    slots,
    clock: clock.read,
    sleep: clock.sleep,
  });
  transport.produce = (_lane, _partition, batch, from, count) => {
    const before = sent.length;
    for (let j = from; j < from + count; j++) {
      const index = inFlight.index[batch.slot(j)]!;
      const isTaken = client.room > 0 && !client.refused.has(index);
      batch.setError(j, isTaken ? 0 : QUEUE_FULL);
      if (!isTaken) continue;
      sent.push(index);
      client.room -= 1;
    }
    return sent.length - before;
  };
  const lane = new Lane({
    scenario,
    lane: 0,
    thread: worker,
    worker,
    workers,
    memory,
    cursor: openCursor(load, worker, workers, BATCH_MAX),
    source: stubSource(BATCH_MAX, 1),
    batches: batchMemories(),
    transport,
    inFlight,
    slots,
    clock: clock.read,
    recordTime: { originMs: 0, nsPerMs: 1e6 },
  });
  measurements.set(lane, () => measureLane(memory, { thread: worker, worker, workers }, scenario, lane.account()));
  return { lane, sent, client, settled: () => (lane.settledBefore() - worker) / workers };
}

const measurements = new WeakMap<Lane, () => LaneMeasurement>();

/** Message i is due at i ms. */
const everyMs = (seconds = 1) => constantLoad(1000, seconds);
const upTo = (count: number, from = 0, step = 1) => Array.from({ length: count }, (_, i) => from + i * step);
const measured = (lane: Lane) => measurements.get(lane)!();
const totalsOf = (lane: Lane) => measured(lane).load.totals;

describe('a step', () => {
  test('sends what is due, and says when it wants the next one', () => {
    const { lane, sent } = laneOf(everyMs());
    expect(lane.step(4.5 * MS)).toBe(5);
    expect(sent).toEqual(upTo(5));
    expect([lane.nextDueNs, lane.inFlight, lane.blocked, lane.finished]).toEqual([5 * MS, 5, false, false]);
    expect(lane.step(4.9 * MS)).toBe(0);
  });

  test('sends one batch at most', () => {
    const { lane, sent } = laneOf(everyMs());
    expect([lane.step(500 * MS), lane.step(500 * MS)]).toEqual([BATCH_MAX, BATCH_MAX]);
    expect(sent).toEqual(upTo(2 * BATCH_MAX));
  });

  test('sends this worker’s share', () => {
    const { lane, sent } = laneOf(everyMs(), { worker: 1, workers: 3 });
    lane.step(9.5 * MS);
    expect(sent).toEqual([1, 4, 7]);
  });

  test('of which a part is held: what was sent first is in flight for longest', () => {
    const { lane, client, sent } = laneOf(everyMs());
    client.refused.add(0).add(2);
    lane.step(3.5 * MS);
    const firstNs = lane.oldestSentNs();
    client.refused.clear();
    lane.step(4.5 * MS);
    expect([sent, Number.isFinite(firstNs), lane.oldestSentNs()]).toEqual([[1, 3, 0, 2], true, firstNs]);
  });

  test('waits in a backlog until an eighth of the window is free, and not longer', () => {
    const { lane, sent } = laneOf(everyMs(), { slots: 32 });
    lane.step(500 * MS);
    lane.step(500 * MS);
    expect([lane.inFlight, lane.step(500 * MS), lane.blocked]).toEqual([32, 0, true]);
    const [first, ...others] = lane.window.taken();
    lane.window.give(first!);
    lane.window.give(others[0]!);
    lane.window.give(others[1]!);
    expect([lane.step(500 * MS), lane.blocked]).toEqual([0, true]);
    lane.window.give(others[2]!);
    expect([lane.step(500 * MS), lane.blocked]).toEqual([4, false]);
    expect(sent).toEqual(upTo(36));
  });

  test('does not wait for room that nobody needs', () => {
    const { lane } = laneOf(everyMs(), { slots: 32 });
    lane.step(15.5 * MS);
    expect(lane.step(29.5 * MS)).toBe(14);
    // Two are free, fewer than an eighth, and two are due.
    expect([lane.step(31.5 * MS), lane.blocked, lane.inFlight]).toEqual([2, false, 32]);
  });

  test('sends what the client’s queue refused before anything else', () => {
    const { lane, sent, client } = laneOf(everyMs());
    client.room = 2;
    expect([lane.step(4.5 * MS), lane.blocked, lane.finished]).toEqual([2, true, false]);
    client.room = 1;
    expect([lane.step(8.5 * MS), lane.blocked]).toEqual([1, true]);
    client.room = Number.POSITIVE_INFINITY;
    expect([lane.step(8.5 * MS), lane.blocked]).toEqual([2, false]);
    expect(lane.step(8.5 * MS)).toBe(4);
    expect(sent).toEqual(upTo(9));
  });

  test('drops what is later than maxLag, and only that', () => {
    const { lane, sent } = laneOf(everyMs(), { plan: { overload: { kind: 'shed', maxLagNs: 10 * MS } } });
    lane.step(40.5 * MS);
    // Due at 30.5 ms and before: 0..30.
    expect(sent).toEqual(upTo(10, 31));
    lane.end();
    expect(totalsOf(lane)).toMatchObject({ shed: 31, sent: 10, unsent: 1000 - 41 });
    const { notAcked } = measured(lane);
    expect(notAcked.filter(({ status }) => status === 'shed')).toEqual([
      { scenario: 'scenario-0', from: 0, to: 30, step: 1, status: 'shed' },
    ]);
  });
});

describe('its end', () => {
  test('comes with the last message, in flight or not', () => {
    const { lane } = laneOf(everyMs(0.005));
    lane.step(5 * MS);
    expect([lane.finished, lane.inFlight, lane.nextDueNs]).toEqual([true, 5, Infinity]);
    lane.end();
    expect(totalsOf(lane)).toMatchObject({ sent: 5, unsent: 0 });
  });

  test('is not there while something is held', () => {
    const { lane, client } = laneOf(everyMs(0.005));
    client.room = 4;
    lane.step(5 * MS);
    expect(lane.finished).toBe(false);
  });

  test('gracefulStop after the schedule nothing more goes out', () => {
    const { lane, sent } = laneOf(everyMs(0.1), { slots: 20 });
    lane.step(100 * MS);
    // Its end is at 100 ms, its deadline at 150 ms.
    expect(lane.step(150 * MS)).toBe(4);
    expect(lane.finished).toBe(false);
    for (const slot of lane.window.taken()) lane.window.give(slot);
    expect(lane.step(150 * MS + 1)).toBe(0);
    expect([lane.finished, lane.nextDueNs, sent.length]).toEqual([true, Infinity, 20]);
    lane.end();
    expect(totalsOf(lane)).toMatchObject({ sent: 20, unsent: 80 });
    expect(measured(lane).notAcked).toEqual([{ scenario: 'scenario-0', from: 20, to: 99, step: 1, status: 'unsent' }]);
  });

  test('what is held and what is to come was not sent, of this worker’s share', () => {
    const { lane, client } = laneOf(everyMs(0.1), { worker: 1, workers: 2 });
    client.room = 3;
    lane.step(9.5 * MS);
    lane.end();
    expect(totalsOf(lane)).toMatchObject({ sent: 3, unsent: 47 });
    expect(measured(lane).notAcked).toEqual([{ scenario: 'scenario-0', from: 7, to: 99, step: 2, status: 'unsent' }]);
  });

  test('a closed loop bounded by time leaves nothing unsent', () => {
    const { lane } = laneOf(closedLoad({ seconds: 1 }), { slots: 8 });
    lane.step(1 * MS);
    lane.end();
    expect(totalsOf(lane)).toMatchObject({ sent: 8, unsent: 0 });
  });

  test('a topic that is gone stops the lane, with the first reason', () => {
    const { lane } = laneOf(everyMs());
    lane.step(4.5 * MS);
    const [first, second] = lane.window.taken();
    lane.reject(first!, TIMED_OUT, PERSISTENCE.notPersisted, 5 * MS);
    expect(lane.finished).toBe(false);
    lane.reject(second!, UNKNOWN_TOPIC_OR_PARTITION, PERSISTENCE.notPersisted, 5 * MS);
    expect([lane.finished, lane.nextDueNs, lane.step(9 * MS)]).toEqual([true, Infinity, 0]);
    expect(measured(lane).stopped).toContain('topic-0');
    expect(totalsOf(lane)).toMatchObject({ sent: 5, failed: 2 });
  });

  test('an endless schedule ends when it is told to: with what was due by then', () => {
    const { lane, sent } = laneOf({ ...everyMs(3600), endless: true }, { slots: 20 });
    lane.step(4.5 * MS);
    lane.close(49.5 * MS);
    // As far as there was room: the others were due and not sent.
    expect(sent).toHaveLength(20);
    lane.end();
    expect(measured(lane).load.totals).toMatchObject({ scheduled: 50, sent: 20, unsent: 30 });
  });

  test('any other schedule is not closed', () => {
    const { lane, sent } = laneOf(everyMs());
    lane.close(49.5 * MS);
    expect(sent).toEqual([]);
    lane.end();
    expect(totalsOf(lane)).toMatchObject({ scheduled: 1000, unsent: 1000 });
  });
});

describe('what is settled', () => {
  test('is all before the first message that is in flight, held or still to come', () => {
    const { lane, client, settled } = laneOf(everyMs(), { worker: 1, workers: 2 });
    client.room = 3;
    lane.step(9.5 * MS);
    const slots = lane.window.taken();
    expect(settled()).toBe(0);
    for (const slot of slots.slice(0, 2)) lane.window.give(slot);
    expect(settled()).toBe(2);
    lane.window.give(slots[2]!);
    // The held ones have slots too.
    expect(settled()).toBe(3);
    client.room = Number.POSITIVE_INFINITY;
    lane.step(9.5 * MS);
    for (const slot of lane.window.taken()) lane.window.give(slot);
    expect(settled()).toBe(5);
  });

  test('never goes beyond a message that was given up', () => {
    const { lane, client, settled } = laneOf(everyMs());
    client.room = 3;
    lane.step(4.5 * MS);
    lane.end();
    for (const slot of lane.window.taken()) lane.window.give(slot);
    expect(settled()).toBe(3);
  });

  test('what nobody reported on has an unknown fate', () => {
    const { lane } = laneOf(everyMs(0.005));
    lane.step(5 * MS);
    lane.end();
    lane.abandonInFlight(60 * MS);
    expect(lane.inFlight).toBe(0);
    expect(totalsOf(lane)).toMatchObject({ sent: 5, unresolved: 5, failed: 0 });
    expect(measured(lane).notAcked).toEqual([
      { scenario: 'scenario-0', from: 0, to: 4, step: 1, status: 'possibly-persisted' },
    ]);
  });
});
