import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Sampler } from '../../src/coordinator/sampler.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { CONTROL, controlOf, STATE } from '../../src/recorder/control-memory.ts';
import { createHistogram, record } from '../../src/recorder/histogram.ts';
import { addCounts, bucketOf, coarsen, messagesIn } from '../../src/recorder/latency-series.ts';
import { unpackCounts } from '../../src/recorder/packed-counts.ts';
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
  type Phase,
  seriesRows,
  WARMUP,
  workerEffort,
} from '../../src/recorder/run-memory.ts';
import { constantLoad, scenarioPlan } from '../engine/fixture.ts';

const [SHARES, UNKNOWN] = [20, null].map((pct) => ({ loopCpuPct: pct, clientCpuPct: pct, mainCpuPct: pct }));

function sampled(workers = 1, laneCount = 1) {
  const lanes = Array.from({ length: laneCount }, (_, lane) => scenarioPlan(lane, constantLoad(100, 3)));
  const memory = allocateRunMemory(workers, laneCount, 10);
  const plan = { lanes, durationNs: 3e9 } as unknown as Plan;
  const sampler = new Sampler(plan, new RunReader(memory), 0, () => SHARES!);
  const book = (worker: number, second: number, column: number, count: number, lane = 0) => {
    seriesRows(memory, worker)[lane]![second * COLUMNS + column]! += count;
  };
  const respond = (worker: number, us: number, lane = 0, phase: Phase = LOAD) =>
    record(laneHistogram(memory, worker, lane, phase, LATENCY.response), us, 1);
  const latencies = () => unpackCounts(sampler.latencies.join(''));
  return { lanes, memory, sampler, book, respond, latencies };
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

test('so it is in the final row of its scenario', () => {
  const { lanes, sampler, book } = sampled(1, 2);
  sampler.closeSeconds(1.001e9);
  book(0, 0, COLUMN.failed, 2, 1);
  sampler.closeAll(1.5e9);
  const failed = lanes.map(({ name }) => sampler.scenarioSeries![name]!.map((row) => row.failed));
  expect(failed).toEqual([
    [0, 0],
    [2, 0],
  ]);
});

test('a late reading that closes several seconds goes to the busiest', () => {
  const { sampler, book, respond } = sampled();
  book(0, 1, COLUMN.acked, 7);
  book(0, 2, COLUMN.acked, 3);
  respond(0, 250);
  sampler.closeSeconds(3.2e9);
  expect(sampler.series.map(({ p50 }) => p50)).toEqual([null, 250, null]);
  expect(sampler.series.map(({ p90, p999 }) => [p90, p999])).toEqual([
    [null, null],
    [250, 250],
    [null, null],
  ]);
  expect(sampler.series).toMatchObject([UNKNOWN, SHARES, UNKNOWN]);
  expect(sampler.rowsFrom(1)).toEqual({ rows: sampler.series.slice(1), latencies: [[[bucketOf(250), 1]], []] });
});

test('a latency that was recorded after the last row was closed goes to that row', () => {
  const { sampler, respond, latencies } = sampled();
  respond(0, 250);
  sampler.closeSeconds(1.001e9);
  respond(0, 250);
  respond(0, 9_000);
  sampler.closeAll(0.999e9);
  expect(sampler.series).toHaveLength(1);
  expect(latencies()).toEqual([
    [
      [bucketOf(250), 2],
      [bucketOf(9_000), 1],
    ],
  ]);
});

test('whatever is recorded is in one row, once, however late the readings; scenarios add up to the whole', () => {
  const lane = fc.nat(2);
  const event = fc.record({ lane, worker: fc.nat(1), phase: fc.constantFrom(WARMUP, LOAD), us: fc.nat(1e7) });
  const turn = fc.record({ passedS: fc.double({ min: 0, max: 3, noNaN: true }), events: fc.array(event) });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 8 }), fc.array(event), (turns, unread) => {
      const { lanes, sampler, book, respond, latencies } = sampled(2, 3);
      let nowS = 0;
      const happen = ({ worker, us, lane, phase }: (typeof unread)[number]) => {
        respond(worker, us, lane, phase);
        book(worker, Math.min(9, Math.floor(nowS)), COLUMN.acked, 1, lane);
      };
      for (const { passedS, events } of turns) {
        events.forEach(happen);
        nowS += passedS;
        sampler.closeSeconds(nowS * 1e9);
      }
      unread.forEach(happen);
      sampler.closeAll(nowS * 1e9);
      const happened = [...turns.flatMap(({ events }) => events), ...unread];
      expect(latencies()).toHaveLength(sampler.series.length);
      expect(latencies().reduce((sum, counts) => sum + messagesIn(counts), 0)).toBe(happened.length);
      const all = createHistogram();
      for (const { us } of happened) record(all, us, 1);
      expect(latencies().reduce(addCounts, [])).toEqual(coarsen(all));
      const scenarioRows = lanes.map(({ name }) => sampler.scenarioSeries![name]!);
      for (const [i, { second, acked }] of sampler.series.entries()) {
        expect(scenarioRows.map((rows) => rows[i]!.second)).toEqual([second, second, second]);
        expect(scenarioRows.reduce((sum, rows) => sum + rows[i]!.acked, 0)).toBe(acked);
      }
    }),
    { numRuns: 30 },
  );
});

test('the latencies of a scenario are its own, those of the row are of all', () => {
  const { sampler, respond } = sampled(2, 2);
  for (const worker of [0, 1]) respond(worker, 100, 0);
  respond(1, 2_000, 1);
  sampler.closeSeconds(1.001e9);
  const { rows, scenarioRows } = sampler.rowsFrom(0);
  expect(rows[0]).toMatchObject({ p50: 100, max: 2_000 });
  expect(Object.values(scenarioRows!).map(([row]) => [row!.p50, row!.p99])).toEqual([
    [100, 100],
    [2_000, 2_000],
  ]);
});

test.each([
  [1, 0],
  [12, 12],
  [13, 0],
])('of %d lanes %d have rows of their own, and the row has all', (laneCount, own) => {
  const { sampler, book, respond, latencies } = sampled(1, laneCount);
  book(0, 0, COLUMN.sent, 5);
  for (let lane = 0; lane < laneCount; lane++) respond(0, 100, lane);
  sampler.closeSeconds(1.001e9);
  expect(Object.keys(sampler.scenarioSeries ?? {})).toHaveLength(own);
  expect(sampler.series[0]).toMatchObject({ sent: 5 });
  expect(latencies()).toEqual([[[bucketOf(100), laneCount]]]);
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
    inFlightMax: 1000,
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
