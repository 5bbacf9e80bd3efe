import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONTROL, controlOf, STATE } from '../../src/recorder/control-memory.ts';
import { add, createHistogram, record, totalCount } from '../../src/recorder/histogram.ts';
import { indexesBetween, inFlightOf, PHASES, RunReader } from '../../src/recorder/reader.ts';
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
  SETTLED,
  seriesRows,
  WARMUP,
  workerEffort,
} from '../../src/recorder/run-memory.ts';

const [WORKERS, LANES] = [2, 3];

/** Every counter has a number of its own; every histogram as many records as its worker, lane and phase say. */
function filled() {
  const memory = allocateRunMemory(WORKERS, LANES, 4);
  let next = 1;
  for (let worker = 0; worker < WORKERS; worker++) {
    for (let lane = 0; lane < LANES; lane++) {
      const cells = laneCounters(memory, worker, lane);
      for (const phase of PHASES) {
        for (const counter of Object.values(COUNTER)) cells[counterCell(phase, counter)] = next++;
        for (const latency of Object.values(LATENCY)) {
          record(laneHistogram(memory, worker, lane, phase, latency), 100 * (latency + 1), 1 + lane + 10 * worker);
        }
      }
    }
  }
  return { memory, reader: new RunReader(memory) };
}

test('sums are over exactly the workers, lanes and phases that are asked for', () => {
  const { memory, reader } = filled();
  const subset = (length: number) => fc.uniqueArray(fc.nat(length - 1), { minLength: 1 });
  fc.assert(
    fc.property(subset(WORKERS), subset(LANES), subset(2), (workers, lanes, phases) => {
      const selection = { workers, lanes: lanes.map((lane) => ({ lane })), phases: phases.map((p) => PHASES[p]!) };
      const counts = reader.counts(selection);
      for (const [name, counter] of Object.entries(COUNTER)) {
        let sum = 0;
        for (const worker of workers)
          for (const lane of lanes)
            for (const phase of selection.phases)
              sum += laneCounters(memory, worker, lane)[counterCell(phase, counter)]!;
        expect(counts[name as keyof typeof COUNTER]).toBe(sum);
      }
      for (const [name, latency] of Object.entries(LATENCY)) {
        const sum = createHistogram();
        for (const worker of workers)
          for (const lane of lanes)
            for (const phase of selection.phases) add(sum, laneHistogram(memory, worker, lane, phase, latency));
        const read = reader.latencies(selection)[name as keyof typeof LATENCY];
        expect(Buffer.from(read.buffer).equals(Buffer.from(sum.buffer))).toBe(true);
        expect(reader.latencyBuckets(selection, latency).count).toBe(totalCount(sum));
      }
    }),
    { numRuns: 20 },
  );
});

test('without a selection of them, all workers and both phases', () => {
  const { reader } = filled();
  const lanes = [{ lane: 1 }];
  expect(reader.counts({ lanes })).toEqual(reader.counts({ lanes, workers: [0, 1], phases: [WARMUP, LOAD] }));
  expect(reader.countsByWorker({ lanes })).toEqual([0, 1].map((worker) => reader.counts({ lanes, workers: [worker] })));
});

test('one moment stays as it was while workers go on', () => {
  const { memory, reader } = filled();
  const lanes = [{ lane: 0 }];
  const before = reader.counts({ lanes });
  const moment = reader.atOneMoment();
  laneCounters(memory, 0, 0)[counterCell(LOAD, COUNTER.sent)]! += 5;
  expect(moment.counts({ lanes })).toEqual(before);
  expect(reader.counts({ lanes }).sent).toBe(before.sent + 5);
});

test('a histogram that is written meanwhile has the total of its buckets', () => {
  const { memory, reader } = filled();
  // As between the store to a bucket and the store to the total.
  const cells = laneHistogram(memory, 0, 0, LOAD, LATENCY.service);
  cells[cells.findIndex((count) => count > 0)]! += 1;
  const selection = { lanes: [{ lane: 0 }], phases: [LOAD] as const };
  expect(totalCount(reader.histogram(selection, LATENCY.service))).toBe(1 + 11 + 1);
});

test('states, ends and efforts of each worker', () => {
  const { memory, reader } = filled();
  const { words, epoch } = controlOf(memory);
  epoch.set([5, 6, 7]);
  [STATE.load, STATE.draining].forEach((state, worker) => {
    words[CONTROL.states + worker] = state;
    workerEffort(memory, worker)[EFFORT.loadEnd] = 1e9;
    workerEffort(memory, worker)[EFFORT.blocked] = worker;
    laneCounters(memory, worker, 2)[SETTLED] = 10 + worker;
    seriesRows(memory, worker)[0]![3 * COLUMNS + COLUMN.acked] = 4;
  });
  expect([reader.epochMs, reader.startedAtMs, reader.stoppedNs]).toEqual([5, 6, 7]);
  expect(reader.states()).toEqual([STATE.load, STATE.draining]);
  expect(reader.loadEndsNs()).toEqual([Number.POSITIVE_INFINITY, 1e9]);
  expect(reader.efforts().map(({ blockedNs }) => blockedNs)).toEqual([0, 1]);
  expect(reader.settled({ lane: 2 })).toEqual([10, 11]);
  expect(reader.second(3)).toEqual({ sent: 0, acked: 8, failed: 0 });
});

test('in flight is what is neither acknowledged nor failed nor given up, and never less than nothing', () => {
  const counts = { sent: 10, shed: 9, acked: 4, failed: 2, unresolved: 1, bytes: 0 };
  expect(inFlightOf(counts)).toBe(3);
  expect(inFlightOf({ ...counts, sent: 6 })).toBe(0);
});

test('each worker takes every index that is its own modulo the number of workers', () => {
  expect(indexesBetween({ workers: 2 }, {}, [1, 0], [3, 1])).toEqual([2, 4, 1]);
  expect(indexesBetween({ workers: 2 }, {}, [3, 1], [3, 1])).toEqual([]);
  // Workers 1 and 4 of six.
  const shard = { index: 1, count: 3 };
  expect(indexesBetween({ workers: 6, shard }, {}, [1, 0], [3, 1])).toEqual([7, 13, 4]);
  // Four producers of two workers.
  expect(indexesBetween({ workers: 2 }, { producers: 4 }, [1, 0, 0, 0], [2, 0, 1, 2])).toEqual([4, 2, 3, 7]);
});
