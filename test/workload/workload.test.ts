import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { decimalIndex, INDEX_MAX, TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../../src/workload/encoding/stamp.ts';
import { paramsOf } from '../../src/workload/parameters.ts';
import { partitionOf } from '../../src/workload/partitioner.ts';
import type { Partitioner, RecordPlan } from '../../src/workload/record-plan.ts';
import { findStamps, PoolShare } from '../../src/workload/source/pooled-source.ts';
import { createRecordSource, measureRecord, openRecords } from '../../src/workload/workload.ts';
import { type Message, messagesOf, NOW_MS, readSlots, recordContext, recordPlan, timeOf } from './fixture.ts';
import { chiSquareZ } from './statistics.ts';

const keyed = { kind: 'uniform', cardinality: 1000 } as const;
const webEvents = recordPlan({ workload: 'web-events', key: { kind: 'field', field: 'user_id' } });
const ecommerce = recordPlan({ workload: 'ecommerce', key: { kind: 'field', field: 'user_id' } });
const smsAlerts = recordPlan({ workload: 'sms-alerts', key: { kind: 'field', field: 'phone_number' } });
const lifecycle = recordPlan({ workload: 'message-lifecycle', key: { kind: 'field', field: 'messageId' } });
const variants: readonly (readonly [string, RecordPlan])[] = [
  ['atm avro fresh', recordPlan()],
  ['atm json fresh', recordPlan({ format: 'json' })],
  ['atm avro pooled', recordPlan({ mode: 'pooled', poolSize: 100 })],
  ['atm json pooled', recordPlan({ mode: 'pooled', poolSize: 100, format: 'json', key: keyed })],
  ['ecommerce avro fresh', ecommerce],
  ['ecommerce json fresh', { ...ecommerce, format: 'json' }],
  ['ecommerce avro pooled', { ...ecommerce, mode: 'pooled', poolSize: 100 }],
  ['ecommerce json pooled', { ...ecommerce, mode: 'pooled', poolSize: 100, format: 'json' }],
  ['web-events avro fresh', webEvents],
  ['web-events json fresh', { ...webEvents, format: 'json' }],
  ['web-events avro pooled', { ...webEvents, mode: 'pooled', poolSize: 100 }],
  ['web-events json pooled', { ...webEvents, mode: 'pooled', poolSize: 100, format: 'json' }],
  ['sms-alerts avro fresh', smsAlerts],
  ['sms-alerts json fresh', { ...smsAlerts, format: 'json' }],
  ['sms-alerts avro pooled', { ...smsAlerts, mode: 'pooled', poolSize: 100 }],
  ['sms-alerts json pooled', { ...smsAlerts, mode: 'pooled', poolSize: 100, format: 'json' }],
  ['message-lifecycle avro fresh', lifecycle],
  ['message-lifecycle json fresh', { ...lifecycle, format: 'json' }],
  ['message-lifecycle avro pooled', { ...lifecycle, mode: 'pooled', poolSize: 100 }],
  ['message-lifecycle json pooled', { ...lifecycle, mode: 'pooled', poolSize: 100, format: 'json' }],
  ['bytes fresh', recordPlan({ workload: 'bytes', key: keyed, params: { size: 16, sizeMax: 90 } })],
  ['bytes pooled', recordPlan({ workload: 'bytes', key: { kind: 'none' }, mode: 'pooled', poolSize: 37 })],
];

/** A message as text, which is compared far sooner than its bytes one by one. */
function textOf({ payload, key, partition }: Message): string {
  return `[${partition}] ${key} ${payload.toString('hex')}`;
}

describe.each(variants)('%s', (_name, record) => {
  const context = recordContext();
  const reference = messagesOf(record, context, 1, 700);

  test.each([2, 3, 7])('is the same at %d workers', (workers) => {
    expect(messagesOf(record, context, workers, 700).map(textOf)).toEqual(reference.map(textOf));
  });

  test('can be taken up at any index', () => {
    const source = createRecordSource(record, context);
    source.prepare(
      650,
      1,
      16,
      Float64Array.from({ length: 16 }, (_, j) => timeOf(650 + j)),
    );
    expect(readSlots(source, 16)).toEqual(reference.slice(650, 666));
  });

  test('says the same as its samples', () => {
    const read = openRecords(record, context);
    for (const index of [0, 1, 99, 100, 699]) {
      const { key } = read(index, timeOf(index));
      expect(reference[index]!.key).toEqual(key);
    }
  });

  test('depends on seed and scenario', () => {
    const bytesOf = (overrides: object) =>
      messagesOf({ ...record, mark: 'none' }, recordContext(overrides), 1, 30).map(({ payload }) =>
        payload.toString('hex'),
      );
    const own = bytesOf({});
    expect(bytesOf({ runTag: 'f'.repeat(16) })).toEqual(own);
    for (const other of [bytesOf({ seed: 43 }), bytesOf({ scenario: 'other' })]) {
      expect(other.filter((payload, i) => payload === own[i])).toEqual([]);
    }
  });

  test('gives measured sizes', () => {
    const mean = reference.reduce((sum, { payload }) => sum + payload.length, 0) / reference.length;
    expect(measureRecord(record, 42, 'atm').bytesMean / mean).toBeCloseTo(1, 1);
  });
});

test('measures few records where they are large, a thousand of small ones', () => {
  const measured = (size: number) => {
    let records = 0;
    const plan = recordPlan({ workload: 'bytes', key: { kind: 'none' }, params: { size } });
    expect(measureRecord(plan, 42, 'bytes', () => records++).bytesMean).toBe(size);
    return records;
  };
  expect([200, 3_000_000].map(measured)).toEqual([1000, 23]);
});

describe('pooled records', () => {
  test.each(['avro', 'json'] as const)('have the values of record i mod P, and the id and time of i (%s)', (format) => {
    const context = recordContext();
    const record = recordPlan({ format, mode: 'pooled', poolSize: 100 });
    const type = avsc.Type.forSchema(workloads.atm!.avroSchema as unknown as avsc.Schema);
    const read = openRecords(record, context);
    for (const [i, { payload, key }] of messagesOf(record, context, 1, 450).entries()) {
      const value = format === 'avro' ? { ...type.fromBuffer(payload.subarray(5)) } : JSON.parse(payload.toString());
      const sample = read(i, timeOf(i));
      expect(value).toEqual(sample.value);
      expect(sample.payloadBytes).toBe(payload.length);
      const { transaction_id: id, timestamp, ...body } = sample.value;
      expect(read(i % 100, NOW_MS).value).toMatchObject(body);
      expect(id).toBe(`0123456789abcdef-9d60-${String(i).padStart(12, '0')}`);
      expect(timestamp).toBe(timeOf(i));
      expect(key!.toString()).toBe(body.atm_id);
    }
  });

  test('draw keys from a set for every message, not for every pool record', () => {
    const record = recordPlan({ mode: 'pooled', poolSize: 100, key: { kind: 'uniform', cardinality: 100_000 } });
    const keys = messagesOf(record, recordContext(), 1, 3000).map(({ key }) => key!.toString());
    expect(new Set(keys).size).toBeGreaterThan(2900);
    expect(keys).toEqual(messagesOf({ ...record, mode: 'fresh' }, recordContext(), 1, 3000).map(({ key }) => `${key}`));
  });

  test('never have a record twice in a batch, in whatever pool', () => {
    const numbers = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(numbers, numbers, numbers, fc.nat(500), fc.nat(59), (poolSize, workers, batchMax, far, worker) => {
        const share = new PoolShare(poolSize, worker % workers, workers, batchMax);
        const seen = new Set<number>();
        for (let j = 0; j < batchMax; j++) {
          const index = (worker % workers) + (far + j) * workers;
          const entry = share.entryOf(index);
          if (share.bodyOf(entry) !== index % poolSize) return false;
          if (entry >= share.entries || seen.has(entry)) return false;
          seen.add(entry);
        }
        return true;
      }),
    );
  });

  test('keep every slot of a batch apart when the pool is smaller than the batch', () => {
    const record = recordPlan({ mode: 'pooled', poolSize: 3, params: { atms: 3 } });
    const source = createRecordSource(record, recordContext({ batchMax: 50 }));
    source.prepare(0, 1, 50, new Float64Array(50).fill(NOW_MS));
    const ids = readSlots(source, 50).map(({ payload }) => Number(payload.toString('latin1', 28, 40)));
    expect(ids).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  test('come in smaller batches when they are large', () => {
    for (const overrides of [{}, { mode: 'pooled', poolSize: 3 }] as const) {
      const params = { size: 5_000_000, entropy: 0 };
      const record = recordPlan({ workload: 'bytes', key: { kind: 'none' }, params, ...overrides });
      const source = createRecordSource(record, recordContext({ batchMax: 2048 }));
      expect(source.batchMax).toBe(13);
      expect(source.records.payload.length).toBeLessThanOrEqual(16 * 5_000_000);
    }
  });

  test('refuse indexes that are not theirs, and times no stamp has room for', () => {
    const record = recordPlan({ mode: 'pooled', poolSize: 100 });
    const source = createRecordSource(record, recordContext({ worker: 1, workers: 2 }));
    const times = new Float64Array(16).fill(NOW_MS);
    expect(() => source.prepare(0, 2, 1, times)).toThrow('not one of worker 1');
    expect(() => source.prepare(1, 1, 1, times)).toThrow('step 1');
    expect(() => source.prepare(1, 2, 17, times)).toThrow('batch 17');
    expect(() => source.prepare(1, 2, 1, times.fill(TIMESTAMP_MAX_MS + 1))).toThrow('outside');
    source.prepare(1, 2, 16, times.fill(TIMESTAMP_MIN_MS));
    source.prepare(1 + 2 * 15, 2, 16, times.fill(TIMESTAMP_MAX_MS));
  });
});

describe('findStamps', () => {
  const end = String(INDEX_MAX);
  const start = '0'.repeat(12);

  test('finds the place where both values stand, not one that looks like it', () => {
    const places = findStamps([decimalIndex], Buffer.from(`${start}-${start}!`), Buffer.from(`${start}-${end}!`));
    expect(places).toEqual([13]);
  });

  test.each([
    ['another field changes', `a${start}`, `b${end}`],
    ['it is there twice', start + start, end + end],
    ['the length changes', start, `${end}0`],
    ['it is not there', 'abc', 'abd'],
  ])('refuses a record where %s', (_why, low, high) => {
    expect(() => findStamps([decimalIndex], Buffer.from(low), Buffer.from(high))).toThrow('more than its stamps');
  });
});

describe('partitions', () => {
  const everyPartitioner: Partitioner[] = ['consistent', 'consistent_random', 'murmur2', 'murmur2_random', 'fnv1a'];

  test.each(everyPartitioner)('are those of %s for every keyed record', (partitioner) => {
    for (const record of [recordPlan(), recordPlan({ mode: 'pooled', poolSize: 100 }), recordPlan({ key: keyed })]) {
      for (const { key, partition } of messagesOf(record, recordContext({ partitioner }), 2, 300)) {
        expect(partition).toBe(partitionOf(partitioner, key!, 0, key!.length, 12));
      }
    }
  });

  test('are drawn evenly by us for keyed records under `random`', () => {
    const seen = new Uint32Array(12);
    const messages = messagesOf(recordPlan(), recordContext({ partitioner: 'random', batchMax: 500 }), 1, 20_000);
    for (const { partition } of messages) seen[partition]!++;
    expect(Math.abs(chiSquareZ(seen))).toBeLessThan(4);
  });

  test('are left to the client without a key', () => {
    for (const { key, partition } of messagesOf(recordPlan({ key: { kind: 'none' } }), recordContext(), 1, 40)) {
      expect([key, partition]).toEqual([null, -1]);
    }
  });
});

describe('every built-in workload', () => {
  test.each(Object.entries(workloads))('%s is described for flags, docs and checks', (name, workload) => {
    expect(workload.name).toBe(name);
    expect(Object.values(paramsOf(workload).shape).every((param) => param.description)).toBe(true);
    expect(Object.keys(paramsOf(workload).parse({}))).toEqual(Object.keys(paramsOf(workload).shape));
    expect(workload.fieldNames).toEqual(expect.arrayContaining([...workload.keyFields]));
    expect(workload.fieldNames).toEqual(expect.arrayContaining(Object.keys(workload.weightedFields)));
    if (workload.defaultKey.kind === 'field') expect(workload.keyFields).toContain(workload.defaultKey.field);
    expect(workload.avroSchema?.fields.map((field) => field.name) ?? []).toEqual(workload.fieldNames);
  });

  test('refuses another name', () => {
    expect(() => createRecordSource(recordPlan({ workload: 'atn' }), recordContext())).toThrow(
      'unknown workload `atn`',
    );
  });
});
