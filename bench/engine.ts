/** What the engine costs around the client: due times, the recorder, the batch, and the whole loop without a broker. */

import type { Bench } from 'tinybench';
import { batchMemories } from '../src/engine/batch-memory.ts';
import { ClosedCursor } from '../src/engine/closed-cursor.ts';
import { Lane } from '../src/engine/lane.ts';
import { Loop } from '../src/engine/loop.ts';
import { type OpenProfile, scheduleOf } from '../src/executors/table.ts';
import type { LanePlan } from '../src/plan/plan.ts';
import { createHistogram, record } from '../src/recorder/histogram.ts';
import { InFlight } from '../src/recorder/in-flight.ts';
import { allocateRunMemory } from '../src/recorder/run-memory.ts';
import { type Schedule, trailingSchedule } from '../src/schedule/schedule.ts';
import { createCursor } from '../src/schedule/schedule-cursor.ts';
import { MessageBatch } from '../src/transport/message-batch.ts';
import { NullTransport } from '../src/transport/null.ts';
import type { RecordPlan } from '../src/workload/record-plan.ts';
import { createRecordSource } from '../src/workload/workload.ts';
import { WORKLOAD_BATCH } from './workload.ts';

const RUN_TAG = '0123456789abcdef';
const PARTITIONS = 12;
const WINDOW = 100_000;
/** Messages of one operation of the loop tasks: enough that start and end do not show. */
const LOOP_MESSAGES = 200_000;

export function addEngineTasks(bench: Bench): void {
  const hour = 3600e9;
  addSchedule(bench, 'constant', { kind: 'constant-arrival-rate', ratePerSec: 1e6, durationNs: hour });
  addSchedule(bench, 'ramp', {
    kind: 'ramping-arrival-rate',
    startRatePerSec: 0,
    stages: [{ targetPerSec: 2e6, durationNs: hour }],
  });
  const whole = scheduleOf({ kind: 'constant-arrival-rate', ratePerSec: 1e6, durationNs: hour }, { startNs: 0 });
  const kept = Int32Array.from({ length: 8500 }, (_, i) => Math.floor((i * 10_000) / 8500));
  walk(bench, 'schedule trailing, 85 %', trailingSchedule(whole, { period: 10_000, kept }, 30e9));
  addRecorder(bench);
  addBatch(bench);
  const bytes: RecordPlan = {
    workload: 'bytes',
    format: 'avro',
    key: { kind: 'none' },
    mode: 'pooled',
    poolSize: 40_000,
    reason: '',
    mark: 'auto',
    schemaId: 1,
    params: { size: 200 },
    fields: {},
  };
  const atm: RecordPlan = { ...bytes, workload: 'atm', key: { kind: 'field', field: 'atm_id' }, params: {} };
  addLoop(bench, 'bytes 200 B pooled', bytes);
  addLoop(bench, 'atm avro pooled, keyed', atm);
  addLoop(bench, 'atm avro fresh, keyed', { ...atm, mode: 'fresh', poolSize: 0 });
}

/** Operations × this = messages. */
export function messagesPerOperation(task: string): number {
  return task.startsWith('loop') ? LOOP_MESSAGES : WORKLOAD_BATCH;
}

function addSchedule(bench: Bench, name: string, executor: OpenProfile): void {
  walk(bench, `schedule ${name}`, scheduleOf(executor, { startNs: 0 }));
}

function walk(bench: Bench, name: string, schedule: Schedule): void {
  const dueNs = new Float64Array(WORKLOAD_BATCH);
  let cursor = createCursor(schedule, 0, 2);
  bench.add(name, () => {
    if (cursor.nextIndex() > schedule.count - 4 * WORKLOAD_BATCH) cursor = createCursor(schedule, 0, 2);
    cursor.advance(cursor.dueBefore(Number.MAX_VALUE, WORKLOAD_BATCH, dueNs));
  });
}

function addRecorder(bench: Bench): void {
  const cells = createHistogram(new SharedArrayBuffer(8 * 32_768));
  const valuesUs = Float64Array.from({ length: WORKLOAD_BATCH }, (_, i) => 500 + ((i * 7919) % 20_000) / 3);
  bench.add('recorder', () => {
    for (let i = 0; i < WORKLOAD_BATCH; i++) record(cells, valuesUs[i]!, 1);
  });
}

function addBatch(bench: Bench): void {
  const batch = new MessageBatch(WORKLOAD_BATCH);
  bench.add('arena: batch filled', () => {
    for (let j = 0; j < WORKLOAD_BATCH; j++) batch.set(j, 0x7f0000000000 + j * 200, 200, 0, -1, j);
  });
}

/** A closed loop over the null transport with no latency: everything but the client. */
function addLoop(bench: Bench, name: string, plan: RecordPlan): void {
  const scenario: LanePlan = {
    name: 'bench',
    lane: 0,
    client: 0,
    topic: 'bench',
    topics: ['bench'],
    spread: { kind: 'round-robin' },
    partitions: PARTITIONS,
    partitioner: 'murmur2',
    record: plan,
    bytesMean: 200,
    executor: 'max-throughput',
    load: { kind: 'closed', startNs: 0, endNs: Number.POSITIVE_INFINITY, count: LOOP_MESSAGES, warmupEndNs: 0 },
    overload: { kind: 'wait' },
    gracefulStopNs: 1e9,
    inFlight: WINDOW,
    headers: {},
    recordTimestamp: 'client',
  };
  const place = { worker: 0, workers: 1 };
  const source = createRecordSource(plan, {
    seed: 42,
    scenario: 'bench',
    runTag: RUN_TAG,
    partitioner: 'murmur2',
    partitions: PARTITIONS,
    batchMax: 2048,
    ...place,
  });
  const clock = () => performance.now() * 1e6;
  bench.add(`loop ${name}`, () => {
    const memory = allocateRunMemory(1, 1, 60);
    const inFlight = new InFlight(WINDOW);
    const spec = { latencyMs: [0] };
    const transport = new NullTransport({ spec, slots: WINDOW, clock, sleep: () => {} });
    const slots = WINDOW;
    const cursor = new ClosedCursor({ ...scenario.load, kind: 'closed', count: LOOP_MESSAGES, warmupEndNs: 0 }, 0, 1);
    const batches = batchMemories();
    const parts = { memory, batches, inFlight, transport, clock };
    const recordTime = { originMs: Date.now(), nsPerMs: 1e6 };
    const lane = new Lane({ ...parts, ...place, thread: 0, scenario, lane: 0, cursor, source, slots, recordTime });
    const { lanes } = new Loop({ ...parts, thread: 0, worker: 0, workers: 1, lanes: [lane] }).run();
    if (lanes[0]!.load.totals.acked !== LOOP_MESSAGES) throw new Error('the loop did not finish');
  });
}
