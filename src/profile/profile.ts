/**
 * The normalized profile: what a YAML document means after validation. Every duration is integer nanoseconds,
 * every rate messages per second, every size bytes; plain data that survives structured clone.
 */

import type { ExecutorProfile } from '../executors/table.ts';
import type { Multipliers } from '../schedule/multipliers.ts';
import type { TopicTable } from '../topic-table.ts';
import type { AnomaliesSpec, FieldRule, KeySpec } from '../workload/record-plan.ts';
import type { WorkloadReference } from '../workload/reference.ts';
import type { TopicSpread } from '../workload/topic-spread.ts';

export interface Profile {
  readonly version: 1;
  readonly name: string;
  readonly seed: number;
  readonly clock: ClockSpec;
  /** librdkafka property names → values, as strings. `bootstrap.servers` may be `embedded` or `null`. */
  readonly kafka: ClientProperties;
  readonly producer: ClientProperties;
  readonly consumer: ClientProperties;
  /** Absent: Avro records carry a fixed local schema id. */
  readonly schemaRegistry?: SchemaRegistrySpec;
  readonly topics: TopicTable<TopicSpec>;
  /** Appended to the name of each topic where records are sent; no key of the document has it. */
  readonly topicSuffix?: string;
  readonly workers: number | 'auto';
  /** Empty: the run only reads. */
  readonly scenarios: Readonly<Record<string, ScenarioProfile>>;
  /** Consumer groups, that of `verify: true` among them; absent: nothing is read. */
  readonly consumers?: Readonly<Record<string, ConsumerGroupProfile>>;
  readonly thresholds: readonly ThresholdSpec[];
  /** Stop after this many messages over all scenarios (`-n`). */
  readonly messages?: number;
  /** The null transport's chosen acknowledgement latency; only with `bootstrap.servers: null`. */
  readonly nullTransport?: NullTransportSpec;
  /** Only with `bootstrap.servers: embedded`. */
  readonly embedded?: EmbeddedSpec;
  /** In the order of the document. */
  readonly faults?: readonly FaultSpec[];
}

/** Which time the run lives in: windows of the day and record times follow it. */
export interface ClockSpec {
  /** IANA zone of wall-clock times. */
  readonly timezone: string;
  /** What the simulated clock shows when the run starts, ms since 1970; the time of the start itself when absent. */
  readonly startMs?: number;
  /** Simulated seconds in a real one; `max`: as many as acknowledgements allow. */
  readonly speed: number | 'max';
}

export type ClientProperties = Readonly<Record<string, string>>;

/** A schema registry with the Confluent REST API. */
export interface SchemaRegistrySpec {
  /** Without credentials and without a slash at its end. */
  readonly url: string;
  /** Subject of a value's schema: `TOPIC-value`, the record's full name, or `TOPIC-FULLNAME`. */
  readonly subject: 'topic' | 'record' | 'topic-record';
  /** Whether a schema that is not there may be registered, or the run ends. */
  readonly register: boolean;
  /** `user:password`, or a bearer token. */
  readonly auth?: { readonly kind: 'basic' | 'bearer'; readonly secret: string };
  /** PEM files, for https. */
  readonly tls: {
    readonly caFile?: string;
    readonly certificateFile?: string;
    readonly keyFile?: string;
    readonly keyPassword?: string;
  };
}

export interface TopicSpec {
  /** Used when the topic is created; an existing topic with another count is reported. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly create: 'if-missing' | 'always' | 'never';
  readonly config: ClientProperties;
  /** Deleted after the run, where this run made it. */
  readonly cleanup?: true;
  /** The entry of the profile that it is one of, where that names several: `load-{0..999}`. */
  readonly pattern?: string;
}

