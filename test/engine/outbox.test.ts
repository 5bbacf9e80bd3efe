/**
 * What a sample says of record i is what the client is handed for it: key, value, time, and the partition where
 * librdkafka's own partitioner puts it. For any records, batches, workers and refusals; without a broker.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchMemory } from '../../src/engine/batch-memory.ts';
import { Outbox } from '../../src/engine/outbox.ts';
import { Window } from '../../src/engine/window.ts';
import { Book } from '../../src/recorder/book.ts';
import { InFlight } from '../../src/recorder/in-flight.ts';
import { measureLane } from '../../src/recorder/lane-measurement.ts';
import { allocateRunMemory, LOAD, WARMUP } from '../../src/recorder/run-memory.ts';
import { dueAtNs } from '../../src/schedule/schedule.ts';
import { NullTransport } from '../../src/transport/null.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { PERSISTENCE } from '../../src/transport/transport.ts';
import type { Partitioner, RecordPlan } from '../../src/workload/record-plan.ts';
import type { WrittenWorkload } from '../../src/workload/reference.ts';
import { openSpread } from '../../src/workload/topic-spread.ts';
import { createRecordSource, openEncoder } from '../../src/workload/workload.ts';
import { recordContext, recordPlan } from '../workload/fixture.ts';
import { definitionFrom } from '../workload/own-files.ts';
import { ownKeysFiles } from '../workload/own-keys.ts';
import { librdkafkaPartition } from '../workload/partitioner-oracle.ts';
import { bench, constantLoad, SEED, StepClock, scenarioPlan, stubSource } from './fixture.ts';

const QUEUE_FULL = -184;
const ORIGIN_MS = 1_700_000_000_000;
const COUNT = 120;

const field = (name: string) => ({ key: { kind: 'field', field: name } as const });
const none = { kind: 'none' } as const;
const referenceOf = (written: WrittenWorkload) => definitionFrom(written, ownKeysFiles).reference;
const file = referenceOf({ file: './rows.jsonl' });
const avroFile = referenceOf({ file: './rows.jsonl', schema: './rows.avsc' });
const schema = referenceOf({ schema: './keyed.avsc' });
const module = referenceOf('./rows.ts');
const rules = { k: { length: [0, 2] } } as const;
const plans: readonly RecordPlan[] = [
  recordPlan({ workload: file, format: 'json', ...field('k') }),
  recordPlan({ workload: file, format: 'json', key: none }),
  recordPlan({ workload: avroFile, ...field('k') }),
  recordPlan({ workload: schema, fields: rules, ...field('k') }),
  recordPlan({ workload: schema, fields: rules, format: 'json', mode: 'pooled', poolSize: 7, ...field('k') }),
  recordPlan({ workload: module, format: 'json', ...field('key()') }),
  recordPlan({ workload: module, format: 'json', mode: 'pooled', poolSize: 30, ...field('key()') }),
  recordPlan({ mode: 'pooled', poolSize: 11 }),
  recordPlan({ format: 'json', key: { kind: 'uniform', cardinality: 20 } }),
  recordPlan({ workload: 'bytes', params: { size: 20, sizeMax: 60 }, key: none, mode: 'pooled', poolSize: 3 }),
];
const anomalies = {
  tombstones: 0.1,
  duplicates: { rate: 0.2, within: 9 },
  late: { rate: 0.1, minMs: 5, maxMs: 50 },
  malformed: 0.1,
};
const partitioners: readonly Partitioner[] = [
  ...(['consistent', 'consistent_random', 'murmur2', 'murmur2_random'] as const),
  ...(['fnv1a', 'fnv1a_random', 'random'] as const),
];

const spreads = [
  { kind: 'round-robin' },
  { kind: 'uniform' },
  { kind: 'zipf', exponent: 1.1 },
  { kind: 'field' },
] as const;

/** By which a plan's records can be spread; none of plain bytes. */
function spreadField({ workload }: RecordPlan): string | undefined {
  return workload === module ? 'key()' : workload === 'atm' ? 'region_id' : workload === 'bytes' ? undefined : 'k';
}

interface Taken {
  readonly topic: number;
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
}

