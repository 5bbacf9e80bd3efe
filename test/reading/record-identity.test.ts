import { expect, test } from 'vitest';
import type { LanePlan, Plan } from '../../src/plan/plan.ts';
import { RecordIdentity } from '../../src/reading/record-identity.ts';
import { binaryMarkHead, MARK_HEADER } from '../../src/workload/encoding/mark.ts';
import type { RecordPlan } from '../../src/workload/record-plan.ts';
import { loadRecords } from '../../src/workload/worker-records.ts';
import { openEncoder } from '../../src/workload/workload.ts';
import { laneCount, newFile, planOf, statesOf } from '../lifecycle/lifecycle-plan.ts';
import { NOW_MS, RUN_TAG, recordPlan } from '../workload/fixture.ts';
import { type LogRecord, MemoryRecords } from './memory-records.ts';

const SEED = 42;
const INDEXES = [0, 1, 9, 4095, 123_456_789, 999_999_999_999];

function lanePlan(name: string, lane: number, record: RecordPlan, topic = 'topic'): LanePlan {
  return { name, lane, topic, topics: [topic], record } as unknown as LanePlan;
}

function planWith(lanes: LanePlan[]): Plan {
  return { seed: SEED, runTag: RUN_TAG, lanes } as unknown as Plan;
}

function payloadsOf({ name, record }: LanePlan, indexes: readonly number[], runTag = RUN_TAG) {
  const encode = openEncoder(record, { seed: SEED, scenario: name, runTag });
  return indexes.map((index) => Buffer.from(encode(index, NOW_MS).payload!));
}

function recordsOf(payloads: readonly (Uint8Array | null)[], topic = 'topic'): MemoryRecords {
  return new MemoryRecords(
    payloads.map((value, offset) => ({ topic, partition: 0, offset, key: null, value, timestampMs: NOW_MS })),
  );
}

async function identityOf(plan: Plan): Promise<RecordIdentity> {
  return new RecordIdentity(plan, await loadRecords(plan.lanes.map(({ record }) => record)));
}

function found(identity: RecordIdentity, records: MemoryRecords): (readonly [number, number] | undefined)[] {
  return Array.from({ length: records.capacity }, (_, i) =>
    identity.find(records, i) ? ([identity.lane, identity.index] as const) : undefined,
  );
}

test.each([
  ['atm', 'avro'],
  ['atm', 'json'],
  ['sms-alerts', 'avro'],
  ['sms-alerts', 'json'],
  ['bytes', 'avro'],
] as const)('%s in %s: lane and index of each record, two scenarios in one topic', async (workload, format) => {
  const record = recordPlan({ workload, format, key: { kind: 'none' } });
  const lanes = [lanePlan('one', 0, record), lanePlan('two', 1, record), lanePlan('other', 2, record, 'else')];
  const identity = await identityOf(planWith(lanes));
  expect(identity.marked).toEqual([true, true, true]);
  for (const { name, lane, topic } of lanes) {
    const records = recordsOf(payloadsOf(lanes[lane]!, INDEXES), topic);
    expect(found(identity, records), name).toEqual(INDEXES.map((index) => [lane, index]));
  }
});

test('knows no record of another run, of another topic, without a value, or cut inside its mark', async () => {
  const lane = lanePlan('one', 0, recordPlan());
  const identity = await identityOf(planWith([lane]));
  const [payload] = payloadsOf(lane, [7]);
  const others = [...payloadsOf(lane, [7], 'f'.repeat(16)), null, payload!.subarray(0, 30), Buffer.from('x')];
  expect(found(identity, recordsOf(others))).toEqual([undefined, undefined, undefined, undefined]);
  expect(found(identity, recordsOf([payload!], 'elsewhere'))).toEqual([undefined]);
});

test('finds a mark that was moved', async () => {
  const lane = lanePlan('one', 0, recordPlan({ format: 'json' }));
  const identity = await identityOf(planWith([lane]));
  const moved = Buffer.concat([Buffer.from('{"more":1,'), payloadsOf(lane, [7])[0]!.subarray(1)]);
  expect(found(identity, recordsOf([moved]))).toEqual([[0, 7]]);
});

