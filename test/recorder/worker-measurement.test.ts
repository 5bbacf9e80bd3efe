import { expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { controlOf } from '../../src/recorder/control-memory.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import {
  allocateRunMemory,
  COUNTER,
  counterCell,
  EFFORT,
  LOAD,
  laneCounters,
  WARMUP,
  workerEffort,
} from '../../src/recorder/run-memory.ts';
import { measureLostWorker } from '../../src/recorder/worker-measurement.ts';
import { constantLoad, scenarioPlan } from '../engine/fixture.ts';

function lost(endless: boolean) {
  const load = constantLoad(10, 60, 4);
  const lanes = [scenarioPlan(0, endless ? { ...load, endless } : load)];
  const plan = { workers: 2, lanes } as unknown as Plan;
  const memory = allocateRunMemory(2, 1, 10);
  controlOf(memory).epoch.set([1, 2, 3e9]);
  const cells = laneCounters(memory, 1, 0);
  cells[counterCell(WARMUP, COUNTER.sent)] = 2;
  cells[counterCell(WARMUP, COUNTER.acked)] = 2;
  cells[counterCell(LOAD, COUNTER.sent)] = 9;
  cells[counterCell(LOAD, COUNTER.acked)] = 5;
  cells[counterCell(LOAD, COUNTER.failed)] = 1;
  cells[counterCell(LOAD, COUNTER.unresolved)] = 1;
  workerEffort(memory, 1)[EFFORT.loadEnd] = 2e9;
  return { memory, measured: measureLostWorker(plan, memory, 1, new Error('it hung')) };
}

test('what a lost worker had in flight is unresolved, the rest of its share unsent', () => {
  const { memory, measured } = lost(false);
  expect(measured).toMatchObject({ worker: 1, complete: false, failure: 'it hung', outages: [] });
  expect(measured.lostNs).toBeGreaterThan(0);
  expect(measured.phases).toEqual({ loadStartNs: 0, loadEndNs: 2e9, drainEndNs: 2e9 });
  const [lane] = measured.lanes;
  expect(lane).toMatchObject({ stopped: 'it hung', ledgerComplete: false, notAcked: [], errors: [] });
  expect(lane!.warmup.totals).toMatchObject({ scheduled: 2, sent: 2, unsent: 0, unresolved: 0 });
  expect(lane!.load.totals).toMatchObject({ scheduled: 298, sent: 9, acked: 5, failed: 1, unresolved: 3, unsent: 289 });
  expect(new RunReader(memory).counts({ lanes: [{ lane: 0 }] }).unresolved).toBe(3);
});

test('of an endless load it had what was due when the run was stopped', () => {
  const { measured } = lost(true);
  // Worker 1 of two: 15 of #0 to #30.
  expect(measured.lanes[0]!.load.totals).toMatchObject({ scheduled: 13, sent: 9, unsent: 4 });
});