/** Reads what is handed over where its addresses lead, as C does; its queue is full for every n-th message. */
function readingTransport(
  clock: StepClock,
  refusesEvery: number,
  note: (slot: number, taken: Taken, marked: number | undefined) => void,
) {
  const transport: Transport = new NullTransport({
    spec: { latencyMs: [1] },
    slots: 10_000,
    clock: clock.read,
    sleep: clock.sleep,
  });
  const memories: Uint8Array[] = [];
  transport.address = (memory) => memories.push(memory) * 2 ** 32;
  const bytesAt = (address: number, length: number) => {
    if (address === 0) return null;
    const at = address % 2 ** 32;
    return Buffer.from(memories[Math.floor(address / 2 ** 32) - 1]!.subarray(at, at + length)).toString('hex');
  };
  const acknowledge = transport.produce.bind(transport);
  let calls = 0;
  transport.produceWithMetadata = (topic, partition, batch, from, count, timestampMs, index) => {
    let accepted = 0;
    for (let j = from; j < from + count; j++) {
      batch.setError(j, calls++ % refusesEvery === refusesEvery - 1 ? QUEUE_FULL : 0);
      if (batch.error(j) !== 0) continue;
      const key = bytesAt(batch.keyAddress(j), batch.keyLength(j));
      const value = bytesAt(batch.payloadAddress(j), batch.payloadLength(j));
      note(batch.slot(j), { topic, partition, key, value, timestampMs: timestampMs[j]! }, index?.[j]);
      accepted += acknowledge(topic, partition, batch, j, 1);
    }
    return accepted;
  };
  transport.produce = (topic, partition, batch, from, count) =>
    transport.produceWithMetadata(topic, partition, batch, from, count, new Float64Array(from + count));
  return transport;
}

const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex');

test('what a sample says of a record is what the client is handed', () => {
  const load = constantLoad(1000, COUNT / 1000);
  const dueMs = (index: number) => Math.floor(ORIGIN_MS + dueAtNs(load.schedule, index) / 1e6);
  const cases = fc.record({
    plan: fc.constantFrom(...plans),
    isAnomalous: fc.boolean(),
    partitioner: fc.constantFrom(...partitioners),
    partitions: fc.integer({ min: 1, max: 9 }),
    topics: fc.constantFrom(1, 2, 5, 300),
    spread: fc.constantFrom(...spreads),
    batchMax: fc.integer({ min: 1, max: 70 }),
    workers: fc.integer({ min: 1, max: 3 }),
    isDated: fc.boolean(),
    isMarked: fc.boolean(),
    refusesEvery: fc.integer({ min: 2, max: 50 }),
  });
  const property = fc.property(cases, (drawn) => {
    const { plan, isAnomalous, isDated, isMarked, workers, refusesEvery, topics, spread: kind, ...place } = drawn;
    const record = isAnomalous ? { ...plan, anomalies } : plan;
    const field = spreadField(plan);
    if (kind.kind === 'field' && field === undefined) return;
    const spread = kind.kind === 'field' ? { ...kind, field: field! } : kind;
    const context = recordContext({ ...place, seed: SEED, scenario: 'scenario-0', workers, dueMs });
    const { partitioner, partitions } = place;
    const recordTimestamp = isDated ? 'intended' : 'client';
    const mark = isMarked ? { markHeader: true as const } : {};
    const names = Array.from({ length: topics }, (_, topic) => `t-${topic}`);
    const records = { partitions, partitioner, record, recordTimestamp, topics: names, spread } as const;
    const scenario = scenarioPlan(0, load, { ...records, ...mark });
    const taken: Taken[] = [];
    for (let worker = 0; worker < workers; worker++) {
      const clock = new StepClock();
      const transport = readingTransport(clock, refusesEvery, (slot, message, marked) => {
        const index = lane.inFlight.index[slot]!;
        if (marked !== (isMarked ? index : undefined)) throw new Error(`record ${index} is marked as ${marked}`);
        if (taken[index] !== undefined) throw new Error(`record ${index} a second time`);
        taken[index] = message;
      });
      const source = () => createRecordSource(record, { ...context, worker });
      const lane = bench({ scenarios: [scenario], clock, transport, worker, workers, source });
      lane.run();
    }
    const encode = openEncoder(record, context, dueMs);
    const topicOf = spread.kind === 'field' ? undefined : openSpread(spread, topics, context);
    const encodeField = openEncoder(
      { ...record, ...(field !== undefined && { key: { kind: 'field', field } }) },
      context,
    );
    const topicOfField = new Map<string, number>();
    const topicSaid = (index: number, source: number) => {
      if (topicOf !== undefined) return topicOf(source);
      const value = hex(encodeField(index, dueMs(index)).key) ?? '';
      if (!topicOfField.has(value)) topicOfField.set(value, taken[index]!.topic);
      return topicOfField.get(value)!;
    };
    const said = Array.from({ length: COUNT }, (_, index): Taken => {
      const { key, payload, timestampMs, source } = encode(index, dueMs(index));
      const random = partitioner === 'random' && key !== null ? taken[index]!.partition : -1;
      const partition = librdkafkaPartition(partitioner, key, partitions) ?? random;
      return {
        topic: topicSaid(index, source),
        partition,
        key: hex(key),
        value: hex(payload),
        timestampMs: isDated ? timestampMs : 0,
      };
    });
    expect(taken).toEqual(said);
    expect(taken.every(({ topic }) => topic >= 0 && topic < topics)).toBe(true);
    expect(taken.every(({ partition }) => partition >= -1 && partition < partitions)).toBe(true);
  });
  fc.assert(property, { numRuns: 50 });
});

