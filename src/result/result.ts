/**
 * The Result of a run, version 1: exactly what stands in result.json. Within a version fields are only added. Times are
 * named with their unit, latencies are microseconds, counts exact integers. Everything outside `warmup`, `phases`,
 * `series`, `latencySeries`, `events`, `outages`, `errors`, `ledger`, `client` and `broker` is about the load phase alone; those cover the whole run.
 */

import type { Percentile } from '../recorder/histogram.ts';
import type { BUCKETS_PER_OCTAVE } from '../recorder/latency-series.ts';
import type { LedgerRange, StoppedBy, Totals, UncommittedRange } from '../recorder/measurement.ts';
import type { MessageSummary } from '../recorder/message-summary.ts';
import type { ScenarioRow, SecondRow } from '../recorder/second-row.ts';
import type { Distribution } from './distribution.ts';
import type { Latencies, LatencySummary } from './latency-summary.ts';
import type { ConsumerResult, TransactionResult, VerificationResult } from './reading-result.ts';
import type { ShardsResult } from './shard-result.ts';
import type { Verdict } from './verdict-result.ts';

export type { Latencies, LatencySummary } from './latency-summary.ts';
export type { Verdict } from './verdict-result.ts';

export const RESULT_VERSION = 1;

export interface Result {
  readonly version: typeof RESULT_VERSION;
  readonly run: RunIdentity;
  readonly verdict: Verdict;
  readonly totals: ResultTotals;
  /** What was sent before the load phase, apart from all else; null when there was no warm-up. */
  readonly warmup: PhaseResult | null;
  readonly rate: Rate;
  readonly latency: Latencies<LatencySummary>;
  /** HdrHistogram V2 compressed, base64, values in µs; overflow is only in `latency`. */
  readonly histograms: Latencies<string>;
  readonly series: readonly SecondRow[];
  readonly latencySeries?: LatencySeries;
  /** In order; results of earlier versions of the engine have none, nor what else is optional below. */
  readonly events?: readonly RunEvent[];
  /** Times of more than a second in which messages were in flight and none was acknowledged, of all or of some partitions; in order. */
  readonly outages: readonly Outage[];
  readonly errors: readonly ErrorSummary[];
  readonly scenarios: Readonly<Record<string, ScenarioResult>>;
  /** Seconds each. */
  readonly phases: { readonly warmup: number; readonly load: number; readonly drain: number };
  readonly thresholds: readonly ThresholdOutcome[];
  readonly client: ClientResult;
  /** By scenario. */
  readonly payload: Readonly<Record<string, PayloadFacts>>;
  readonly ledger: Ledger;
  /** From librdkafka's statistics; empty where it gave none. */
  readonly broker: BrokerResult;
  /** Of a run with a message database: what that holds. */
  readonly messages?: MessageSummary;
  /** By consumer group; only of a run with `consumers`. */
  readonly consumers?: Readonly<Record<string, ConsumerResult>>;
  /** By scenario; only of a run that verified. */
  readonly verification?: Readonly<Record<string, VerificationResult>>;
  /** Of a run that was split over several processes. */
  readonly shards?: ShardsResult;
  readonly environment: Environment;
}

export interface RunIdentity {
  /** Unique per run; the tag in every record's mark. */
  readonly id: string;
  readonly profile: string;
  /** Hash of the resolved profile: equal hashes ask the same question. */
  readonly profileHash: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly seed: number;
  readonly command: string;
  /** `embedded`, `null`, or the bootstrap servers. */
  readonly target: string;
  /** The producers' acks; with `0` "acked" means transmitted. */
  readonly acks: string;
  /** The producers' codecs; absent where none compresses, and in results of earlier engines. */
  readonly compression?: string;
  /** Why the schedule ended early; absent when it did not. */
  readonly stopped?: { readonly by: StoppedBy; readonly reason: string };
  /** What a reader must know to read the numbers rightly, in words. */
  readonly notes: readonly string[];
}

export interface ResultTotals extends Totals {
  /** Bytes on the wire, protocol included; null where unknown (per scenario, or when a warm-up shared the connection). */
  readonly wireBytes: number | null;
}

export interface Rate {
  /** Planned mean over the load phase; null in a closed loop. */
  readonly targetPerSec: number | null;
  /** Open model: acked ÷ max(planned duration, last send). Closed: acked ÷ (max(end, last ack) − first send). */
  readonly achievedPerSec: number;
  /** (achieved − target) ÷ target, in percent; null in a closed loop. */
  readonly errorPct: number | null;
}

/** Latencies of each second in coarse buckets. All of them together are the acknowledged messages of all phases. */
export interface LatencySeries {
  readonly bucketsPerOctave: typeof BUCKETS_PER_OCTAVE;
  /** One entry for each row of `series`; docs/result.md has the coding. */
  readonly response: string;
}

export interface RunEvent {
  /** Seconds from run start, as the series' rows. */
  readonly at: number;
  readonly kind: 'stop' | 'worker-lost' | 'shard-lost' | 'shard-joined' | 'pause' | 'fault';
  /** Of what lasts: until when, seconds from run start. */
  readonly until?: number;
  readonly text: string;
}

