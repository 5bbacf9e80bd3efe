/** Several lanes in one loop, and what a lane does with a window that is full or a queue that is. */
import { expect, test } from 'vitest';
import { add, createHistogram, type FlatHistogram, mean, totalCount } from '../../src/recorder/histogram.ts';
import { RunReader } from '../../src/recorder/reader.ts';
import { allocateRunMemory, LANE_ROWS_MAX, LATENCY, LOAD, WARMUP } from '../../src/recorder/run-memory.ts';
import { NullTransport } from '../../src/transport/null.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { bench, closedLoad, constantLoad, openLoad, StepClock, scenarioPlan } from './fixture.ts';

const QUEUE_FULL = -184;

function nullTransport(clock: StepClock, latencyMs: number, more: { maxAcksPerSec?: number } = {}): Transport {
  const spec = { latencyMs: [latencyMs], ...more };
  return new NullTransport({ spec, slots: 10_000, clock: clock.read, sleep: clock.sleep });
}

const burst = (size: number, warmupCount = 0) =>
  openLoad({ kind: 'burst', size, everyNs: 1e9, durationNs: 2e9 }, warmupCount);

test('the loop goes on until the last of its lanes is done, whichever that is', () => {
  const clock = new StepClock();
  const scenarios = [3, 1, 2].map((seconds, lane) => scenarioPlan(lane, constantLoad(10, seconds)));
  const { lanes } = bench({ scenarios, clock, transport: nullTransport(clock, 1) }).run();
  expect(lanes.map(({ load }) => load.totals.acked)).toEqual([30, 10, 20]);
});

test('reports that come together are booked each for its lane and its phase, be they of one moment', () => {
  // Time stands still while the loop works: both lanes hand over at the same moment.
  const clock = new StepClock(0);
  const scenarios = [scenarioPlan(0, burst(10, 4)), scenarioPlan(1, burst(6, 6))];
  const { lanes } = bench({ scenarios, clock, transport: nullTransport(clock, 5) }).run();
  const counts = lanes.map(({ warmup, load }) => [warmup, load].map(({ service }) => totalCount(service)));
  expect(counts).toEqual([
    [4, 16],
    [6, 6],
  ]);
  expect(lanes.map(({ warmup, load }) => [warmup.totals.acked, load.totals.acked])).toEqual(counts);
});

test('the moments of a lane are those of its load phase', () => {
  const clock = new StepClock();
  const scenarios = [scenarioPlan(0, constantLoad(10, 3, 10))];
  const [lane] = bench({ scenarios, clock, transport: nullTransport(clock, 30) }).run().lanes;
  const moments = [lane!.firstSentNs, lane!.lastSentNs, lane!.lastAckNs];
  expect(moments.map((ns) => ns! / 1e9)).toEqual([1, 2.9, 2.93].map((sec) => expect.closeTo(sec, 2)));
});

test('bytes sent are those of payloads and keys', () => {
  const clock = new StepClock();
  const scenarios = [
    scenarioPlan(0, constantLoad(10, 1)),
    scenarioPlan(1, constantLoad(10, 1), { partitions: 3 }),
    scenarioPlan(2, closedLoad({ messages: 10 })),
  ].map((plan, lane) =>
    lane === 1 ? { ...plan, record: { ...plan.record, key: { kind: 'field', field: 'id' } as const } } : plan,
  );
  const { lanes } = bench({ scenarios, clock, transport: nullTransport(clock, 1) }).run();
  expect(lanes.map(({ load }) => load.totals.payloadBytes)).toEqual([80, 120, 80]);
});

test('in a backlog no batch is smaller than an eighth of the window', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, 1, { maxAcksPerSec: 1000 });
  const sizes: number[] = [];
  const produce = transport.produce.bind(transport);
  transport.produce = (...args) => {
    sizes.push(args[4]);
    return produce(...args);
  };
  const scenarios = [scenarioPlan(0, constantLoad(2000, 2), { inFlight: 80 })];
  bench({ scenarios, clock, transport }).run();
  const backlog = sizes.slice(sizes.findIndex((size) => size >= 10));
  expect(backlog.length).toBeGreaterThan(200);
  expect(Math.min(...backlog.slice(0, -1))).toBeGreaterThanOrEqual(10);
  // Not for the whole window either: the broker would run dry.
  expect(Math.max(...backlog)).toBeLessThanOrEqual(20);
});