test('a mark in a header is found in any record, tombstones included, beside lanes that have theirs in the value', async () => {
  const none = { kind: 'none' } as const;
  const lanes = [
    lanePlan('shop', 0, recordPlan({ workload: 'ecommerce', key: none })),
    lanePlan('web', 1, recordPlan({ workload: 'web-events', key: none })),
    lanePlan('atm', 2, recordPlan({ key: none })),
  ].map((lane) => (lane.name === 'atm' ? lane : { ...lane, markHeader: true as const }));
  const identity = await identityOf(planWith(lanes));
  expect(identity.marked).toEqual([true, true, true]);
  const marked = (scenario: string, index: number, runTag = RUN_TAG) => {
    const mark = Buffer.concat([binaryMarkHead(runTag, scenario), Buffer.alloc(6)]);
    mark.writeUIntBE(index, 10, 6);
    return mark;
  };
  const withHeader = (header: Uint8Array | null, value: Uint8Array | null, name = MARK_HEADER): LogRecord => {
    const headers = [['h', Buffer.alloc(16)] as const, [name, header] as const];
    return { topic: 'topic', partition: 0, offset: 0, key: null, value, timestampMs: NOW_MS, headers };
  };
  const [own] = payloadsOf(lanes[2]!, [7]);
  const cases: [LogRecord, [number, number] | undefined][] = [
    ...INDEXES.map((index): (typeof cases)[0] => [withHeader(marked('shop', index), Buffer.from('any')), [0, index]]),
    [withHeader(marked('web', 5), null), [1, 5]],
    [withHeader(marked('web', 2 ** 40), Buffer.alloc(0)), [1, 2 ** 40]],
    // The header of another scenario, of another run, a shorter one, a null one: what the value says is left.
    [withHeader(marked('else', 5), own!), [2, 7]],
    [withHeader(marked('shop', 5, 'f'.repeat(16)), own!), [2, 7]],
    [withHeader(marked('shop', 5).subarray(0, 15), own!), [2, 7]],
    [withHeader(null, own!), [2, 7]],
    [withHeader(marked('shop', 5), Buffer.from('any'), 'load-marks'), undefined],
  ];
  expect(found(identity, new MemoryRecords(cases.map(([record]) => record)))).toEqual(cases.map(([, is]) => is));
  // Lanes of one topic only.
  const elsewhere = { ...withHeader(marked('shop', 5), null), topic: 'elsewhere' };
  expect(found(identity, new MemoryRecords([elsewhere]))).toEqual([undefined]);
});

test('says which lanes have no mark', async () => {
  const plain = recordPlan({ mark: 'none' });
  const small = recordPlan({ workload: 'bytes', key: { kind: 'none' }, params: { size: 15 } });
  const events = recordPlan({ workload: 'web-events', key: { kind: 'none' } });
  const records = [plain, small, events, recordPlan()];
  const identity = await identityOf(planWith(records.map((record, i) => lanePlan(`s${i}`, i, record))));
  expect(identity.marked).toEqual([false, false, false, true]);
});

test.each(['avro', 'json'] as const)('tells follow-up records in %s by their status', async (format) => {
  const plan = planOf(newFile(), { seconds: 20, format });
  const identity = await identityOf(plan);
  expect(plan.lanes.length).toBeGreaterThan(3);
  for (const lane of plan.lanes) {
    const encode = openEncoder(lane.record, { seed: plan.seed, scenario: lane.name, runTag: plan.runTag });
    const payloads = statesOf(plan, lane, NOW_MS).map(({ timestamp }, k) => Buffer.from(encode(k, timestamp).payload!));
    const expected = Array.from({ length: laneCount(lane) }, (_, k) => [lane.lane, k]);
    expect(found(identity, recordsOf(payloads, lane.topic)), lane.name).toEqual(expected);
  }
});