export interface PhaseResult {
  readonly totals: ResultTotals;
  readonly rate: Rate;
  readonly latency: Latencies<LatencySummary>;
}

export interface ScenarioResult extends PhaseResult {
  readonly executor: string;
  readonly workload: string;
  /** In a closed loop intended = sent: response does not reflect a schedule. */
  readonly model: 'open' | 'closed';
  /** One for each row of the run's `series`; only of a run with 2 to 12 scenarios. */
  readonly series?: readonly ScenarioRow[];
  /** Only with `perTopic`. */
  readonly topics?: Distribution;
  /** Only with `clients`. */
  readonly clients?: Distribution;
  /** Only with `transactions`; warm-up included. */
  readonly transactions?: TransactionResult;
}

export interface ErrorSummary {
  /** librdkafka's code; negative ones are local to the client. */
  readonly code: number;
  /** Who refused the message or gave it up. */
  readonly by: 'client' | 'broker';
  readonly name: string;
  readonly count: number;
  /** ISO 8601, UTC. */
  readonly firstAt: string;
  readonly example: string;
  /** How many in which second of the run; ascending, only seconds with any. They add up to `count`. */
  readonly seconds?: readonly (readonly [second: number, count: number])[];
}

export interface ThresholdOutcome {
  /** As written, `response_ms{scenario:atm}` included. */
  readonly metric: string;
  readonly expression: string;
  /** In the metric's unit; `{ atLeast }` when it fell among censored messages, null when nothing was measured. */
  readonly value: Percentile | null;
  /** Null: not judged, because only reading the records back can tell. */
  readonly ok: boolean | null;
  /** Of `weights`: the field that fits worst. */
  readonly worst?: WeightsFit;
}

/** Pearson's χ² of a weighted field over the acknowledged records of the load phase. */
export interface WeightsFit {
  readonly scenario: string;
  /** `status_code`; where only some records have these weights, also which: `metadata.device (event_type bounce)`. */
  readonly field: string;
  /** Acknowledged ones that have the field. */
  readonly records: number;
  readonly chiSquare: number;
  /** Values less one; those expected in fewer than 5 records count as one. */
  readonly degreesOfFreedom: number;
  /** Of this field alone. */
  readonly p: number;
}

export interface ClientResult {
  readonly workers: number;
  /** The in-flight windows of all scenarios and workers together: what `inFlight` of a row is held against. */
  readonly inFlightMax?: number;
  readonly cpuSeconds: number;
  /** Per million acknowledged messages, warm-up included; null when there were none. */
  readonly cpuSecondsPerMillion: number | null;
  readonly maxRssBytes: number;
  readonly librdkafka: string;
  /** How long loops were away from the event poll, µs: the only time by which an acknowledgement is seen late. */
  readonly resolutionUs: { readonly p50: number | null; readonly p99: number | null; readonly max: number | null };
  readonly threads: readonly {
    readonly name: string;
    readonly cpuPct: number;
    readonly maxCpuPct: number;
    readonly wantedPct: number;
  }[];
}

/** Seconds from run start, as the series' rows. */
export interface Outage {
  readonly from: number;
  readonly to: number;
  /** Only some partitions were without acknowledgements, all of the time or some of it. */
  readonly partial?: true;
  /** Messages due and not acknowledged, at the worst second from its beginning until it was drained. */
  readonly peakBacklog?: number;
  /** From its end until no more was waiting than before it; null when the run ended before. */
  readonly drainSeconds?: number | null;
  /** From its end until the response p99 of a second was at most twice that before it; null when the run ended before. */
  readonly p99RecoverySeconds?: number | null;
}

export interface PayloadFacts {
  readonly mode: 'fresh' | 'pooled';
  /** Records in the pool; 0 when fresh. */
  readonly poolSize: number;
  readonly bytesMean: number;
  readonly mark: 'auto' | 'header' | 'none';
}

export interface Ledger {
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly startOffset: number }[];
  /** Indexes from, from + step, … up to and including `to`. */
  readonly notAcked: readonly LedgerRange[];
  /** Acknowledged messages of transactions that were aborted, or whose end is not known. */
  readonly notCommitted?: readonly UncommittedRange[];
  /** False when there were more ranges than it holds: verification must then refuse. */
  readonly complete: boolean;
}

export interface BrokerResult {
  readonly rttUs?: Spread;
  /** Time messages waited in the client's queue for their request. */
  readonly queueUs?: Spread;
  readonly outstandingRequests?: { readonly mean: number; readonly max: number };
  readonly disconnects?: number;
  /** Protocol included. */
  readonly wireBytes?: number;
  /** Of them record batches, compressed and with their headers, as brokers store them. */
  readonly batchBytes?: number;
}

export interface Spread {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Environment {
  readonly os: string;
  /** CPUs this process may use. */
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryBytes: number;
  readonly node: string;
  readonly engineVersion: string;
  readonly gitCommit?: string;
  readonly brokerVersion?: string;
}
