/**
 * What the workers measured, before anything is derived from it: the input of merge. One LaneMeasurement per
 * worker and scenario; times are ns from run start, counts exact integers.
 */
import type { BrokerStatistics } from '../transport/transport.ts';
import type { MemberCounts } from './breakdown.ts';
import type { FlatHistogram } from './histogram.ts';
import type { PackedCounts } from './packed-counts.ts';
import type { ReadingMeasurement } from './reading-measurement.ts';
import type { ScenarioRow, SecondRow } from './second-row.ts';

/** scheduled = sent + shed + unsent; sent = acked + failed + unresolved. */
export interface Totals {
  readonly scheduled: number;
  readonly sent: number;
  readonly shed: number;
  readonly unsent: number;
  readonly acked: number;
  readonly failed: number;
  readonly unresolved: number;
  /** Payload and key bytes of the sent messages. */
  readonly payloadBytes: number;
}

export interface PhaseMeasurement {
  readonly totals: Totals;
  /** acknowledged − intended, of acknowledged messages; failed and unresolved ones are censored (see Totals). */
  readonly response: FlatHistogram;
  /** acknowledged − sent. */
  readonly service: FlatHistogram;
  /** sent − intended, of every sent message. */
  readonly scheduleLag: FlatHistogram;
}

export interface LaneMeasurement {
  readonly worker: number;
  readonly scenario: string;
  readonly warmup: PhaseMeasurement;
  readonly load: PhaseMeasurement;
  /** Of the load phase; undefined when there was none. */
  readonly firstSentNs?: number;
  readonly lastSentNs?: number;
  readonly lastAckNs?: number;
  readonly notAcked: readonly LedgerRange[];
  /** False when there were more ranges than the ledger holds: verification must then refuse. */
  readonly ledgerComplete: boolean;
  readonly errors: readonly ErrorCount[];
  /** Where the worker has several producers for the lane: how many of its messages each sent or has in its ledger, the first ones. */
  readonly reach?: readonly number[];
  /** Of a lane with transactions. */
  readonly transactions?: TransactionMeasurement;
  /** Of a lane with `perTopic`: its load phase by topic; a topic may be there once for each producer. */
  readonly topics?: readonly MemberCounts[];
  /** Of a lane with producers of its own: its load phase by producer. */
  readonly clients?: readonly MemberCounts[];
  /** Why this lane stopped before its schedule ended, for example a deleted topic. */
  readonly stopped?: string;
}

/** Indexes from, from + step, … up to and including `to` that were not acknowledged. */
export interface LedgerRange {
  readonly scenario: string;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly status: 'shed' | 'unsent' | 'not-persisted' | 'possibly-persisted' | 'persisted';
}

/** Both phases. committedMessages + abortedMessages + undecidedMessages = acked. */
export interface TransactionMeasurement {
  readonly committed: number;
  readonly aborted: number;
  /** Of the aborted ones, those that an error left no choice. */
  readonly forced: number;
  readonly undecided: number;
  readonly committedMessages: number;
  readonly abortedMessages: number;
  readonly undecidedMessages: number;
  /** From the first call of a commit to its confirmation, µs. */
  readonly commitLatency: FlatHistogram;
  readonly notCommitted: readonly UncommittedRange[];
  readonly errors: readonly TransactionErrorCount[];
}

/** Acknowledged messages of transactions that were aborted, or whose end is not known. */
export interface UncommittedRange extends Omit<LedgerRange, 'status'> {
  readonly status: 'aborted' | 'undecided';
}

/** Why transactions were aborted or could not end. */
export interface TransactionErrorCount {
  readonly code: number;
  readonly name: string;
  readonly count: number;
  /** ns from run start. */
  readonly firstAtNs: number;
  /** In librdkafka's words. */
  readonly example: string;
}

export interface ErrorCount {
  /** librdkafka's error code; negative ones are local to the client. */
  readonly code: number;
  /** Who gave the message up: the same code may come from both. */
  readonly by: 'client' | 'broker';
  readonly name: string;
  readonly count: number;
  /** ns from run start. */
  readonly firstAtNs: number;
  /** How many in which second of the run, ascending. */
  readonly seconds: readonly (readonly [second: number, count: number])[];
  /** One example in words. */
  readonly example: string;
}

