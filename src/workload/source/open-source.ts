/** Opens record sources from plans. The caller passes in `open`, so that a worker loads only the kinds it needs. */

import { Anomalies } from '../anomalies.ts';
import type { ForeignKeys, KeyWriter, RecordGenerator, RecordIdentity } from '../definition.ts';
import { openKey } from '../keys.ts';
import type { Partitioner, RecordPlan } from '../record-plan.ts';
import { AnomalousSource, type RekeyableSource } from './anomalous-source.ts';
import { FreshSource } from './fresh-source.ts';
import { KeySlots } from './key-slots.ts';
import { type PooledKeys, PooledSource, PoolShare } from './pooled-source.ts';
import type { RecordSource } from './record-source.ts';

/** Opens the generator of a record plan. */
export type OpenRecords = (record: RecordPlan, identity: RecordIdentity, keysOf: ForeignKeys) => RecordGenerator;

export interface RecordContext extends RecordIdentity {
  readonly partitioner: Partitioner;
  readonly partitions: number;
  /** Max messages of one `prepare`; the source may use fewer, see its `batchMax`. */
  readonly batchMax: number;
  readonly worker: number;
  readonly workers: number;
  /** Record time of any message, ms since 1970, for duplicates; absent if it is known only when it is sent. */
  readonly dueMs?: ((index: number) => number) | undefined;
}

/** Caps batches of large records, since memory for a full batch of the largest is allocated. */
const BATCH_BYTES_MAX = 64 * 2 ** 20;

/** The encoded records of one scenario for one worker. Allocates its arenas up front; later only for anomalies. */
export function openSource(record: RecordPlan, context: RecordContext, open: OpenRecords): RecordSource {
  const generator = openGenerator(record, context, open);
  const batchMax = Math.max(1, Math.min(context.batchMax, Math.floor(BATCH_BYTES_MAX / generator.bytesMax)));
  if (record.anomalies === undefined) return cleanSource(record, generator, context, { batchMax, spareBytes: 0 });
  const spareBytes = batchMax * generator.bytesMax;
  return new AnomalousSource(cleanSource(record, generator, context, { batchMax, spareBytes }), {
    anomalies: new Anomalies(record.anomalies, record.format, context),
    generator,
    spareBytes,
    bodyOf: (index) => bodyOf(record, index),
    dueMs: context.dueMs,
  });
}

function cleanSource(
  record: RecordPlan,
  generator: RecordGenerator,
  context: RecordContext,
  room: { readonly batchMax: number; readonly spareBytes: number },
): RekeyableSource {
  const { worker, workers } = context;
  const { batchMax, spareBytes } = room;
  const writer = openKey(record.key, generator, context);
  const slots = (keys: KeyWriter | null, count: number) => new KeySlots(keys, count, context, context);
  if (record.mode === 'fresh') return new FreshSource(generator, slots(writer, batchMax), writer !== null, room);
  const share = new PoolShare(record.poolSize, worker, workers, batchMax);
  const spareKeys = spareBytes > 0 ? batchMax : 0;
  const keys: PooledKeys =
    writer?.of === 'body'
      ? { of: 'body', entries: slots(writer, share.entries + spareKeys), slots: slots(null, batchMax) }
      : { of: writer === null ? 'none' : 'index', slots: slots(writer, batchMax) };
  return new PooledSource(generator, keys, share, { ...room, workers });
}

export function openGenerator(record: RecordPlan, identity: RecordIdentity, open: OpenRecords): RecordGenerator {
  const decided = record.mode === 'fresh' ? { ...record, poolSize: 0 } : record;
  const keysOf = (scenario: string) => openForeignKeys(record.foreign?.[scenario], { ...identity, scenario }, open);
  return open(decided, identity, keysOf);
}

/** Keys of another scenario's records by index; none if no rule uses them, see plan/foreign-records.ts. */
function openForeignKeys(record: RecordPlan | undefined, identity: RecordIdentity, open: OpenRecords): KeyWriter {
  const writer = record && openKey(record.key, openGenerator(record, identity, open), identity);
  if (record === undefined || writer == null) return { of: 'index', bytesMax: 0, write: (_, at) => at };
  const bodyFor = (index: number) => (writer.of === 'body' ? bodyOf(record, index) : index);
  return { of: 'index', bytesMax: writer.bytesMax, write: (into, at, index) => writer.write(into, at, bodyFor(index)) };
}

export function bodyOf(record: RecordPlan, index: number): number {
  return record.mode === 'fresh' ? index : index % record.poolSize;
}