/** A lane of 12 slots whose client answers as told; calls are noted as (route, partition, indexes). */
function outboxOf(options: { readonly partitions?: number; readonly topics?: number } = {}) {
  const { partitions = 1, topics = 1 } = options;
  const load = constantLoad(1000, 1, 3);
  const names = Array.from({ length: topics }, (_, topic) => `t-${topic}`);
  const plain = scenarioPlan(0, load, { partitions, topics: names });
  const key = partitions > 1 ? ({ kind: 'field', field: 'k' } as const) : none;
  const scenario = { ...plain, record: { ...plain.record, key } };
  const memory = allocateRunMemory(1, 1, 10);
  const inFlight = new InFlight(12);
  const window = new Window(inFlight, 0, 12);
  const clock = new StepClock();
  const calls: [route: number, partition: number, indexes: number[]][] = [];
  const rejected: unknown[] = [];
  let errorOf = (_index: number) => 0;
  const transport: Transport = new NullTransport({
    spec: { latencyMs: [1] },
    slots: 12,
    clock: clock.read,
    sleep: clock.sleep,
  });
  transport.produce = (route, partition, batch, from, count) => {
    const indexes = Array.from({ length: count }, (_, j) => inFlight.index[batch.slot(from + j)]!);
    calls.push([route, partition, indexes]);
    for (const [j, index] of indexes.entries()) batch.setError(from + j, errorOf(index));
    return indexes.filter((index) => errorOf(index) === 0).length;
  };
  const book = new Book({ scenario, lane: 0, thread: 0, worker: 0, workers: 1, memory, inFlight, transport });
  const outbox = new Outbox({
    scenario,
    route: 7,
    ...(topics > 1 && { topicOf: (index: number) => index % topics }),
    workers: 1,
    source: stubSource(8, partitions),
    batches: new BatchMemory(8),
    transport,
    inFlight,
    window,
    book,
    clock: clock.read,
    recordTime: { originMs: ORIGIN_MS, nsPerMs: 1e6 },
    reject: (slot, code, status, _nowNs, isRefused) => {
      rejected.push([inFlight.index[slot], code, status, isRefused]);
      window.give(slot);
    },
  });
  const dueNs = new Float64Array(8).map((_, j) => j * 1e6);
  return {
    outbox,
    calls,
    rejected,
    window,
    inFlight,
    refuse: (code: (index: number) => number) => {
      errorOf = code;
    },
    send: (first: number, n: number) => outbox.send(first, n, dueNs, dueNs),
    measured: () =>
      measureLane(memory, { thread: 0, worker: 0, workers: 1 }, scenario, book.account(undefined, undefined)),
  };
}