/** How one worker's loop and its client fared: the evidence for the verdict. */
export interface WorkerMeasurement {
  readonly worker: number;
  readonly lanes: readonly LaneMeasurement[];
  /** Time away from the event poll: the only time by which an acknowledgement can be seen late. */
  readonly resolution: FlatHistogram;
  /** Of the load phase, ns: how long the loop worked, waited with nothing due, and waited on a full in-flight window. */
  readonly busyNs: number;
  readonly idleNs: number;
  readonly blockedNs: number;
  readonly phases: { readonly loadStartNs: number; readonly loadEndNs: number; readonly drainEndNs: number };
  /** In which this worker waited and no worker was acknowledged a message, or none of some partitions; those of several workers may overlap. */
  readonly outages: readonly OutageMeasurement[];
  /** From librdkafka's statistics, where there were any. */
  readonly broker?: BrokerStatistics;
  /** False when the worker crashed or was cut off; its lanes then hold what shared memory still knew. */
  readonly complete: boolean;
  readonly failure?: string;
  /** When it was given up, ns from run start. */
  readonly lostNs?: number;
}

/** ns from run start. */
export interface OutageMeasurement {
  readonly fromNs: number;
  readonly toNs: number;
  /** Other partitions were acknowledged meanwhile. */
  readonly isPartial?: boolean;
}

/** One of the workers' loops, by its thread's name; those of members of consumer groups are `read-<member>`. */
export function isLoopThread(name: string): boolean {
  return name.startsWith('loop-');
}

/** One of librdkafka's client threads. `rdk:mock` is the embedded cluster: that one is the broker. */
export function isClientThread(name: string): boolean {
  return name.startsWith('rdk:') && !name.startsWith('rdk:mock');
}

/** CPU of one thread over the load phase. */
export interface ThreadCpu {
  /** `loop-<worker>`, `main`, or librdkafka's own thread name (`rdk:broker1`, …). */
  readonly name: string;
  readonly cpuPct: number;
  /** Greatest share over one sampling second. */
  readonly maxCpuPct: number;
  /** Share of the time it ran or was ready to and waited for a CPU: near 100 is at its limit, whatever it got. */
  readonly wantedPct: number;
  /**
   * wantedPct over the sampling seconds weighted by how long loops waited on a full window in each; absent when none
   * did. It tells a client thread that could not keep up from a broker that did not answer, when only part of the run
   * was affected.
   */
  readonly wantedPctWhenBlocked?: number;
}

export type StoppedBy = 'SIGINT' | 'SIGTERM' | 'abort' | 'threshold' | 'error';

/** Everything merge needs beside the plan. */
export interface RunMeasurement {
  readonly startedAt: string;
  /** Planned end or the moment the schedule was stopped, ns from run start. */
  readonly loadEndNs: number;
  readonly durationNs: number;
  readonly workers: readonly WorkerMeasurement[];
  readonly series: readonly SecondRow[];
  /** Response latencies of each row. */
  readonly latencies: readonly PackedCounts[];
  /** By scenario, one for each row; only of a run with 2 to 12 scenarios. */
  readonly scenarioSeries?: Readonly<Record<string, readonly ScenarioRow[]>>;
  /** What the cluster said of the run's topics after it, a sentence each: those that went away, and why it is not known. */
  readonly topics: { readonly lost: readonly string[]; readonly unknown: readonly string[] };
  readonly startOffsets: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly startOffset: number;
  }[];
  /** Of a run with consumer groups. */
  readonly reading?: ReadingMeasurement;
  readonly cpuSeconds: number;
  readonly maxRssBytes: number;
  readonly threads: readonly ThreadCpu[];
  readonly librdkafka: string;
  readonly brokerVersion?: string;
  /** Set when the schedule was ended early. */
  readonly stopped?: { readonly by: StoppedBy; readonly reason: string };
  /** When that was, ns from run start. */
  readonly stoppedNs?: number;
}
