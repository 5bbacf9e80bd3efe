/** The values of end-to-end latency, against a twin that lists every message with its intended time. */
import { describe, expect, test } from 'vitest';
import type { ClosedLoad, LanePlan, OpenLoad, Plan } from '../../src/plan/plan.ts';
import { EndToEnd } from '../../src/reading/end-to-end.ts';
import { controlOf } from '../../src/recorder/control-memory.ts';
import { BUCKET_CELLS, bucketIndex, type FlatHistogram, maximum, minimum, sum } from '../../src/recorder/histogram.ts';
import { allocateReadingMemory, endToEndHistogram, MEMBER, memberCells } from '../../src/recorder/reading-memory.ts';
import { LOAD, type Phase, WARMUP } from '../../src/recorder/run-memory.ts';
import { createSchedule, type Schedule, trailingSchedule, withPoissonArrivals } from '../../src/schedule/schedule.ts';
import { createCursor } from '../../src/schedule/schedule-cursor.ts';
import { constantRate } from '../../src/schedule/segment.ts';
import { MemoryRecords } from './memory-records.ts';

const MS = 1e6;
const SEC = 1e9;
/** Not a whole millisecond: `performance.timeOrigin` is none either. */
const EPOCH_WALL_MS = 1_800_000_000_000.25;
const NO_RECORDS = new MemoryRecords([]);

const every = (ns: number, count: number, fromNs = 0) => Array.from({ length: count }, (_, i) => fromNs + i * ns);
const constant = createSchedule([constantRate(2 * SEC, 3 * SEC, 100)], 2 * SEC);
const pieces = createSchedule(
  [constantRate(0, SEC, 10), constantRate(SEC, 2 * SEC, 0), constantRate(3 * SEC, SEC, 1_000)],
  0,
);
const pieceTimes = [...every(100 * MS, 10), ...every(MS, 1_000, 3 * SEC)];
const poisson = withPoissonArrivals(constant, 7, 'a');
const kept = { period: 3, kept: Int32Array.of(0, 2) };

/** As a producing worker takes them: the same draws by another way. */
function cursorTimes(schedule: Schedule): number[] {
  const cursor = createCursor(schedule, 0, 1);
  const due = new Float64Array(schedule.count);
  return [...due.subarray(0, cursor.dueBefore(Number.MAX_VALUE, schedule.count, due))];
}

function planOf(...lanes: readonly Pick<LanePlan, 'load' | 'recordTimestamp'>[]): Plan {
  return { lanes } as unknown as Plan;
}

function openLane(schedule: Schedule, warmupCount = 0, count = schedule.count) {
  return { load: { kind: 'open', schedule, count, warmupCount } as OpenLoad, recordTimestamp: 'client' as const };
}

function closedLane(load: Partial<ClosedLoad> = {}, recordTimestamp: LanePlan['recordTimestamp'] = 'client') {
  const whole: ClosedLoad = { kind: 'closed', startNs: 0, endNs: Infinity, count: Infinity, warmupEndNs: 0, ...load };
  return { load: whole, recordTimestamp };
}

function opened(plan: Plan, member = 0) {
  const size = { members: 2, groups: 1, places: 1, producers: plan.lanes.map(() => 1), seconds: 1 };
  const memory = allocateReadingMemory(size);
  const endToEnd = new EndToEnd(plan, memory, member);
  controlOf(memory).epoch[1] = EPOCH_WALL_MS;
  const histogram = (phase: Phase, lane = 0) => endToEndHistogram(memory, member, lane, phase);
  return { memory, endToEnd, cells: memberCells(memory, member), histogram };
}

/** Records of these times, ms from run start. */
function timed(...ms: readonly number[]): MemoryRecords {
  const record = { topic: 't', partition: 0, offset: 0, key: null, value: null };
  return new MemoryRecords(ms.map((at) => ({ ...record, timestampMs: EPOCH_WALL_MS + at })));
}

/** Each of these latencies, ns, is in its bucket, and nothing else is. */
function expectRecorded(cells: FlatHistogram, latenciesNs: readonly number[]): void {
  const us = latenciesNs.map((ns) => Math.max(0, ns) / 1_000);
  const counts = new Map<number, number>();
  for (const each of us.map((value) => bucketIndex(Math.round(value)))) counts.set(each, (counts.get(each) ?? 0) + 1);
  const found = new Map([...cells.subarray(0, BUCKET_CELLS).entries()].filter(([, count]) => count > 0));
  expect([...found]).toEqual([...counts].sort(([a], [b]) => a - b));
  if (us.length === 0) return;
  expect(minimum(cells)).toBeCloseTo(Math.min(...us), 3);
  expect(maximum(cells)).toBeCloseTo(Math.max(...us), 3);
  expect(sum(cells)).toBeCloseTo(
    us.reduce((all, each) => all + each, 0),
    1,
  );
}

