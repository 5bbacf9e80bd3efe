/** What decides a lane's records: the contract of workloads with whoever plans them. Plain data that survives structured clone. */
import type { WorkloadReference } from './reference.ts';
import type { TrailPlace } from './trail.ts';

/** Everything that decides the bytes of record i, apart from i itself. */
export interface RecordPlan {
  readonly workload: WorkloadReference;
  readonly format: 'avro' | 'json';
  readonly key: KeySpec;
  readonly mode: 'fresh' | 'pooled';
  /** Records in the pool; a multiple of the weights' denominator. 0 when fresh. */
  readonly poolSize: number;
  /** Why this mode and size, one sentence, for the result. */
  readonly reason: string;
  readonly mark: 'auto' | 'none';
  /** Present in a lane whose records follow those of its scenario, or are only some of them. */
  readonly trail?: TrailPlace;
  /** Confluent wire format schema id. */
  readonly schemaId: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** By scenario: the records whose keys `foreignKey` rules ask for. */
  readonly foreign?: Readonly<Record<string, RecordPlan>>;
  /** Absent: every record is as it should be. */
  readonly anomalies?: AnomaliesSpec;
}

export type Partitioner =
  | 'consistent'
  | 'consistent_random'
  | 'murmur2'
  | 'murmur2_random'
  | 'fnv1a'
  | 'fnv1a_random'
  | 'random';

/**
 * Which key a record carries. `field` names a field of the record (or one of the workload's key fields); the
 * distributions draw from `cardinality` keys written `key-<n>`.
 */
export type KeySpec =
  | { readonly kind: 'none' }
  | { readonly kind: 'field'; readonly field: string }
  | { readonly kind: 'uniform'; readonly cardinality: number }
  | { readonly kind: 'zipf'; readonly cardinality: number; readonly exponent: number }
  /** The first `hotKeys` keys have `hotShare` of the records, the others the rest, evenly on either side. */
  | { readonly kind: 'hotspot'; readonly cardinality: number; readonly hotKeys: number; readonly hotShare: number }
  /** Record i has key i mod cardinality. */
  | { readonly kind: 'sequential'; readonly cardinality: number };

/** Shares of the records that are made wrong on purpose, each 0..1 and 1 at most together: a record is of one kind. */
export interface AnomaliesSpec {
  readonly tombstones: number;
  /** Each repeats one of the `within` records before it. */
  readonly duplicates: { readonly rate: number; readonly within: number };
  /** Their time lies between minMs and maxMs before they are due, on the run's clock. */
  readonly late: { readonly rate: number; readonly minMs: number; readonly maxMs: number };
  readonly malformed: number;
}

/** How the values of one field come about; as written in the profile, checked against the field's type. */
export interface FieldRule extends PlainFieldRule {
  /** The rule that the value of another field selects; without a case and a default the field has its own values. */
  readonly switch?:
    | {
        readonly field: string;
        readonly cases: Readonly<Record<string, PlainFieldRule>>;
        readonly default?: PlainFieldRule | undefined;
      }
    | undefined;
}

/** One way to a value at most (the first eight), and what goes with it. */
export interface PlainFieldRule {
  /** Value → weight; values left out do not occur. */
  readonly weighted?: Readonly<Record<string, number>> | undefined;
  readonly constant?: unknown;
  /** Equally likely numbers between two, both of them included; for dates and times ISO 8601 as well. */
  readonly range?: RangeBounds | undefined;
  readonly ranges?: readonly { readonly range: RangeBounds; readonly weight: number }[] | undefined;
  readonly distribution?: Distribution | undefined;
  /** A regular expression. */
  readonly pattern?: string | undefined;
  readonly sequence?: { readonly start: number; readonly step: number } | undefined;
  /** Keys of another scenario's records 0 … records - 1, equally likely. */
  readonly foreignKey?: { readonly scenario: string; readonly records: number } | undefined;
  /** Items of a list, characters of a text, bytes: from … to. */
  readonly length?: readonly [number, number] | undefined;
  /** Digits behind the point. */
  readonly decimals?: number | undefined;
  /** Share of nulls, 0–1. */
  readonly nulls?: number | undefined;
}

export type RangeBounds = readonly [number | string, number | string];

interface Truncation {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export type Distribution =
  | { readonly normal: Truncation & { readonly mean: number; readonly stddev: number } }
  /** e^x where x is normal with mean mu and standard deviation sigma. */
  | { readonly lognormal: Truncation & { readonly mu: number; readonly sigma: number } }
  | { readonly exponential: Truncation & { readonly mean: number } }
  /** Ranks 1 … cardinality, rank k in proportion to 1 / k^exponent. */
  | { readonly zipf: { readonly cardinality: number; readonly exponent: number } };