describe('what is handed over', () => {
  test('one call for each partition, in the order of the indexes in it', () => {
    const { send, calls, window, inFlight } = outboxOf({ partitions: 3 });
    expect(send(0, 8)).toBe(8);
    expect(calls).toEqual([
      [7, 0, [0, 3, 6]],
      [7, 1, [1, 4, 7]],
      [7, 2, [2, 5]],
    ]);
    expect(
      window.taken().map((slot) => [inFlight.index[slot], inFlight.intendedNs[slot], inFlight.phase[slot]]),
    ).toEqual(Array.from({ length: 8 }, (_, i) => [i, i * 1e6, i < 3 ? WARMUP : LOAD]));
  });

  test('without keys all in one call, its partition the client’s to choose', () => {
    const { send, calls } = outboxOf();
    send(2, 4);
    expect(calls).toEqual([[7, -1, [2, 3, 4, 5]]]);
  });

  test('one call for each topic and partition; what is held goes to its own the next time', () => {
    const { send, calls, outbox, refuse } = outboxOf({ topics: 2, partitions: 3 });
    refuse((index) => (index > 5 ? QUEUE_FULL : 0));
    send(1, 8);
    expect(calls).toEqual([
      [8, 1, [1, 7]],
      [7, 2, [2, 8]],
      [8, 0, [3]],
      [7, 1, [4]],
      [8, 2, [5]],
      [7, 0, [6]],
    ]);
    calls.length = 0;
    refuse(() => 0);
    expect(outbox.retry()).toBe(3);
    expect(calls).toEqual([
      [8, 1, [7]],
      [7, 2, [8]],
      [7, 0, [6]],
    ]);
  });

  test('without keys one call for each topic', () => {
    const { send, calls } = outboxOf({ topics: 3 });
    send(2, 5);
    expect(calls).toEqual([
      [9, -1, [2, 5]],
      [7, -1, [3, 6]],
      [8, -1, [4]],
    ]);
  });

  test('what did not fit into the queue is held, and goes alone and in order the next time', () => {
    const { send, outbox, calls, refuse, window, rejected, measured } = outboxOf({ partitions: 3 });
    refuse((index) => (index >= 3 && index !== 5 ? QUEUE_FULL : 0));
    expect(send(0, 8)).toBe(4);
    expect([outbox.held, outbox.firstHeld(), window.free]).toEqual([4, 3, 4]);
    calls.length = 0;
    refuse((index) => (index === 7 ? QUEUE_FULL : 0));
    expect(outbox.retry()).toBe(3);
    expect(calls).toEqual([
      [7, 0, [3, 6]],
      [7, 1, [4, 7]],
    ]);
    expect([outbox.held, outbox.firstHeld()]).toEqual([1, 7]);
    refuse(() => 0);
    expect(outbox.retry()).toBe(1);
    expect([outbox.held, outbox.firstHeld()]).toEqual([0, Infinity]);
    // Held messages were not sent, and each was sent once.
    const { warmup, load } = measured();
    expect([warmup.totals.sent, load.totals.sent, rejected.length]).toEqual([3, 5, 0]);
  });

  test('a message that the client refuses for good counts as sent, and is rejected', () => {
    const { send, outbox, refuse, rejected, measured, window } = outboxOf();
    refuse((index) => (index === 4 ? 10 : 0));
    expect(send(3, 3)).toBe(2);
    expect(rejected).toEqual([[4, 10, PERSISTENCE.notPersisted, true]]);
    expect([outbox.held, window.free]).toEqual([0, 10]);
    expect(measured().load.totals.sent).toBe(3);
  });

  test('what is held and given up was not sent, and its slots are free', () => {
    const { send, outbox, refuse, window, measured } = outboxOf();
    refuse((index) => (index > 5 ? QUEUE_FULL : 0));
    send(4, 4);
    outbox.giveUp();
    expect([outbox.held, window.free]).toEqual([0, 10]);
    const { load, notAcked } = measured();
    expect(load.totals.sent).toBe(2);
    expect(notAcked).toEqual([{ scenario: 'scenario-0', from: 6, to: 7, step: 1, status: 'unsent' }]);
  });
});
