/** Plans and contexts for tests, and what a record source says, copied out of its memory. */
import type { RecordPlan } from '../../src/workload/record-plan.ts';
import type { RecordContext } from '../../src/workload/source/open-source.ts';
import type { RecordSource } from '../../src/workload/source/record-source.ts';
import { createRecordSource } from '../../src/workload/workload.ts';

/** Any run's: what tells its records from those of others. */
export const RUN_TAG = '0123456789abcdef';
export const NOW_MS = 1_760_000_000_000;

export function recordPlan(overrides: Partial<RecordPlan> = {}): RecordPlan {
  return {
    workload: 'atm',
    format: 'avro',
    key: { kind: 'field', field: 'atm_id' },
    mode: 'fresh',
    poolSize: 0,
    reason: '',
    mark: 'auto',
    schemaId: 7,
    params: {},
    fields: {},
    ...overrides,
  };
}

export function recordContext(overrides: Partial<RecordContext> = {}): RecordContext {
  return {
    seed: 42,
    scenario: 'atm',
    runTag: RUN_TAG,
    partitioner: 'consistent_random',
    partitions: 12,
    batchMax: 16,
    worker: 0,
    workers: 1,
    ...overrides,
  };
}

export interface Message {
  readonly payload: Buffer;
  readonly key: Buffer | null;
  readonly partition: number;
}

/** What stands in the first n slots now. */
export function readSlots({ records }: RecordSource, n: number): Message[] {
  const { payload, payloadOffset, payloadLength, key, keyOffset, keyLength, partition } = records;
  return Array.from({ length: n }, (_, j) => {
    const at = payloadOffset[j]!;
    const keyAt = keyOffset[j]!;
    return {
      payload: Buffer.from(payload.slice(at, at + payloadLength[j]!)),
      key: keyLength[j]! < 0 ? null : Buffer.from(key.slice(keyAt, keyAt + keyLength[j]!)),
      partition: partition[j]!,
    };
  });
}

/** Record time of an index in these tests: strictly a function of it, as in a run. */
export function timeOf(index: number): number {
  return NOW_MS + Math.floor(index / 3);
}

/** Messages 0..count-1 of a scenario, made by `workers` sources in batches of changing size. */
export function messagesOf(record: RecordPlan, context: RecordContext, workers: number, count: number): Message[] {
  const messages: Message[] = [];
  for (let worker = 0; worker < workers; worker++) {
    const source = createRecordSource(record, { ...context, worker, workers });
    let batch = 1;
    for (let first = worker; first < count; ) {
      const n = Math.min(batch, Math.ceil((count - first) / workers));
      const times = Float64Array.from({ length: n }, (_, j) => timeOf(first + j * workers));
      source.prepare(first, workers, n, times);
      for (const [j, message] of readSlots(source, n).entries()) messages[first + j * workers] = message;
      first += n * workers;
      batch = (batch % source.batchMax) + 1;
    }
  }
  return messages;
}
