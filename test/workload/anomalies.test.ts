import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Anomalies, type Anomaly } from '../../src/workload/anomalies.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';
import { PayloadDecoder } from '../../src/workload/encoding/payload-decoder.ts';
import type { AnomaliesSpec, RecordPlan } from '../../src/workload/record-plan.ts';
import { AnomalousSource } from '../../src/workload/source/anomalous-source.ts';
import { FreshSource } from '../../src/workload/source/fresh-source.ts';
import { PooledSource } from '../../src/workload/source/pooled-source.ts';
import { createRecordSource, openEncoder, openRecords } from '../../src/workload/workload.ts';
import { readSlots, recordContext, recordPlan, timeOf } from './fixture.ts';
import { chiSquareZ } from './statistics.ts';

const identity = { seed: 42, scenario: 'atm' };

function specOf(overrides: Partial<AnomaliesSpec> = {}): AnomaliesSpec {
  return {
    tombstones: 0.05,
    duplicates: { rate: 0.1, within: 20 },
    late: { rate: 0.08, minMs: 1_000, maxMs: 60_000 },
    malformed: 0.06,
    ...overrides,
  };
}

const rates = fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(100), fc.nat(200)).map((parts): AnomaliesSpec => {
  const sum = Math.max(
    1,
    parts.reduce((a, b) => a + b),
  );
  const [tombstones, duplicates, late, malformed] = parts.map((part) => part / sum) as [number, number, number, number];
  return {
    tombstones,
    duplicates: { rate: duplicates, within: 1 + parts[0] },
    late: { rate: late, minMs: 5, maxMs: 5 + parts[1] },
    malformed,
  };
});

describe('anomalies', () => {
  test('come as often as their rates say, the rest as it should be', () => {
    const draws = 400_000;
    const spec = specOf();
    const anomalies = new Anomalies(spec, 'avro', identity);
    const kinds: Anomaly['kind'][] = ['tombstone', 'duplicate', 'late', 'malformed'];
    const seen = new Uint32Array(5);
    const how = { truncated: 0, 'magic-byte': 0, 'schema-id': 0 };
    for (let i = 0; i < draws; i++) {
      const anomaly = anomalies.of(i);
      seen[anomaly === undefined ? 4 : kinds.indexOf(anomaly.kind)]!++;
      if (anomaly?.kind === 'malformed') how[anomaly.how]++;
    }
    const shares = [spec.tombstones, spec.duplicates.rate, spec.late.rate, spec.malformed];
    expect(Math.abs(chiSquareZ(seen, [...shares, 1 - shares.reduce((a, b) => a + b)]))).toBeLessThan(4);
    expect(Math.abs(chiSquareZ(Object.values(how)))).toBeLessThan(4);
  });

  test('say which earlier record, how late, how wrong: within their bounds, the same when asked again', () => {
    fc.assert(
      fc.property(rates, fc.nat(2 ** 31), fc.constantFrom('avro', 'json'), (spec, from, format) => {
        const anomalies = new Anomalies(spec, format, identity);
        const again = new Anomalies(spec, format, identity);
        for (let index = from; index < from + 20; index++) {
          const anomaly = anomalies.of(index);
          expect(again.of(index)).toEqual(anomaly);
          if (anomaly?.kind === 'duplicate') {
            expect(anomaly.original).toBeLessThan(index);
            expect(anomaly.original).toBeGreaterThanOrEqual(Math.max(0, index - spec.duplicates.within));
            expect(anomalies.of(anomaly.original)).toBeUndefined();
          }
          if (anomaly?.kind === 'late') {
            expect(anomaly.lateMs).toBeGreaterThanOrEqual(spec.late.minMs);
            expect(anomaly.lateMs).toBeLessThanOrEqual(spec.late.maxMs);
          }
          if (anomaly?.kind === 'malformed' && format === 'json') expect(anomaly.how).toBe('truncated');
        }
      }),
    );
  });

  test('repeat every distance as often, and take any lateness', () => {
    const anomalies = new Anomalies(
      specOf({ tombstones: 0, malformed: 0, late: { rate: 0.3, minMs: 1, maxMs: 10 } }),
      'avro',
      identity,
    );
    const distances = new Uint32Array(20);
    const lateness = new Uint32Array(10);
    for (let i = 20; i < 200_000; i++) {
      const anomaly = anomalies.of(i);
      if (anomaly?.kind === 'duplicate') distances[i - anomaly.original - 1]!++;
      if (anomaly?.kind === 'late') lateness[anomaly.lateMs - 1]!++;
    }
    expect(Math.abs(chiSquareZ(distances))).toBeLessThan(4);
    expect(Math.abs(chiSquareZ(lateness))).toBeLessThan(4);
  });

  test('leave the first record, and one that has nothing to repeat', () => {
    const all = specOf({ tombstones: 0, malformed: 0, late: { rate: 0, minMs: 0, maxMs: 0 } });
    const anomalies = new Anomalies({ ...all, duplicates: { rate: 1, within: 100 } }, 'avro', identity);
    for (let i = 0; i < 50; i++) expect(anomalies.of(i)).toBeUndefined();
  });

  test('depend on seed and scenario', () => {
    const kindsOf = (of: { seed: number; scenario: string }) => {
      const anomalies = new Anomalies(specOf(), 'avro', of);
      return Array.from({ length: 500 }, (_, i) => anomalies.of(i)?.kind ?? '-').join();
    };
    expect(kindsOf({ ...identity, seed: 43 })).not.toBe(kindsOf(identity));
    expect(kindsOf({ ...identity, scenario: 'other' })).not.toBe(kindsOf(identity));
  });

  test('keep their values for ever', () => {
    const anomalies = new Anomalies(specOf(), 'avro', identity);
    const anomalous = Array.from({ length: 40 }, (_, i) => [i, anomalies.of(i)] as const).filter(
      ([, anomaly]) => anomaly,
    );
    expect(anomalous).toMatchInlineSnapshot(`
      [
        [
          5,
          {
            "kind": "tombstone",
          },
        ],
        [
          11,
          {
            "kind": "late",
            "lateMs": 31317,
          },
        ],
        [
          18,
          {
            "kind": "late",
            "lateMs": 39368,
          },
        ],
        [
          20,
          {
            "kind": "duplicate",
            "original": 3,
          },
        ],
        [
          21,
          {
            "how": "magic-byte",
            "kind": "malformed",
          },
        ],
        [
          26,
          {
            "kind": "duplicate",
            "original": 9,
          },
        ],
        [
          28,
          {
            "kind": "tombstone",
          },
        ],
        [
          29,
          {
            "kind": "late",
            "lateMs": 30481,
          },
        ],
        [
          39,
          {
            "kind": "late",
            "lateMs": 21241,
          },
        ],
      ]
    `);
  });
});

