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
  /** Parameters of a module; those of a built-in workload, with all there is to check about them, are in built-in/parameters.ts. */
  readonly ownParams?: Readonly<Record<string, OwnParam>>;
  /**
   * Flags beside the parameters: other names for keys of the scenario's executor, e.g. `messagesPerBatch` for `size`.
   */
  readonly executorFlags?: Readonly<Record<string, { readonly key: string; readonly describe: string }>>;
  /** Fields of a record in their order; empty where a record is plain bytes. */
  readonly fieldNames: readonly string[];
  /** Fields that may be the record's key. */
  readonly keyFields: readonly string[];
  /** Fields that cannot be keys, and why. */
  readonly noKeys?: Readonly<Record<string, string>> | undefined;
  /** Fields whose weights `fields:` can override, with every value they can take and its default weight. */
  readonly weightedFields: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What determines a record, if not seed, scenario and index: one sentence for `load sample --explain`. */
  readonly origin?: string;
  /**
   * True: it meets every rule of `fields:` itself. False: it takes no rules. Absent: rules that it does not meet override
   * its records.
   */
  readonly takesRules?: boolean;
  /** Where each field comes from, one sentence a field: likewise. */
  readonly explain?: Readonly<Record<string, string>>;
  /** How `--log-events` prints a sent record, up to its partition; absent: the common format. */
  readonly eventText?: (value: Readonly<Record<string, unknown>>) => string;
  /** Null: records are plain bytes, for which `format` has no meaning, or JSON. */
  readonly avroSchema: AvroRecordSchema | null;
  /** Its JSON text, if JSON.stringify would lose digits. */
  readonly schemaText?: string;
  /** Parts of the schema without effect, a sentence each. */
  readonly warnings?: readonly string[];
  /** Set if there is no schema for the other format. */
  readonly onlyFormat?: 'json';
  readonly defaultKey: KeySpec;
  readonly defaultTopic: string;
  /** The mark in a payload; undefined without one. Foreign bytes may look like a mark: compare it with the expected one. */
  readMark(payload: Uint8Array, format: RecordPlan['format']): Mark | undefined;
  /** What a job under test should find in these records, for `--ground-truth`. */
  groundTruth?(record: RecordPlan, identity: RecordIdentity): GroundTruth;
  /** Records that follow a scenario's own; `open` gets their `trail` in the plan. */
  trails?(record: RecordPlan, identity: Pick<RecordIdentity, 'seed' | 'scenario'>): Trails;
  /** Record generator of one scenario; allocates in proportion to the parameters, never to the messages. */
  open(record: RecordPlan, identity: RecordIdentity, keysOf?: ForeignKeys): RecordGenerator;
}

/** The keys of another scenario's records, by name, as writers that take a record's index. */
export type ForeignKeys = (scenario: string) => KeyWriter;

export interface KeyWriter {
  /** What the key is a function of: with `body` a pooled record keeps its key, with `index` each message draws one. */
  readonly of: 'body' | 'index';
  readonly bytesMax: number;
  /** Writes the key and returns its end, or -1 where it is null. */
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

/** Whether the workload meets a rule itself: one that only weights values it knows. */
export function isMetByWorkload(definition: WorkloadDefinition, field: string, rule: FieldRule): boolean {
  return isWeightedByWorkload(definition, field) && Object.keys(rule).every((key) => key === 'weighted');
}

/** The rules that are put over the workload's records, since it does not meet them itself. */
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

/** The schema's JSON text: what registries and files get. */
export function schemaTextOf({ avroSchema, schemaText }: WorkloadDefinition): string {
  return schemaText ?? JSON.stringify(avroSchema);
}

/** What the bytes of a record depend on, beside the RecordPlan and the index. */
export interface RecordIdentity {
  readonly seed: number;
  readonly scenario: string;
  /** 16 hex digits; not part of the bytes when the mark is `none`. */
  readonly runTag: string;
}

/**
 * Records as a pure function of (body, index, time): `body` chooses every value but the id, `index` is in the id
 * and mark, `timestampMs` is the record's time. A fresh record i has body i; a pooled one has body i mod poolSize.
 */
export interface RecordGenerator {
  /** No record is longer. */
  readonly bytesMax: number;
  /** No key of `keyField` is longer. */
  readonly keyBytesMax: number;
  /** What the key field depends on; `body` by default. With `body` a pooled record keeps its key. */
  readonly keyOf?: 'body' | 'index';
  /** Values are met exactly over a pool of a multiple of this many records. */
  readonly weightsDenominator: number;
  /** True when every record carries (run tag, scenario, index). */
  readonly marked: boolean;
  /** Why these records cannot be pooled, where they cannot: asked when some have been written. */
  readonly freshOnly?: string | undefined;
  /** What changes between uses of a pooled record; a record has each at most as often as it is listed here. */
  readonly stamps: readonly Stamp[];
  /** Writes the encoded record to `into` at `at` and returns its end. Room for `bytesMax` is the caller's duty. */
  write(into: Uint8Array, at: number, body: number, index: number, timestampMs: number): number;
  /**
   * Writes the key, when it is a field of the record, and returns its end, or -1 where it is null. It may depend on
   * `keyOf` only.
   */
  writeKey(into: Uint8Array, at: number, bodyOrIndex: number): number;
  /** The same record as plain values, for samples and as the oracle of `write`; allocates. */
  generate(body: number, index: number, timestampMs: number): Record<string, unknown>;
  /** The record as exact JSON text, where JSON.stringify of `generate` would lose digits. */
  json?(body: number, index: number, timestampMs: number): string;
  /** The weighted fields, by the draws of `write`; without it, records are generated and their values counted. */
  weightings?(): readonly Weighting[];
}

/** Kafka's topic names. */
export const TOPIC_NAME = /^(?!\.\.?$)[A-Za-z0-9._-]{1,249}$/;
export const TOPIC_NAME_RULE = 'a topic name has up to 249 letters, digits, `.`, `_` and `-`';
