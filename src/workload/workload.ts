/** What planner, engine and samples ask of any workload. */
import type { Partitioner, RecordPlan } from '../plan/plan.ts';
import type { RecordGenerator, RecordIdentity } from './definition.ts';
import { FreshSource } from './fresh-source.ts';
import { KeySlots } from './key-slots.ts';
import { type KeyWriter, openKey } from './keys.ts';
import { type PooledKeys, PooledSource, PoolShare } from './pooled-source.ts';
import type { RecordSource } from './record-source.ts';
import { definitionOf } from './reference.ts';
import type { Trails } from './trail.ts';

export { workloads } from './built-in.ts';

export interface RecordContext extends RecordIdentity {
  readonly partitioner: Partitioner;
  readonly partitions: number;
  /** Most messages of one `prepare`; the source may take fewer, see its own `batchMax`. */
  readonly batchMax: number;
  readonly worker: number;
  readonly workers: number;
}

/** Large records go in smaller batches: room for a whole batch of the largest ones is kept. */
const BATCH_BYTES_MAX = 64 * 2 ** 20;

/** The records of one scenario as bytes, for one worker. Allocates its arenas; nothing afterwards. */
export function createRecordSource(record: RecordPlan, context: RecordContext): RecordSource {
  const { worker, workers } = context;
  const generator = openGenerator(record, context);
  const batchMax = Math.max(1, Math.min(context.batchMax, Math.floor(BATCH_BYTES_MAX / generator.bytesMax)));
  const writer = openKey(record.key, generator, context);
  const slots = (keys: KeyWriter | null, count: number) => new KeySlots(keys, count, context, context);
  if (record.mode === 'fresh') {
    const bytesMean = meanBytes(generator, record);
    return new FreshSource(generator, slots(writer, batchMax), writer !== null, batchMax, bytesMean);
  }
  const share = new PoolShare(record.poolSize, worker, workers, batchMax);
  const keys: PooledKeys =
    writer?.of === 'body'
      ? { of: 'body', entries: slots(writer, share.entries), slots: slots(null, batchMax) }
      : { of: writer === null ? 'none' : 'index', slots: slots(writer, batchMax) };
  return new PooledSource(generator, keys, share, workers, batchMax);
}

export interface RecordMeasure {
  /** Mean payload bytes over real encoded records. */
  readonly bytesMean: number;
  /** Weights are met exactly over a pool of a multiple of this many records. */
  readonly weightsDenominator: number;
  /** Every record carries (run tag, scenario, index). */
  readonly marked: boolean;
}

/** What the planner has to know of a record before it decides on mode and pool size, which are not looked at. */
export function measureRecord(record: RecordPlan, seed: number, scenario: string): RecordMeasure {
  const fresh: RecordPlan = { ...record, mode: 'fresh', poolSize: 0 };
  const generator = openGenerator(fresh, { seed, scenario, runTag: '0'.repeat(16) });
  const { weightsDenominator, marked } = generator;
  return { bytesMean: meanBytes(generator, fresh), weightsDenominator, marked };
}

/** Records that follow this scenario's own; undefined for most workloads. */
export function trailsOf(record: RecordPlan, seed: number, scenario: string): Trails | undefined {
  return definitionOf(record.workload).trails?.(record, { seed, scenario });
}

export interface GeneratedRecord {
  readonly key: string | null;
  readonly value: Readonly<Record<string, unknown>>;
  /** Encoded, without the key. */
  readonly payloadBytes: number;
}

/** Records by index as plain values, the same as their bytes say; for samples, dry runs and printed events. */
export function openRecords(
  record: RecordPlan,
  identity: RecordIdentity,
): (index: number, timestampMs: number) => GeneratedRecord {
  const generator = openGenerator(record, identity);
  const writer = openKey(record.key, generator, identity);
  const key = Buffer.alloc(writer?.bytesMax ?? 0);
  const payload = Buffer.alloc(generator.bytesMax);
  return (index, timestampMs) => {
    const body = bodyOf(record, index);
    const keyEnd = writer?.write(key, 0, writer.of === 'body' ? body : index);
    return {
      key: keyEnd === undefined ? null : key.toString('utf8', 0, keyEnd),
      value: generator.generate(body, index, timestampMs),
      payloadBytes: generator.write(payload, 0, body, index, timestampMs),
    };
  };
}

function openGenerator(record: RecordPlan, identity: RecordIdentity): RecordGenerator {
  return definitionOf(record.workload).open(record.mode === 'fresh' ? { ...record, poolSize: 0 } : record, identity);
}

function bodyOf(record: RecordPlan, index: number): number {
  return record.mode === 'fresh' ? index : index % record.poolSize;
}

const MEASURED_RECORDS = 1000;
const SOME_TIME_MS = Date.UTC(2025, 0, 1);

function meanBytes(generator: RecordGenerator, record: RecordPlan): number {
  const scratch = Buffer.alloc(generator.bytesMax);
  let total = 0;
  for (let i = 0; i < MEASURED_RECORDS; i++) total += generator.write(scratch, 0, bodyOf(record, i), i, SOME_TIME_MS);
  return total / MEASURED_RECORDS;
}
