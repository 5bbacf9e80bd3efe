/** A loop without threads, brokers or time: a step clock, records of a few bytes, and transports that do as told. */

import { batchMemories } from '../../src/engine/batch-memory.ts';
import { Lane } from '../../src/engine/lane.ts';
import { openCursor } from '../../src/engine/lane-cursor.ts';
import { Loop } from '../../src/engine/loop.ts';
import { Transactions } from '../../src/engine/transactions.ts';
import { type ExecutorProfile, scheduleOf } from '../../src/executors/table.ts';
import type { ClosedLoad, LanePlan, OpenLoad } from '../../src/plan/plan.ts';
import { producersOf } from '../../src/plan/shard.ts';
import { CONTROL, controlOf } from '../../src/recorder/control-memory.ts';
import { InFlight } from '../../src/recorder/in-flight.ts';
import type { WorkerMeasurement } from '../../src/recorder/measurement.ts';
import { allocateRunMemory, type RunMemory } from '../../src/recorder/run-memory.ts';
import { shareOf } from '../../src/split.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { RecordSource } from '../../src/workload/source/record-source.ts';
import { openTopics } from '../../src/workload/topic-spread.ts';
import { openRecord } from '../../src/workload/workload.ts';
import { RUN_TAG } from '../workload/fixture.ts';

export const SEED = 1;

/** Moves on by `tickNs` at every reading, and by what is slept. */
export class StepClock {
  nowNs = 0;
  readonly tickNs: number;

  constructor(tickNs = 100) {
    this.tickNs = tickNs;
  }

  readonly read = (): number => {
    this.nowNs += this.tickNs;
    return this.nowNs;
  };

  readonly sleep = (ms: number): void => {
    this.nowNs += ms * 1e6;
  };
}

/** Records of 8 bytes, keyed by index over the partitions when there is more than one. */
export function stubSource(batchMax: number, partitions: number): RecordSource {
  const records = {
    payload: new Uint8Array(8),
    payloadOffset: new Int32Array(batchMax),
    payloadLength: new Int32Array(batchMax).fill(8),
    key: new Uint8Array(4),
    keyOffset: new Int32Array(batchMax),
    keyLength: new Int32Array(batchMax).fill(partitions > 1 ? 4 : -1),
    partition: new Int32Array(batchMax).fill(-1),
  };
  return {
    records,
    batchMax,
    prepare(first: number, step: number, n: number): void {
      if (partitions > 1) for (let j = 0; j < n; j++) records.partition[j] = (first + j * step) % partitions;
    },
  };
}

export function openLoad(executor: Exclude<ExecutorProfile, { kind: 'max-throughput' }>, warmupCount = 0): OpenLoad {
  const schedule = scheduleOf(executor, { startNs: 0 });
  return {
    kind: 'open',
    schedule,
    count: schedule.count,
    warmupCount,
    startNs: 0,
    warmupEndNs: 0,
    endNs: schedule.endNs,
    targetPerSec: 0,
  };
}

export function constantLoad(ratePerSec: number, seconds: number, warmupCount = 0): OpenLoad {
  return openLoad({ kind: 'constant-arrival-rate', ratePerSec, durationNs: seconds * 1e9 }, warmupCount);
}

export function closedLoad(bounds: { messages?: number; seconds?: number }): ClosedLoad {
  return {
    kind: 'closed',
    startNs: 0,
    endNs: bounds.seconds === undefined ? Number.POSITIVE_INFINITY : bounds.seconds * 1e9,
    count: bounds.messages ?? Number.POSITIVE_INFINITY,
    warmupEndNs: 0,
  };
}

export function scenarioPlan(lane: number, load: OpenLoad | ClosedLoad, more: Partial<LanePlan> = {}): LanePlan {
  return {
    name: `scenario-${lane}`,
    lane,
    client: 0,
    topic: `topic-${lane}`,
    topics: [`topic-${lane}`],
    spread: { kind: 'round-robin' },
    partitions: 1,
    bytesMean: 8,
    partitioner: 'murmur2',
    record: {
      workload: 'bytes',
      format: 'avro',
      key: { kind: 'none' },
      mode: 'pooled',
      poolSize: 1,
      reason: '',
      mark: 'none',
      schemaId: 1,
      params: {},
      fields: {},
    },
    executor: 'test',
    load,
    overload: { kind: 'wait' },
    gracefulStopNs: 5e9,
    inFlight: 1000,
    headers: {},
    recordTimestamp: 'client',
    ...more,
  };
}

