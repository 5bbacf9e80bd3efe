import { expect, test } from 'vitest';
import { Sampler } from '../../src/coordinator/sampler.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { CONTROL, controlOf, STATE } from '../../src/recorder/control-memory.ts';
import { record } from '../../src/recorder/histogram.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import {
  allocateRunMemory,
  COLUMN,
  COLUMNS,
  COUNTER,
  counterCell,
  EFFORT,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  seriesRows,
  WARMUP,
  workerEffort,
} from '../../src/recorder/run-memory.ts';
import { constantLoad, scenarioPlan } from '../engine/fixture.ts';

function sampled(workers = 1) {
  const lanes = [scenarioPlan(0, constantLoad(100, 3))];
  const memory = allocateRunMemory(workers, lanes.length, 10);
  const sampler = new Sampler({ lanes, durationNs: 3e9 } as unknown as Plan, new RunReader(memory), 0);
  const book = (worker: number, second: number, column: number, count: number) => {
    seriesRows(memory, worker)[0]![second * COLUMNS + column]! += count;
  };
  const respond = (worker: number, us: number) =>
    record(laneHistogram(memory, worker, 0, LOAD, LATENCY.response), us, 1);
  return { memory, sampler, book, respond };
}

test('a row is the sum over the workers, with the latencies recorded since the last one', () => {
  const { sampler, book, respond } = sampled(2);
  book(0, 0, COLUMN.sent, 50);
  book(1, 0, COLUMN.sent, 50);
  book(1, 0, COLUMN.acked, 40);
  for (const worker of [0, 1]) respond(worker, 1000);
  expect(sampler.closeSeconds(0.9e9)).toBeUndefined();
  expect(sampler.closeSeconds(1.01e9)).toMatchObject({ second: 0, scheduled: 100, sent: 100, acked: 40, p50: 1000 });
  respond(0, 5000);
  book(0, 1, COLUMN.acked, 1);
  expect(sampler.closeSeconds(2.01e9)).toMatchObject({ second: 1, acked: 1, p50: expect.closeTo(5000, -1), max: 5000 });
});

test('what a worker booked after its second was read is in the final row all the same', () => {
  const { sampler, book } = sampled();
  book(0, 0, COLUMN.sent, 98);
  sampler.closeSeconds(1.001e9);
  book(0, 0, COLUMN.sent, 2);
  sampler.closeAll(1.5e9);
  expect(sampler.series.map(({ sent }) => sent)).toEqual([100, 0]);
});

test('a late reading that closes several seconds goes to the busiest', () => {
  const { sampler, book, respond } = sampled();
  book(0, 1, COLUMN.acked, 7);
  book(0, 2, COLUMN.acked, 3);
  respond(0, 250);
  sampler.closeSeconds(3.2e9);
  expect(sampler.series.map(({ p50 }) => p50)).toEqual([null, 250, null]);
});

test('progress: what is due by now, what is in flight', () => {
  const { sampler, memory } = sampled();
  const counters = laneCounters(memory, 0, 0);
  counters[counterCell(LOAD, COUNTER.sent)] = 150;
  counters[counterCell(LOAD, COUNTER.acked)] = 140;
  counters[counterCell(LOAD, COUNTER.failed)] = 4;
  expect(sampler.progress(1.5e9)).toMatchObject({
    plannedNs: 3e9,
    plannedCount: 300,
    scheduled: 151,
    sent: 150,
    acked: 140,
    failed: 4,
    inFlight: 6,
    targetPerSec: 100,
  });
});

test('progress: whatever failed, for certain or perhaps, and what was shed is told apart from what is in flight', () => {
  const { sampler, memory } = sampled(2);
  const booked = { sent: 100, acked: 10, failed: 7, unresolved: 20, shed: 3 };
  for (const worker of [0, 1]) {
    const counters = laneCounters(memory, worker, 0);
    for (const [name, count] of Object.entries(booked)) {
      for (const phase of [WARMUP, LOAD]) counters[counterCell(phase, COUNTER[name as keyof typeof booked])] = count;
    }
  }
  expect(sampler.progress(0)).toMatchObject({ sent: 400, acked: 40, failed: 108, shed: 12, inFlight: 400 - 148 });
});

test('progress: a phase ends where the first scenario leaves it and the last worker enters the next', () => {
  const load = constantLoad(100, 3);
  const lanes = [2e9, 1e9].map((warmupEndNs, lane) => scenarioPlan(lane, { ...load, warmupEndNs }));
  const memory = allocateRunMemory(2, lanes.length, 10);
  const sampler = new Sampler({ lanes, durationNs: 3e9 } as unknown as Plan, new RunReader(memory), 0);
  const phaseAt = (ns: number, ...states: number[]) => {
    controlOf(memory).words.set(states, CONTROL.states);
    return sampler.progress(ns).phase;
  };
  expect(phaseAt(0.9e9, STATE.load, STATE.load)).toBe('warmup');
  expect(phaseAt(1e9, STATE.load, STATE.load)).toBe('load');
  expect(phaseAt(3e9, STATE.draining, STATE.load)).toBe('load');
  expect(phaseAt(3e9, STATE.draining, STATE.done)).toBe('drain');
  expect(phaseAt(3e9, STATE.done, STATE.done)).toBe('done');
});

test('progress: what begins later has no warm-up before it', () => {
  const later = { ...constantLoad(100, 3), startNs: 2e9, warmupEndNs: 2e9 };
  const lanes = [scenarioPlan(0, later)];
  const sampler = new Sampler(
    { lanes, durationNs: 5e9 } as unknown as Plan,
    new RunReader(allocateRunMemory(1, 1, 10)),
    0,
  );
  expect(sampler.progress(1e9).phase).toBe('load');
});

test('an endless load has in its rows what each worker had due when it heard of the stop', () => {
  const lanes = [scenarioPlan(0, { ...constantLoad(100, 1000), endless: true })];
  const memory = allocateRunMemory(2, lanes.length, 10);
  const sampler = new Sampler({ lanes, durationNs: 0 } as unknown as Plan, new RunReader(memory), 0);
  expect(sampler.closeSeconds(1.2e9)).toMatchObject({ scheduled: 100 });
  // Of #0 to #100 every second one is worker 0's, of #0 to #150 worker 1's.
  [1.005e9, 1.505e9].forEach((endNs, worker) => {
    workerEffort(memory, worker)[EFFORT.loadEnd] = endNs;
  });
  controlOf(memory).words.fill(STATE.done, CONTROL.states);
  sampler.closeAll(2.5e9);
  expect(sampler.series.map(({ scheduled }) => scheduled)).toEqual([100, 51 + 75 - 100, 0]);
  expect(sampler.progress(2.5e9).scheduled).toBe(51 + 75);
});