describe('an open model', () => {
  test.each([
    ['constant', constant, every(10 * MS, 300, 2 * SEC)],
    ['several segments, one of them empty', pieces, pieceTimes],
    ['Poisson', poisson, cursorTimes(poisson)],
    ['a trail', trailingSchedule(pieces, kept, SEC), pieceTimes.flatMap((at, i) => (i % 3 === 1 ? [] : [at + SEC]))],
  ] as const)('%s: consumed − intended, of each message in its phase', (_, schedule, times) => {
    const warmupEndNs = times[Math.floor(times.length / 3)]!;
    const warmupCount = times.filter((at) => at < warmupEndNs).length;
    const { endToEnd, histogram, cells } = opened(planOf(openLane(schedule, warmupCount)));
    const latencies = { warmup: [] as number[], load: [] as number[] };
    // Read backwards: the value does not depend on the order. A quarter of a µs keeps clear of rounding.
    for (let index = times.length - 1; index >= 0; index--) {
      const latencyNs = 250 + 1_000 * ((index * 7_919) % 90_001);
      endToEnd.marked(0, index, NO_RECORDS, 0, times[index]! + latencyNs);
      latencies[times[index]! < warmupEndNs ? 'warmup' : 'load'].push(latencyNs);
    }
    expect(schedule.count).toBe(times.length);
    expectRecorded(histogram(WARMUP), latencies.warmup);
    expectRecorded(histogram(LOAD), latencies.load);
    expect(cells[MEMBER.negative]).toBe(0);
  });

  test('a latency below 0 is counted, kept with the lowest one, and recorded as 0', () => {
    const { endToEnd, histogram, cells } = opened(planOf(openLane(constant)));
    const latencies = [5_000, -1, 0, -2_500, 7_000, -300];
    for (const [index, ns] of latencies.entries()) {
      endToEnd.marked(0, index, NO_RECORDS, 0, 2 * SEC + index * 10 * MS + ns);
    }
    expectRecorded(histogram(LOAD), latencies);
    expect([cells[MEMBER.negative], cells[MEMBER.negativeMinNs]]).toEqual([3, -2_500]);
  });

  test('an index that the run does not send, and a lane that it has not, are nobody’s', () => {
    const { endToEnd, histogram } = opened(planOf(openLane(constant, 0, 5)));
    endToEnd.marked(0, 4, NO_RECORDS, 0, 3 * SEC);
    endToEnd.marked(0, 5, NO_RECORDS, 0, 3 * SEC);
    endToEnd.marked(1, 0, NO_RECORDS, 0, 3 * SEC);
    expectRecorded(histogram(LOAD), [SEC - 40 * MS]);
  });

  test('members and lanes have histograms of their own', () => {
    const { endToEnd, memory } = opened(planOf(openLane(constant), openLane(pieces)), 1);
    endToEnd.marked(0, 1, NO_RECORDS, 0, 2 * SEC + 11 * MS);
    endToEnd.marked(1, 1, NO_RECORDS, 0, 102 * MS);
    expectRecorded(endToEndHistogram(memory, 1, 0, LOAD), [MS]);
    expectRecorded(endToEndHistogram(memory, 1, 1, LOAD), [2 * MS]);
    for (const lane of [0, 1]) expectRecorded(endToEndHistogram(memory, 0, lane, LOAD), []);
  });
});

describe('a closed loop', () => {
  test('is dated by CreateTime, which cuts the warm-up as well', () => {
    const { endToEnd, histogram } = opened(planOf(closedLane({ warmupEndNs: 500 * MS })));
    // Indexes say nothing here: two of the load phase, then two of the warm-up.
    const records = timed(500, 1_000.75, 0, 499.75);
    for (const i of records.offset.keys()) endToEnd.marked(0, 3 - i, records, i, 1_250 * MS);
    expectRecorded(histogram(LOAD), [750 * MS, 249.25 * MS]);
    expectRecorded(histogram(WARMUP), [1_250 * MS, 750.25 * MS]);
  });

  test('a broker whose clock is ahead: LogAppendTime gives latencies below 0', () => {
    const { endToEnd, histogram, cells } = opened(planOf(closedLane()));
    const records = timed(20, 30, 5);
    for (const i of records.offset.keys()) endToEnd.marked(0, i, records, i, 10 * MS);
    expectRecorded(histogram(LOAD), [-10 * MS, -20 * MS, 5 * MS]);
    expect([cells[MEMBER.negative], cells[MEMBER.negativeMinNs]]).toEqual([2, -20 * MS]);
  });

  test('records of simulated times, or of none, and those beyond its count have no latency', () => {
    const simulated = opened(planOf(closedLane({}, 'intended')));
    simulated.endToEnd.marked(0, 0, timed(1), 0, 2 * MS);
    expectRecorded(simulated.histogram(LOAD), []);
    const { endToEnd, histogram } = opened(planOf(closedLane({ count: 3 })));
    endToEnd.marked(0, 3, timed(1), 0, 2 * MS);
    endToEnd.marked(0, 2, timed(-EPOCH_WALL_MS), 0, 2 * MS);
    expectRecorded(histogram(LOAD), []);
  });
});

test('a run that only reads dates each record by its timestamp, older than the run or newer than the clock', () => {
  const { endToEnd, histogram, cells } = opened(planOf());
  const records = timed(-1_800_000, 0, 7, 9, -EPOCH_WALL_MS, -EPOCH_WALL_MS - 1);
  for (const i of records.offset.keys()) endToEnd.dated(records, i, 8 * MS);
  expectRecorded(histogram(LOAD), [1_800_008 * MS, 8 * MS, MS, -MS]);
  expect([cells[MEMBER.negative], cells[MEMBER.negativeMinNs]]).toEqual([1, -MS]);
});

test('a run that sends dates no record without a mark, whatever its timestamp says', () => {
  for (const lane of [openLane(constant), closedLane()]) {
    const { endToEnd, histogram, cells } = opened(planOf(lane));
    endToEnd.dated(timed(1, 9), 0, 8 * MS);
    endToEnd.dated(timed(1, 9), 1, 8 * MS);
    expectRecorded(histogram(LOAD), []);
    expect(cells[MEMBER.negative]).toBe(0);
  }
});
