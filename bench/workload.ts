/** What records cost before they reach a client: encoding, stamping, random numbers, partitions. A batch an operation. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from 'tinybench';
import { workloads } from '../src/workload/built-in/built-in.ts';
import { definitionOf } from '../src/workload/loaded-definition.ts';
import { partitionOf } from '../src/workload/partitioner.ts';
import { CounterRng } from '../src/workload/random.ts';
import type { RecordPlan } from '../src/workload/record-plan.ts';
import { referenceOf, type WorkloadReference } from '../src/workload/reference.ts';
import { createRecordSource, trailsOf } from '../src/workload/workload.ts';

/** Records, draws or keys of one operation of every task here: rates per record are operations × this. */
export const WORKLOAD_BATCH = 1000;

const POOL_SIZE = 10_000;
const START_MS = Date.UTC(2025, 0, 1);
const atmPlan: RecordPlan = {
  workload: 'atm',
  format: 'avro',
  key: { kind: 'field', field: 'atm_id' },
  mode: 'fresh',
  poolSize: 0,
  reason: '',
  mark: 'auto',
  schemaId: 1,
  params: {},
  fields: {},
};
const pooled = { mode: 'pooled', poolSize: POOL_SIZE } as const;
const ecommercePlan: RecordPlan = { ...atmPlan, workload: 'ecommerce', key: { kind: 'field', field: 'user_id' } };
const webEventsPlan: RecordPlan = { ...atmPlan, workload: 'web-events', key: { kind: 'field', field: 'user_id' } };
const smsAlertsPlan: RecordPlan = { ...atmPlan, workload: 'sms-alerts', key: { kind: 'field', field: 'phone_number' } };
const lifecyclePlan: RecordPlan = {
  ...atmPlan,
  workload: 'message-lifecycle',
  key: { kind: 'field', field: 'messageId' },
};
const bytesPlan: RecordPlan = { ...atmPlan, workload: 'bytes', key: { kind: 'none' } };

export function addWorkloadTasks(bench: Bench): void {
  addRecords(bench, 'atm avro fresh', atmPlan);
  addRecords(bench, 'atm json fresh', { ...atmPlan, format: 'json' });
  addRecords(bench, 'atm avro pooled', { ...atmPlan, ...pooled });
  addRecords(bench, 'atm json pooled', { ...atmPlan, ...pooled, format: 'json' });
  const zipf = { kind: 'zipf', cardinality: 1_000_000, exponent: 1.1 } as const;
  addRecords(bench, 'atm avro pooled, zipf keys', { ...atmPlan, ...pooled, key: zipf });
  for (const [name, record] of [
    ['ecommerce', ecommercePlan],
    ['web-events', webEventsPlan],
    ['sms-alerts', smsAlertsPlan],
  ] as const) {
    addRecords(bench, `${name} avro fresh`, record);
    addRecords(bench, `${name} json fresh`, { ...record, format: 'json' });
    addRecords(bench, `${name} avro pooled`, { ...record, mode: 'pooled', poolSize: 12_000 });
    addRecords(bench, `${name} json pooled`, { ...record, mode: 'pooled', poolSize: 12_000, format: 'json' });
  }
  addRecords(bench, 'message-lifecycle avro fresh', lifecyclePlan);
  addRecords(bench, 'message-lifecycle json fresh', { ...lifecyclePlan, format: 'json' });
  addRecords(bench, 'message-lifecycle avro pooled', { ...lifecyclePlan, mode: 'pooled', poolSize: 20_000 });
  addRecords(bench, 'message-lifecycle/delivered avro fresh', followingPlan('delivered'));
  for (const record of [atmPlan, ecommercePlan]) {
    const bySchema = { ...record, workload: schemaOf(String(record.workload)) };
    addRecords(bench, `${record.workload} by its schema avro fresh`, bySchema);
    addRecords(bench, `${record.workload} by its schema json fresh`, { ...bySchema, format: 'json' });
    addRecords(bench, `${record.workload} by its schema avro pooled`, { ...bySchema, ...pooled });
  }
  for (const record of [atmPlan, ecommercePlan]) {
    const field = record === atmPlan ? 'amount' : 'price';
    const ruled: RecordPlan = { ...record, fields: { [field]: { range: [1, 100], decimals: 2 } } };
    addRecords(bench, `${record.workload} with a rule avro fresh`, ruled);
    addRecords(bench, `${record.workload} with a rule json fresh`, { ...ruled, format: 'json' });
  }
  addRecords(bench, 'bytes 200 B fresh', bytesPlan);
  addRecords(bench, 'bytes 200 B pooled', { ...bytesPlan, ...pooled });
  addDraws(bench);
  addPartitions(bench);
}

/** Records of a later state, which name the messages that came to it. */
function followingPlan(name: string): RecordPlan {
  const { thinning, gapNs } = trailsOf(lifecyclePlan, 42, 'bench')!.trails.find((trail) => trail.name === name)!;
  return { ...lifecyclePlan, trail: { scenario: 'bench', name, thinning, gapNs } };
}

/** A built-in workload's schema as one of one's own: at most three times as long as what is written for it. */
function schemaOf(workload: string): WorkloadReference {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  writeFileSync(join(directory, 'schema.avsc'), JSON.stringify(workloads[workload]!.avroSchema));
  const reference = referenceOf({ schema: 'schema.avsc' }, directory);
  // Loaded once, when it is first asked for.
  definitionOf(reference);
  rmSync(directory, { recursive: true });
  return reference;
}

/** Prepares the next batch of a run at a million records a second. */
function addRecords(bench: Bench, name: string, record: RecordPlan): void {
  const source = createRecordSource(record, {
    seed: 42,
    scenario: 'bench',
    runTag: '0123456789abcdef',
    partitioner: 'consistent_random',
    partitions: 12,
    batchMax: WORKLOAD_BATCH,
    worker: 0,
    workers: 1,
  });
  const timestampMs = new Float64Array(WORKLOAD_BATCH);
  let first = 0;
  bench.add(`prepare ${name}`, () => {
    for (let j = 0; j < WORKLOAD_BATCH; j++) timestampMs[j] = START_MS + (first + j) / 1000;
    source.prepare(first, 1, WORKLOAD_BATCH, timestampMs);
    first += WORKLOAD_BATCH;
  });
}

function addDraws(bench: Bench): void {
  const rng = new CounterRng(42, 'bench');
  let first = 0;
  let sum = 0;
  bench.add('random u32', () => {
    for (let j = 0; j < WORKLOAD_BATCH; j++) sum += rng.u32(first + j);
    first += WORKLOAD_BATCH;
    return sum;
  });
  bench.add('random unit', () => {
    for (let j = 0; j < WORKLOAD_BATCH; j++) sum += rng.uniform(first + j);
    first += WORKLOAD_BATCH;
    return sum;
  });
}

function addPartitions(bench: Bench): void {
  const keys = Buffer.from(
    Array.from({ length: WORKLOAD_BATCH }, (_, i) => `ATM-${String(i).padStart(4, '0')}`).join(''),
  );
  let sum = 0;
  for (const partitioner of ['consistent_random', 'murmur2_random', 'fnv1a_random'] as const) {
    bench.add(`partition ${partitioner}, 8 B key`, () => {
      for (let j = 0; j < WORKLOAD_BATCH; j++) sum += partitionOf(partitioner, keys, j * 8, 8, 12);
      return sum;
    });
  }
}
