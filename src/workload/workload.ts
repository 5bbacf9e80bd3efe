/** Entry points to any workload for the planner, the engine and samples. */

import { Anomalies, type Anomaly } from './anomalies.ts';
import type { KeyWriter, RecordGenerator, RecordIdentity } from './definition.ts';
import { openKey } from './keys.ts';
import { definitionOf } from './loaded-definition.ts';
import type { RecordPlan } from './record-plan.ts';
import { openOverridden } from './schema/overrides/overridden-records.ts';
import { bodyOf, type OpenRecords, openGenerator, openSource, type RecordContext } from './source/open-source.ts';
import type { RecordSource } from './source/record-source.ts';
import type { Trails } from './trail.ts';
import type { Weighting } from './weighting.ts';
import { weightingsOfRecords } from './weighting.ts';

/** The encoded records of one scenario for one worker, in a thread that has loaded every kind of workload. */
export function createRecordSource(record: RecordPlan, context: RecordContext): RecordSource {
  return openSource(record, context, openRecord);
}

export const openRecord: OpenRecords = (record, identity, keysOf) =>
  openOverridden(definitionOf(record.workload), record, identity, keysOf);

export interface RecordMeasure {
  /** Mean payload size of a sample of encoded records. */
  readonly bytesMean: number;
  /** Payload plus key of the largest sampled record; for a file, of its largest record. */
  readonly bytesMax: number;
  /** Weights are exact over a pool whose size is a multiple of this. */
  readonly weightsDenominator: number;
  /** Every record carries (run tag, scenario, index). */
  readonly marked: boolean;
  /** Why the records cannot be pooled; undefined if they can. */
  readonly freshOnly: string | undefined;
}

/**
 * What the planner needs before it decides on mode and pool size, which are ignored here.
 *
 * @param onRecord called after each encoded record: modules and large records can be slow.
 */
export function measureRecord(
  record: RecordPlan,
  seed: number,
  scenario: string,
  onRecord: () => void = () => {},
): RecordMeasure {
  const fresh: RecordPlan = { ...record, mode: 'fresh', poolSize: 0 };
  const generator = openGenerator(fresh, { seed, scenario, runTag: '0'.repeat(16) }, openRecord);
  const key = openKey(record.key, generator, { seed, scenario, runTag: '0'.repeat(16) });
  const { bytesMean, bytesMax } = measureBytes(generator, key, onRecord);
  const { weightsDenominator, marked, freshOnly } = generator;
  const isFile = typeof record.workload === 'object' && 'file' in record.workload;
  const largest = isFile ? generator.bytesMax + (key?.bytesMax ?? 0) : bytesMax;
  return { bytesMean, bytesMax: largest, weightsDenominator, marked, freshOnly };
}

/** Follow-up records of this scenario; undefined for most workloads. */
export function trailsOf(record: RecordPlan, seed: number, scenario: string): Trails | undefined {
  return definitionOf(record.workload).trails?.(record, { seed, scenario });
}

export interface GeneratedRecord {
  readonly key: Buffer | null;
  /** The clean value, also for a tombstone or a malformed record. */
  readonly value: Readonly<Record<string, unknown>>;
  /** `value` as exact JSON text. */
  readonly json: string;
  /** Encoded size without the key. */
  readonly payloadBytes: number;
  /** Record time, ms since 1970. */
  readonly timestampMs: number;
  /** Absent for a clean record. */
  readonly anomaly?: Anomaly;
}

/**
 * Records by index as plain values; for samples, dry runs and the event log.
 *
 * @param dueMs see RecordContext.
 */
