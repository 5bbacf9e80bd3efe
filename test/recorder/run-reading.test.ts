import { expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { CONTROL, controlOf, STATE } from '../../src/recorder/control-memory.ts';
import { record } from '../../src/recorder/histogram.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import {
  allocateRunMemory,
  COUNTER,
  counterCell,
  EFFORT,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  MOMENT,
  WARMUP,
  workerEffort,
} from '../../src/recorder/run-memory.ts';
import { readRun } from '../../src/recorder/run-reading.ts';
import { closedLoad, constantLoad, scenarioPlan } from '../engine/fixture.ts';

const EPOCH_MS = 1_000;
const STARTED_AT_MS = 1_700_000_000_000;

/** 100 a second for 3 s, of which the first 50 messages are warm-up; two workers. */
function running(loads = [constantLoad(100, 3, 50)] as Parameters<typeof scenarioPlan>[1][]) {
  const lanes = loads.map((load, lane) => scenarioPlan(lane, load));
  const memory = allocateRunMemory(2, lanes.length, 10);
  const plan = { lanes, durationNs: 3e9 } as unknown as Plan;
  const start = () => {
    controlOf(memory).epoch.set([EPOCH_MS, STARTED_AT_MS]);
  };
  const setState = (state: number) => controlOf(memory).words.fill(state, CONTROL.states);
  const read = (afterSec: number) => readRun(plan, new RunReader(memory), EPOCH_MS + afterSec * 1e3);
  return { memory, start, setState, read };
}

test('before the start nothing is due and no time has passed', () => {
  const { read } = running();
  expect(read(5)).toMatchObject({ elapsedNs: null, plannedNs: 3e9 });
  expect(read(5).lanes[0]!.phases.map(({ scheduled }) => scheduled)).toEqual([0, 0]);
});

test('what is due is split at the end of the warm-up', () => {
  const { read, start } = running();
  start();
  const due = (sec: number) => read(sec).lanes[0]!.phases.map(({ name, scheduled }) => [name, scheduled]);
  expect(due(0.255)).toEqual([
    ['warmup', 26],
    ['load', 0],
  ]);
  expect(due(1.005)).toEqual([
    ['warmup', 50],
    ['load', 51],
  ]);
  expect(due(99)).toEqual([
    ['warmup', 50],
    ['load', 250],
  ]);
  expect(read(1.5).lanes[0]!.targetPerSec).toBe(100);
});

test('counts of each worker, in its phase', () => {
  const { memory, read, start } = running();
  start();
  const counters = laneCounters(memory, 1, 0);
  Object.values(COUNTER).forEach((counter) => {
    counters[counterCell(WARMUP, counter)] = 10 + counter;
    counters[counterCell(LOAD, counter)] = 20 + counter;
  });
  counters[MOMENT.lastSent] = 1.25e9;
  const [warmup, load] = read(2).lanes[0]!.phases;
  expect(warmup!.workers[1]).toEqual({ sent: 10, shed: 11, acked: 12, failed: 13, unresolved: 14, bytes: 15 });
  expect(load!.workers[1]).toEqual({ sent: 20, shed: 21, acked: 22, failed: 23, unresolved: 24, bytes: 25 });
  expect(load!.workers[0]).toEqual({ sent: 0, shed: 0, acked: 0, failed: 0, unresolved: 0, bytes: 0 });
  expect(read(2).lanes[0]!.lastSentAtMs).toEqual([null, STARTED_AT_MS + 1_250]);
});

test('latencies are of all workers, each of its own kind and phase', () => {
  const { memory, read, start } = running();
  start();
  for (const worker of [0, 1]) record(laneHistogram(memory, worker, 0, LOAD, LATENCY.response), 1_500, 1);
  record(laneHistogram(memory, 0, 0, LOAD, LATENCY.service), 700, 3);
  record(laneHistogram(memory, 1, 0, WARMUP, LATENCY.scheduleLag), 90, 5);
  const [warmup, load] = read(1).lanes[0]!.phases;
  const counts = (phase: typeof load) =>
    [phase!.response, phase!.service, phase!.scheduleLag].map(({ count }) => count);
  expect(counts(load)).toEqual([2, 3, 0]);
  expect(counts(warmup)).toEqual([0, 0, 5]);
  expect(load!.response.sumUs).toBe(3_000);
});

test('a closed loop plans nothing: what it sent and shed was scheduled, and it has no target', () => {
  const { memory, read, start } = running([closedLoad({ messages: 100 })]);
  start();
  laneCounters(memory, 0, 0)[counterCell(LOAD, COUNTER.sent)] = 7;
  laneCounters(memory, 1, 0)[counterCell(LOAD, COUNTER.sent)] = 5;
  const [scenario] = read(1).lanes;
  expect(scenario!.targetPerSec).toBeNull();
  expect(scenario!.phases.map(({ name, scheduled }) => [name, scheduled])).toEqual([['load', 12]]);
});

test('the schedule stands still when the load has ended, the clock when all is done', () => {
  const { memory, read, start, setState } = running();
  start();
  for (const worker of [0, 1]) {
    workerEffort(memory, worker)[EFFORT.loadEnd] = 1e9 + worker;
    workerEffort(memory, worker)[EFFORT.busy] = 4e8;
  }
  setState(STATE.draining);
  expect(read(2).lanes[0]!.phases[1]!.scheduled).toBe(51);
  expect(read(2).elapsedNs).toBe(2e9);
  for (const worker of [0, 1]) workerEffort(memory, worker)[EFFORT.drainEnd] = 2.5e9;
  setState(STATE.done);
  expect(read(9).elapsedNs).toBe(2.5e9);
  expect(read(9).efforts).toMatchObject([0, 1].map(() => ({ busyNs: 4e8, idleNs: 0, blockedNs: 0 })));
});

test('of an endless load each worker’s own end counts, as in the result', () => {
  const { memory, start, setState, read } = running([{ ...constantLoad(100, 1000, 30), endless: true }]);
  start();
  setState(STATE.done);
  [0.205, 1.505].forEach((endSec, worker) => {
    workerEffort(memory, worker)[EFFORT.loadEnd] = endSec * 1e9;
  });
  // Worker 0 has 11 of #0 to #20 and no load; worker 1 has 75 of #0 to #150, the first 15 of them warm-up.
  expect(read(9).lanes[0]!.phases.map(({ name, scheduled }) => [name, scheduled])).toEqual([
    ['warmup', 26],
    ['load', 60],
  ]);
});
