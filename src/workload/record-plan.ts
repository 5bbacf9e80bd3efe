/** What determines a lane's records: the contract between planner and workloads. Structured-cloneable. */
import type { WorkloadReference } from './reference.ts';
import type { TrailPlace } from './trail.ts';

/** Everything that determines the bytes of record i, except i itself. */
export interface RecordPlan {
  readonly workload: WorkloadReference;
  readonly format: 'avro' | 'json';
  readonly key: KeySpec;
  readonly mode: 'fresh' | 'pooled';
  /** Records in the pool, a multiple of the weights' denominator; 0 for fresh records. */
  readonly poolSize: number;
  /** Why this mode and size were chosen; one sentence for the result. */
  readonly reason: string;
  readonly mark: 'auto' | 'none';
  /** Set in a lane of follow-up records, or of only part of the scenario's records. */
  readonly trail?: TrailPlace;
  /** Confluent wire format schema id. */
  readonly schemaId: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** By scenario: the records whose keys `foreignKey` rules use. */
  readonly foreign?: Readonly<Record<string, RecordPlan>>;
  /** Absent: every record is clean. */
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
  /** The first `hotKeys` keys get `hotShare` of the records, the other keys the rest; uniform within each group. */
  | { readonly kind: 'hotspot'; readonly cardinality: number; readonly hotKeys: number; readonly hotShare: number }
  /** Record i has key i mod cardinality. */
  | { readonly kind: 'sequential'; readonly cardinality: number };

/** Rates of deliberately wrong records, each 0..1, their sum at most 1. A record has at most one anomaly. */
export interface AnomaliesSpec {
  readonly tombstones: number;
  /** Each repeats one of the `within` records before it. */
  readonly duplicates: { readonly rate: number; readonly within: number };
  /** Record time is minMs to maxMs before the due time, on the run's clock. */
  readonly late: { readonly rate: number; readonly minMs: number; readonly maxMs: number };
  readonly malformed: number;
}

/** How the values of one field are generated; as written in the profile, checked against the field's type. */
export interface FieldRule extends PlainFieldRule {
  /** The value of another field selects the rule; if no case matches and there is no default, no rule applies. */
  readonly switch?:
    | {
        readonly field: string;
        readonly cases: Readonly<Record<string, PlainFieldRule>>;
        readonly default?: PlainFieldRule | undefined;
      }
    | undefined;
}

/** At most one generator (the first eight keys) and its modifiers. */
export interface PlainFieldRule {
  /** Value → weight; values left out do not occur. */
  readonly weighted?: Readonly<Record<string, number>> | undefined;
  readonly constant?: unknown;
  /** Uniform numbers, both bounds included; dates and times can be ISO 8601. */
  readonly range?: RangeBounds | undefined;
  readonly ranges?: readonly { readonly range: RangeBounds; readonly weight: number }[] | undefined;
  readonly distribution?: Distribution | undefined;
  /** A regular expression. */
  readonly pattern?: string | undefined;
  readonly sequence?: { readonly start: number; readonly step: number } | undefined;
  /** Keys of another scenario's records 0 … records - 1, equally likely. */
  readonly foreignKey?: { readonly scenario: string; readonly records: number } | undefined;
  /** Min and max number of list items, characters or bytes. */
  readonly length?: readonly [number, number] | undefined;
  /** Digits after the decimal point. */
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
  /** e^x, x normal with mean mu and standard deviation sigma. */
  | { readonly lognormal: Truncation & { readonly mu: number; readonly sigma: number } }
  | { readonly exponential: Truncation & { readonly mean: number } }
  /** Ranks 1 … cardinality, rank k with probability proportional to 1 / k^exponent. */
  | { readonly zipf: { readonly cardinality: number; readonly exponent: number } };