export function openRecords(
  record: RecordPlan,
  identity: RecordIdentity,
  dueMs?: (index: number) => number,
): (index: number, dueAtMs: number) => GeneratedRecord {
  const generator = openGenerator(record, identity, openRecord);
  const encode = openEncoder(record, identity, dueMs, generator);
  return (index, dueAtMs) => {
    const { key, payload, source, timestampMs, anomaly } = encode(index, dueAtMs);
    const body = bodyOf(record, source);
    const value = generator.generate(body, source, timestampMs);
    const json = generator.json?.(body, source, timestampMs) ?? JSON.stringify(value);
    const payloadBytes = payload?.length ?? 0;
    return {
      key: key && Buffer.from(key),
      value,
      json,
      payloadBytes,
      timestampMs,
      ...(anomaly !== undefined && { anomaly }),
    };
  };
}

export interface EncodedRecord {
  /** Key and payload are valid until the next record is encoded. */
  readonly key: Buffer | null;
  /** Null: a tombstone. */
  readonly payload: Uint8Array | null;
  /** Its own index, or for a duplicate that of the original. */
  readonly source: number;
  readonly timestampMs: number;
  readonly anomaly: Anomaly | undefined;
}

/** Records by index as sent: the bytes a RecordSource prepares, one record at a time. */
export function openEncoder(
  record: RecordPlan,
  identity: RecordIdentity,
  dueMs?: (index: number) => number,
  generator: RecordGenerator = openGenerator(record, identity, openRecord),
): (index: number, dueAtMs: number) => EncodedRecord {
  const anomalies = record.anomalies && new Anomalies(record.anomalies, record.format, identity);
  const writer = openKey(record.key, generator, identity);
  const keyBytes = Buffer.alloc(writer?.bytesMax ?? 0);
  const bytes = Buffer.alloc(generator.bytesMax);
  const keyOf = (body: number, index: number): Buffer | null => {
    if (writer === null) return null;
    const end = writer.write(keyBytes, 0, writer.of === 'body' ? body : index);
    return end < 0 ? null : keyBytes.subarray(0, end);
  };
  return (index, dueAtMs) => {
    const anomaly = anomalies?.of(index);
    const source = anomaly?.kind === 'duplicate' ? anomaly.original : index;
    const sourceMs = source === index ? dueAtMs : (dueMs?.(source) ?? dueAtMs);
    const timestampMs = anomaly?.kind === 'late' ? sourceMs - anomaly.lateMs : sourceMs;
    const body = bodyOf(record, source);
    const key = keyOf(body, source);
    const written = generator.write(bytes, 0, body, source, timestampMs);
    const length = anomaly?.kind === 'malformed' ? anomalies!.corrupt(bytes, 0, written, index, anomaly.how) : written;
    const payload = anomaly?.kind === 'tombstone' ? null : bytes.subarray(0, length);
    return { key, payload, source, timestampMs, anomaly: anomaly };
  };
}

/** The weighted fields of a record; `pick` takes an index. */
export function openWeightings(record: RecordPlan, identity: RecordIdentity): readonly Weighting[] {
  const generator = openGenerator(record, identity, openRecord);
  if (generator.weightings !== undefined) return generator.weightings();
  const { weightedFields } = definitionOf(record.workload);
  return weightingsOfRecords((body, index, ms) => generator.generate(body, index, ms), weightedFields, record);
}

const MEASURED_RECORDS = 1000;
/** Limits measuring of large records to about half a second. */
const MEASURED_BYTES = 64 * 2 ** 20;
const SOME_TIME_MS = Date.UTC(2025, 0, 1);

function measureBytes(generator: RecordGenerator, key: KeyWriter | null, onRecord: () => void) {
  const scratch = Buffer.alloc(Math.max(generator.bytesMax, key?.bytesMax ?? 0));
  let bytes = 0;
  let bytesMax = 0;
  let records = 0;
  while (records < MEASURED_RECORDS && bytes < MEASURED_BYTES) {
    const payloadBytes = generator.write(scratch, 0, records, records, SOME_TIME_MS);
    const keyBytes = key === null ? 0 : Math.max(0, key.write(scratch, 0, records));
    bytes += payloadBytes;
    bytesMax = Math.max(bytesMax, payloadBytes + keyBytes);
    records += 1;
    onRecord();
  }
  return { bytesMean: bytes / records, bytesMax };
}