export interface ScenarioProfile {
  readonly workload: WorkloadReference;
  /** As written: a name, or a pattern. */
  readonly topic: string;
  /** The names it stands for, in order. */
  readonly topics: readonly string[];
  /** Which of them a message goes to. */
  readonly spread: TopicSpread;
  /** Producers of the scenario over the whole run; absent: one a worker, shared with scenarios of the same properties. */
  readonly clients?: number;
  /** The result has the distribution over its topics. */
  readonly perTopic?: true;
  readonly key: KeySpec;
  readonly format: 'avro' | 'json';
  readonly payload: { readonly mode: 'auto' | 'fresh' | 'pooled'; readonly poolSize: 'auto' | number };
  /** `header`: key and value are those of `auto`. */
  readonly mark: 'auto' | 'header' | 'none';
  readonly affinity: 'none' | 'key';
  readonly executor: ExecutorProfile;
  /** What a rate without a unit counts against; absent: a second. */
  readonly timeUnitNs?: number;
  /** Factors on the planned rate by the time of the simulated day; never in a closed loop. */
  readonly multipliers?: Multipliers;
  readonly arrivals: 'uniform' | 'poisson';
  readonly overload: { readonly kind: 'wait' } | { readonly kind: 'shed'; readonly maxLagNs: number };
  readonly startTimeNs: number;
  readonly warmupNs: number;
  readonly gracefulStopNs: number;
  /** Absent: every record is as it should be. */
  readonly anomalies?: AnomaliesSpec;
  /** Constant headers on every record; any makes the engine use rd_kafka_produceva. */
  readonly headers: Readonly<Record<string, string>>;
  /** `intended`: the record timestamp is when it was due on the run's clock; `client`: librdkafka sets its own. */
  readonly recordTimestamp: 'client' | 'intended';
  /** The workload's own parameters, already checked by its schema and with its defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Per-field generation rules, already checked against the workload's fields. */
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** Absent: its producers are not transactional. */
  readonly transactions?: TransactionsSpec;
  /** Scenario-level producer properties; scenarios with equal effective properties share a client. */
  readonly producer: ClientProperties;
}

export interface ConsumerGroupProfile {
  readonly topics: readonly string[];
  /** The entries that name them, where one of those is a pattern. */
  readonly topicEntries?: readonly string[];
  readonly members: number;
  readonly verify: boolean;
  readonly from: 'run' | 'earliest';
  /** The first record it takes, from run start. */
  readonly startNs: number;
  readonly pause?: { readonly atNs: number; readonly forNs: number };
  readonly ratePerSec?: number;
  /** Only of a run without scenarios. */
  readonly durationNs?: number;
  /** A topic that probe records are sent to; `create`: made for the run, and deleted after it. */
  readonly clockProbe?: { readonly topic: string; readonly create: boolean };
  /** Its group.id; `none`: members get their partitions without a group; absent: a new one for each run. */
  readonly group?: string;
  /** Consumer properties of this group alone. */
  readonly config: ClientProperties;
}

export interface ThresholdSpec {
  /** `response_ms`, `failed`, … optionally with `{scenario:NAME}` split off into `scenario`. */
  readonly metric: string;
  readonly scenario?: string;
  /** As written, for example `p(99)<250`. */
  readonly expression: string;
  readonly abortOnFail: boolean;
  readonly delayAbortEvalNs: number;
}

export interface EmbeddedSpec {
  /** Every answer of the embedded cluster is held back this long; whole ms. */
  readonly rttMs: number;
  readonly brokers: number;
}

export interface TransactionsSpec {
  /** Messages of one transaction, at most. */
  readonly messages: number;
  /** Share of transactions that are aborted on purpose. */
  readonly abortRate: number;
}

/** Something that goes wrong on purpose, ns from run start. */
export interface FaultSpec {
  readonly atNs: number;
  /** Absent: to the end of the run, or at once over. */
  readonly forNs?: number;
  readonly action: FaultAction;
}

/** Requests that the embedded cluster can answer with an error. */
export const FAULT_REQUESTS = ['produce', 'fetch', 'endTxn'] as const;
export type FaultRequest = (typeof FAULT_REQUESTS)[number];

/** All but `exec` are the embedded cluster's; its brokers are numbered from 1. */
export type FaultAction =
  | { readonly kind: 'rtt'; readonly rttMs: number }
  | { readonly kind: 'down'; readonly brokers: 'all' | readonly number[] }
  | { readonly kind: 'errors'; readonly request: FaultRequest; readonly error: string; readonly count: number }
  | { readonly kind: 'leader'; readonly topic: string; readonly partition: number; readonly broker: number }
  | { readonly kind: 'exec'; readonly command: string; readonly until?: string };

export interface NullTransportSpec {
  /** Latency of every acknowledgement in milliseconds, or a list taken in turn by message (known percentiles). */
  readonly latencyMs: readonly number[];
  /** Acknowledgements per second the pretended broker can give; absent: no limit. */
  readonly maxAcksPerSec?: number;
  /** Share of messages answered with an error, taken evenly by index (0.01 fails every hundredth). */
  readonly failRate?: number;
}