interface Prepared {
  readonly payload: string | null;
  readonly key: string | null;
  readonly partition: number;
  readonly timestampMs: number;
}

/** Messages 0..count-1, prepared by `workers` sources in batches of changing size. */
function preparedOf(record: RecordPlan, workers: number, count: number): Prepared[] {
  const messages: Prepared[] = [];
  for (let worker = 0; worker < workers; worker++) {
    const source = createRecordSource(record, recordContext({ worker, workers, batchMax: 60, dueMs: timeOf }));
    const { payload, payloadOffset, payloadLength, key, keyOffset, keyLength, partition } = source.records;
    let batch = 1;
    for (let first = worker; first < count; ) {
      const n = Math.min(batch, Math.ceil((count - first) / workers));
      const times = Float64Array.from({ length: n }, (_, j) => timeOf(first + j * workers));
      source.prepare(first, workers, n, times);
      for (let j = 0; j < n; j++) {
        const at = payloadOffset[j]!;
        const length = payloadLength[j]!;
        const keyAt = keyOffset[j]!;
        messages[first + j * workers] = {
          payload: length < 0 ? null : Buffer.from(payload.subarray(at, at + length)).toString('latin1'),
          key: keyLength[j]! < 0 ? null : Buffer.from(key.subarray(keyAt, keyAt + keyLength[j]!)).toString(),
          partition: partition[j]!,
          timestampMs: times[j]!,
        };
      }
      first += n * workers;
      batch = (batch * 2) % 61;
    }
  }
  return messages;
}

const keyed = { kind: 'uniform', cardinality: 1000 } as const;
const pooled = { mode: 'pooled', poolSize: 100 } as const;

