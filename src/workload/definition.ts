/** The contract of a workload. The built-in ones are listed in built-in.ts. */

import type { Mark } from './encoding/mark.ts';
import type { Stamp } from './encoding/stamp.ts';
import type { GroundTruth } from './ground-truth.ts';
import type { FieldRule, KeySpec, RecordPlan } from './record-plan.ts';
import type { Trails } from './trail.ts';
import type { Weighting } from './weighting.ts';

export interface WorkloadDefinition {
  readonly name: string;
  /** One sentence for `load --help` and the docs. */
  readonly description: string;
  /** Parameters of a module; a built-in workload's are in built-in/parameters.ts. */
  readonly ownParams?: Readonly<Record<string, OwnParam>>;
  /**
   * Extra flags that alias keys of the scenario's executor, e.g. `messagesPerBatch` for `size`.
   */
  readonly executorFlags?: Readonly<Record<string, { readonly key: string; readonly describe: string }>>;
  /** Fields of a record, in order; empty for plain bytes. */
  readonly fieldNames: readonly string[];
  /** Fields that may be the record's key. */
  readonly keyFields: readonly string[];
  /** Fields that cannot be keys, and why. */
  readonly noKeys?: Readonly<Record<string, string>> | undefined;
  /** Fields whose weights `fields:` can override, with every value they can take and its default weight. */
  readonly weightedFields: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What determines a record, if not seed, scenario and index; one sentence for `load sample --explain`. */
  readonly origin?: string;
  /**
   * True: the workload applies every `fields:` rule itself. False: it accepts no rules. Absent: rules that it does not
   * apply itself override fields of its encoded records.
   */
  readonly takesRules?: boolean;
  /** Where each field comes from, one sentence per field; for `load sample --explain`. */
  readonly explain?: Readonly<Record<string, string>>;
  /** How `--log-events` prints a sent record, up to its partition; absent: the common format. */
  readonly eventText?: (value: Readonly<Record<string, unknown>>) => string;
  /** Null: records are plain bytes (`format` is ignored) or JSON. */
  readonly avroSchema: AvroRecordSchema | null;
  /** The schema's JSON text, if JSON.stringify would lose digits. */
  readonly schemaText?: string;
  /** Parts of the schema that have no effect, one sentence each. */
  readonly warnings?: readonly string[];
  /** Set if the workload has no Avro schema. */
  readonly onlyFormat?: 'json';
  readonly defaultKey: KeySpec;
  readonly defaultTopic: string;
  /** The mark in a payload, or undefined. Foreign bytes can look like a mark: compare it with the expected one. */
  readMark(payload: Uint8Array, format: RecordPlan['format']): Mark | undefined;
  /** What a job under test should find in these records, for `--ground-truth`. */
  groundTruth?(record: RecordPlan, identity: RecordIdentity): GroundTruth;
  /** Follow-up records of a scenario; `open` gets their `trail` from the plan. */
  trails?(record: RecordPlan, identity: Pick<RecordIdentity, 'seed' | 'scenario'>): Trails;
  /** Opens the record generator of one scenario. Memory grows with the parameters, never with the message count. */
  open(record: RecordPlan, identity: RecordIdentity, keysOf?: ForeignKeys): RecordGenerator;
}

/** Key writers for another scenario's records; they take a record index. */
export type ForeignKeys = (scenario: string) => KeyWriter;

export interface KeyWriter {
  /** `body`: a pooled record keeps its key. `index`: each message draws its own. */
  readonly of: 'body' | 'index';
  readonly bytesMax: number;
  /** Writes the key and returns its end, or -1 for a null key. */
  write(into: Uint8Array, at: number, bodyOrIndex: number): number;
}

/** Records that are neither Avro nor JSON. */
export function isPlainBytes({ avroSchema, onlyFormat }: WorkloadDefinition): boolean {
  return avroSchema === null && onlyFormat === undefined;
}

/** Whether the workload weights this field's values itself. */
export function isWeightedByWorkload({ weightedFields }: WorkloadDefinition, field: string): boolean {
  return Object.hasOwn(weightedFields, field);
}

/** Whether the workload applies the rule itself: it only changes weights of known values. */
export function isMetByWorkload(definition: WorkloadDefinition, field: string, rule: FieldRule): boolean {
  return isWeightedByWorkload(definition, field) && Object.keys(rule).every((key) => key === 'weighted');
}

/** The rules that override the workload's records because it does not apply them itself. */
export function overridesOf(definition: WorkloadDefinition, fields: RecordPlan['fields']): [string, FieldRule][] {
  if (definition.takesRules) return [];
  return Object.entries(fields).filter(([field, rule]) => !isMetByWorkload(definition, field, rule));
}

export interface OwnParam {
  readonly default: string | number | boolean;
  readonly description: string;
}

export interface AvroRecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly { readonly name: string; readonly doc?: string; readonly type: unknown }[];
}

/** The schema's JSON text, as registered and as written to files. */
export function schemaTextOf({ avroSchema, schemaText }: WorkloadDefinition): string {
  return schemaText ?? JSON.stringify(avroSchema);
}

/** What a record's bytes depend on besides the RecordPlan and the index. */
export interface RecordIdentity {
  readonly seed: number;
  readonly scenario: string;
  /** 16 hex digits; not part of the bytes when the mark is `none`. */
  readonly runTag: string;
}

/**
 * Records as a pure function of (body, index, time). `body` selects every value except the id; `index` goes into the id
 * and the mark; `timestampMs` is the record's time. Fresh record i has body i, pooled record i has body i mod poolSize.
 */
export interface RecordGenerator {
  /** Upper bound of the record size. */
  readonly bytesMax: number;
  /** Upper bound of the key size for `keyField`. */
  readonly keyBytesMax: number;
  /** What the key depends on; `body` by default. */
  readonly keyOf?: 'body' | 'index';
  /** Weights are exact over a pool whose size is a multiple of this. */
  readonly weightsDenominator: number;
  /** True when every record carries (run tag, scenario, index). */
  readonly marked: boolean;
  /** Why these records cannot be pooled; undefined if they can. Final only after some records were written. */
  readonly freshOnly?: string | undefined;
  /** What changes between uses of a pooled record. A stamp is listed once per occurrence; a record may have fewer. */
  readonly stamps: readonly Stamp[];
  /** Writes the encoded record to `into` at `at` and returns its end. The caller ensures `bytesMax` bytes of room. */
  write(into: Uint8Array, at: number, body: number, index: number, timestampMs: number): number;
  /**
   * Writes the key, if it is a field of the record, and returns its end, or -1 for a null key. Depends on `keyOf` only.
   */
  writeKey(into: Uint8Array, at: number, bodyOrIndex: number): number;
  /** The same record as plain values, for samples and as the test oracle of `write`. Allocates. */
  generate(body: number, index: number, timestampMs: number): Record<string, unknown>;
  /** The record as exact JSON text, if JSON.stringify of `generate` would lose digits. */
  json?(body: number, index: number, timestampMs: number): string;
  /** The weighted fields and their draws. Absent: records are generated and their values counted. */
  weightings?(): readonly Weighting[];
}