test('a message keeps its timestamp through refusals for want of room', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, 1);
  const dated = new Map<number, number>();
  let call = 0;
  transport.produceWithMetadata = (lane, partition, batch, from, count, timestampMs) => {
    let taken = 0;
    for (let j = from; j < from + count; j++) {
      batch.setError(j, call++ % 3 === 0 ? QUEUE_FULL : 0);
      if (batch.error(j) !== 0) continue;
      dated.set(loop.inFlight.index[batch.slot(j)]!, timestampMs[j]!);
      transport.produce(lane, partition, batch, j, 1);
      taken += 1;
    }
    return taken;
  };
  const plain = scenarioPlan(0, burst(40), { partitions: 3, recordTimestamp: 'intended' });
  const load = openLoad({ kind: 'constant-arrival-rate', ratePerSec: 3000, durationNs: 1e9 });
  const scenario = { ...plain, load, record: { ...plain.record, key: { kind: 'field', field: 'id' } as const } };
  const loop = bench({ scenarios: [scenario], clock, transport, batchMax: 16 });
  loop.run();
  const expected = Array.from({ length: 3000 }, (_, i) => [i, 1_700_000_000_000 + Math.floor(i / 3)] as const);
  expect([...dated].sort(([a], [b]) => a - b)).toEqual(expected);
});

test('headers alone take the call for single messages, and leave the time to the client', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, 1);
  const times = new Set<number>();
  const produce = transport.produce.bind(transport);
  transport.produce = () => {
    throw new Error('without headers');
  };
  transport.produceWithMetadata = (lane, partition, batch, from, count, timestampMs) => {
    for (let j = from; j < from + count; j++) times.add(timestampMs[j]!);
    return produce(lane, partition, batch, from, count);
  };
  const scenarios = [scenarioPlan(0, constantLoad(10, 1), { headers: { source: 'load' } })];
  const [lane] = bench({ scenarios, clock, transport }).run().lanes;
  expect(lane!.load.totals.acked).toBe(10);
  expect(times).toEqual(new Set([0]));
});

test('a full queue of the client is waited on as a full window is, and booked as such', () => {
  const clock = new StepClock();
  const transport = nullTransport(clock, 1);
  const produce = transport.produce.bind(transport);
  transport.produce = (lane, partition, batch, from, count) => {
    if (clock.nowNs > 1e9) return produce(lane, partition, batch, from, count);
    for (let j = from; j < from + count; j++) batch.setError(j, QUEUE_FULL);
    return 0;
  };
  const { lanes, blockedNs } = bench({ scenarios: [scenarioPlan(0, constantLoad(10, 2))], clock, transport }).run();
  expect(lanes[0]!.load.totals.acked).toBe(20);
  expect(blockedNs / 1e9).toBeCloseTo(1, 1);
});

test('the load begins where the first warm-up is over', () => {
  const clock = new StepClock();
  const scenarios = [2e9, 1e9].map((warmupEndNs, lane) =>
    scenarioPlan(lane, { ...constantLoad(10, 3, warmupEndNs / 1e8), warmupEndNs }),
  );
  const { phases } = bench({ scenarios, clock, transport: nullTransport(clock, 1) }).run();
  expect(phases.loadStartNs).toBe(1e9);
});

test('more lanes than have rows are recorded together as well, and read so: the same as all of them added up', () => {
  const clock = new StepClock();
  const transport = new NullTransport({
    spec: { latencyMs: [1, 5, 30] },
    slots: 10_000,
    clock: clock.read,
    sleep: clock.sleep,
  });
  const lanes = Array.from({ length: LANE_ROWS_MAX + 1 }, (_, lane) => ({ lane }));
  const scenarios = lanes.map(({ lane }) =>
    scenarioPlan(lane, lane === 0 ? closedLoad({ messages: 100 }) : constantLoad(10 * lane, 2, lane), {
      inFlight: 100,
    }),
  );
  const memory = allocateRunMemory(2, lanes.length, 600, { sums: true });
  bench({ scenarios, clock, transport, memory, worker: 1, workers: 2 }).run();
  const reader = new RunReader(memory);
  expect([memory.hasSums, allocateRunMemory(2, LANE_ROWS_MAX, 1, { sums: true }).hasSums]).toEqual([true, false]);
  for (const phases of [[WARMUP], [LOAD], [WARMUP, LOAD]]) {
    for (const latency of Object.values(LATENCY)) {
      const read = reader.histogram({ lanes, phases }, latency);
      const sum = createHistogram();
      for (const lane of lanes) add(sum, reader.histogram({ lanes: [lane], phases }, latency));
      expect(totalCount(read)).toBeGreaterThan(10);
      const counts = (cells: FlatHistogram) => cells.slice(0, -1);
      expect(Buffer.from(counts(read).buffer).equals(Buffer.from(counts(sum).buffer))).toBe(true);
      expect(mean(read)).toBeCloseTo(mean(sum)!, 6);
    }
  }
});