describe.each<[string, RecordPlan]>([
  ['atm avro fresh', recordPlan()],
  ['atm json fresh', recordPlan({ format: 'json' })],
  ['atm avro pooled', recordPlan(pooled)],
  ['atm json pooled, keys of the index', recordPlan({ ...pooled, format: 'json', key: keyed })],
  ['ecommerce avro fresh', recordPlan({ workload: 'ecommerce', key: { kind: 'field', field: 'user_id' } })],
  ['web-events json pooled', recordPlan({ ...pooled, workload: 'web-events', format: 'json', key: keyed })],
  ['bytes pooled, no keys', recordPlan({ workload: 'bytes', key: { kind: 'none' }, mode: 'pooled', poolSize: 37 })],
])('anomalous %s', (_name, clean) => {
  const schemaless = clean.workload === 'bytes';
  const spec = specOf(schemaless ? { tombstones: 0, malformed: 0 } : {});
  const record: RecordPlan = { ...clean, anomalies: spec };
  const count = 900;
  const messages = preparedOf(record, 1, count);
  const untouched = preparedOf(clean, 1, count);
  const anomalies = new Anomalies(spec, record.format, identity);

  test.each([2, 7])('is the same at %d workers', (workers) => {
    expect(preparedOf(record, workers, count)).toEqual(messages);
  });

  test('is what its encoder says', () => {
    const encode = openEncoder(record, recordContext(), timeOf);
    for (const [index, { payload, key, timestampMs }] of messages.entries()) {
      const encoded = encode(index, timeOf(index));
      expect(encoded.payload === null ? null : Buffer.from(encoded.payload).toString('latin1')).toBe(payload);
      expect([encoded.key?.toString() ?? null, encoded.timestampMs]).toEqual([key, timestampMs]);
    }
  });

  test('differs from the clean one in its anomalous records alone, and each as its anomaly says', async () => {
    const schema = workloads[record.workload as string]!.avroSchema;
    const decoder = new PayloadDecoder((id) => (id === record.schemaId ? schema : undefined));
    const writeLate = openEncoder(clean, recordContext());
    const seen = new Set<string>();
    for (const [index, message] of messages.entries()) {
      const own = untouched[index]!;
      const anomaly = anomalies.of(index);
      seen.add(anomaly?.kind ?? 'clean');
      if (anomaly === undefined) expect(message).toEqual(own);
      else if (anomaly.kind === 'tombstone') expect(message).toEqual({ ...own, payload: null });
      else if (anomaly.kind === 'duplicate') expect(message).toEqual(untouched[anomaly.original]);
      else if (anomaly.kind === 'late') {
        const timestampMs = timeOf(index) - anomaly.lateMs;
        const { payload } = writeLate(index, timestampMs);
        expect(message).toEqual({ ...own, timestampMs, payload: Buffer.from(payload!).toString('latin1') });
      } else {
        expect({ ...message, payload: '' }).toEqual({ ...own, payload: '' });
        expect((await decoder.decode(Buffer.from(message.payload!, 'latin1'))).kind).toMatch(/^(bytes|text)$/);
        expect((await decoder.decode(Buffer.from(own.payload!, 'latin1'))).kind).toBe(record.format);
      }
    }
    expect(seen.size).toBe(schemaless ? 3 : 5);
  });

  test('says in samples what it is', () => {
    const read = openRecords(record, recordContext(), timeOf);
    const readClean = openRecords(clean, recordContext());
    for (let index = 0; index < 200; index++) {
      const anomaly = anomalies.of(index);
      const sample = read(index, timeOf(index));
      expect(sample.anomaly).toEqual(anomaly);
      const source = anomaly?.kind === 'duplicate' ? anomaly.original : index;
      expect(sample.value).toEqual(readClean(source, sample.timestampMs).value);
      expect(sample.payloadBytes).toBe(messages[index]!.payload?.length ?? 0);
    }
  });
});

test('without anomalies there is nothing in between', () => {
  expect(createRecordSource(recordPlan(), recordContext())).toBeInstanceOf(FreshSource);
  expect(createRecordSource(recordPlan(pooled), recordContext())).toBeInstanceOf(PooledSource);
  expect(createRecordSource(recordPlan({ anomalies: specOf() }), recordContext())).toBeInstanceOf(AnomalousSource);
});

test('a truncated value is never empty, and never whole', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 5000 }),
      fc.nat(),
      fc.constantFrom('avro', 'json'),
      (length, index, format) => {
        const anomalies = new Anomalies(specOf(), format, identity);
        const left = anomalies.corrupt(new Uint8Array(0), 0, length, index, 'truncated');
        expect(left).toBeLessThan(length);
        expect(left).toBeGreaterThanOrEqual(format === 'json' ? 1 : Math.min(6, length - 1));
      },
    ),
  );
});

test('a wrong header is wrong in one thing: the magic byte, or the id that no registry has', () => {
  const corrupted = (how: 'magic-byte' | 'schema-id') => {
    const value = Uint8Array.from([9, 0, 0, 0, 0, 7, 8, 9]);
    expect(new Anomalies(specOf(), 'avro', identity).corrupt(value, 1, 7, 3, how)).toBe(7);
    return [...value];
  };
  expect(corrupted('magic-byte')).toEqual([9, 255, 0, 0, 0, 7, 8, 9]);
  expect(corrupted('schema-id')).toEqual([9, 0, 127, 255, 255, 255, 8, 9]);
});

test('where the time of an earlier record is not known, a duplicate has its own', () => {
  const record = recordPlan({ anomalies: specOf() });
  const anomalies = new Anomalies(record.anomalies!, 'avro', identity);
  const index = Array.from({ length: 1000 }, (_, i) => i).find((i) => anomalies.of(i)?.kind === 'duplicate')!;
  const source = createRecordSource(record, recordContext({ dueMs: undefined }));
  const times = Float64Array.of(timeOf(index));
  source.prepare(index, 1, 1, times);
  const { payload } = openEncoder(recordPlan(), recordContext())(
    (anomalies.of(index) as { original: number }).original,
    timeOf(index),
  );
  expect(readSlots(source, 1)[0]!.payload).toEqual(Buffer.from(payload!));
  expect(times[0]).toBe(timeOf(index));
});