export interface Bench {
  readonly memory: RunMemory;
  readonly inFlight: InFlight;
  readonly lanes: readonly Lane[];
  run(): WorkerMeasurement;
  stop(word: number): void;
}

export interface BenchOptions {
  readonly scenarios: readonly LanePlan[];
  readonly clock: StepClock;
  readonly transport: Transport;
  readonly worker?: number;
  readonly workers?: number;
  /** Of all workers of one run; without it, this worker has one of its own. */
  readonly memory?: RunMemory;
  readonly batchMax?: number;
  /** Records other than the stub's. */
  readonly source?: (batchMax: number, partitions: number) => RecordSource;
  readonly reportsSettled?: boolean;
  /** It takes the place of one that is lost, at this moment. */
  readonly joinedNs?: number;
  /** For the scenarios that have transactions. */
  readonly lingerNs?: number;
}

export function benchMemory(workers: number, lanes: number): RunMemory {
  return allocateRunMemory(workers, lanes, 600, { transactions: true });
}

/** One worker's loop over the scenarios, its slots all its own. */
export function bench({
  scenarios,
  clock,
  transport,
  worker = 0,
  workers = 1,
  memory = benchMemory(workers, scenarios.length),
  batchMax = 64,
  source,
  reportsSettled = false,
  joinedNs = 0,
  lingerNs = 0,
}: BenchOptions): Bench {
  const producers = scenarios.flatMap((scenario) => {
    const of = producersOf({ workers }, scenario);
    const own = of / workers;
    return Array.from({ length: own }, (_, i) => {
      return { scenario, producer: worker + i * workers, of, slots: shareOf(scenario.inFlight, i, own) };
    });
  });
  const isPerTopic = scenarios.some(({ perTopic }) => perTopic === true);
  const slotCount = producers.reduce((sum, { slots }) => sum + slots, 0);
  const inFlight = new InFlight(slotCount, { perTopic: isPerTopic });
  const batches = batchMemories();
  let route = 0;
  const lanes = producers.map(({ scenario, producer, of, slots }, lane) => {
    const { name, topics } = scenario;
    const identity = { seed: SEED, scenario: name, runTag: RUN_TAG };
    const own = { lane, route };
    route += topics.length;
    return new Lane({
      scenario,
      ...own,
      ...(topics.length > 1 && { topicOf: openTopics(scenario, identity, openRecord) }),
      thread: worker,
      worker: producer,
      workers: of,
      memory,
      cursor: openCursor(scenario.load, producer, of, batchMax),
      source: source?.(batchMax, scenario.partitions) ?? stubSource(batchMax, scenario.partitions),
      batches,
      transport,
      inFlight,
      slots,
      clock: clock.read,
      recordTime: { originMs: 1_700_000_000_000, nsPerMs: 1e6 },
      openTransactions: ({ transactions: book }) => {
        const { transactions: spec } = scenario;
        const calls = transport.transactions;
        if (spec === undefined || calls === undefined || book === undefined) return undefined;
        return new Transactions({
          scenario,
          lane,
          spec,
          calls,
          book,
          worker: producer,
          seed: SEED,
          lanes: producers.length,
          lingerNs,
          clock: clock.read,
        });
      },
    });
  });
  for (const lane of lanes) lane.join(joinedNs);
  const loop = new Loop({
    thread: worker,
    worker,
    workers,
    lanes,
    transport,
    inFlight,
    memory,
    clock: clock.read,
    reportsSettled,
  });
  return {
    memory,
    inFlight,
    lanes,
    run: () => loop.run(),
    stop: (word) => Atomics.store(controlOf(memory).words, CONTROL.stop, word),
  };
}
