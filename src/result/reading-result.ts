/** What was read back: consumer groups, verification, transactions. Part of Result, version 1. */
import type { ConsumerRow } from '../recorder/consumer-row.ts';
import type { CheckExample } from '../recorder/reading-measurement.ts';
import type { LatencySummary } from './latency-summary.ts';

/** Messages of aborted transactions were acknowledged: they are in `acked`, and in the ledger. */
export interface TransactionResult {
  /** One transactional.id each. */
  readonly producers: number;
  readonly committed: number;
  readonly aborted: number;
  /** Of the aborted ones, those that an error left no choice. */
  readonly forced: number;
  /** Neither a commit nor an abort was confirmed. */
  readonly undecided: number;
  readonly committedMessages: number;
  readonly abortedMessages: number;
  readonly undecidedMessages: number;
  /** From the first call of commit to its confirmation, µs. Its messages were acknowledged before. */
  readonly commitLatency: LatencySummary;
  /** HdrHistogram V2 compressed, base64. */
  readonly commitHistogram: string;
  /** Why transactions were aborted or could not end, by librdkafka's code. */
  readonly errors: readonly {
    readonly code: number;
    readonly name: string;
    readonly count: number;
    readonly example: string;
  }[];
}

/** One consumer group. Covers the whole run, warm-up and drain included, but `endToEnd`, which is of the load phase. */
export interface ConsumerResult {
  readonly members: number;
  readonly topics: readonly string[];
  readonly consumed: number;
  /** Keys and values. */
  readonly bytes: number;
  /** Records without a mark of this run. */
  readonly foreign: number;
  /** Records per second from the first one to the last one. */
  readonly rate: number;
  /** consumed − intended, µs; null where no record could be dated. */
  readonly endToEnd: LatencySummary | null;
  /** HdrHistogram V2 compressed, base64. */
  readonly endToEndHistogram: string | null;
  /** Which clocks `endToEnd` compares, and how far they may be apart. */
  readonly clock: ClockBound;
  /** End-to-end latencies below 0, and the lowest, µs. They are in `endToEnd` as 0. */
  readonly negative: { readonly count: number; readonly minUs: number | null };
  readonly rebalances: number;
  /** Log end offset − position, over all its partitions; null where the cluster did not answer. */
  readonly lag: { readonly max: number | null; readonly maxAtSecond: number | null; readonly atEnd: number | null };
  /** Of a group with a pause. */
  readonly drain?: DrainResult;
  readonly series: readonly ConsumerRow[];
}

export interface ClockBound {
  /** `same-process`: one monotonic clock. `shards`: those of the run's processes. Else wall clocks of two processes or hosts. */
  readonly source: 'same-process' | 'shards' | 'create-time' | 'log-append-time';
  /** The clocks differ by at most this, µs; 0 for one clock, null where nothing bounds it. */
  readonly offsetMaxUs: number | null;
  /**
   * Where records carry the time of another clock: this one less the other lies between these, µs, null where a side is
   * not bounded. True latencies are those in `endToEnd` less this.
   */
  readonly offset?: { readonly minUs: number | null; readonly maxUs: number | null };
  /** How the bound was found, or what one millisecond timestamps cost; one sentence. */
  readonly note: string;
}

/** Seconds are from run start. */
export interface DrainResult {
  readonly pausedFrom: number;
  /** When it read again. */
  readonly fromSecond: number;
  /** Until the lag was back where it was before the pause; null when the run ended before. */
  readonly seconds: number | null;
  readonly peakLag: number | null;
  /** Records per second while it drained. */
  readonly rate: number;
  /** Producers' response p99 of the seconds before, in the pause and in the drain, µs. */
  readonly producersP99: {
    readonly before: number | null;
    readonly paused: number | null;
    readonly draining: number | null;
  };
}

/** What is in the log of one scenario, against what its ledger says. Where several groups verify it, each count is the highest. */
export interface VerificationResult extends GroupVerification {
  /** By group, where several verify the scenario. */
  readonly groups?: Readonly<Record<string, GroupVerification>>;
}

/** What one group found of one scenario. */
export interface GroupVerification {
  /** Why it could not be verified; every count is then 0. */
  readonly refused?: string;
  /** Acknowledged messages that must be in the log: committed ones, where there are transactions. */
  readonly expected: number;
  readonly consumed: number;
  /** Expected and not in the log. */
  readonly lost: number;
  /** Records beyond the first one of their message. */
  readonly duplicated: number;
  /** Records behind a later one of the same producer, partition and key. */
  readonly outOfOrder: number;
  /** Records whose bytes differ from what seed and index give. */
  readonly corrupted: number;
  /** Records in the scenario's topic without a mark of this run; scenarios of one topic report the same ones. */
  readonly foreign: number;
  /** Failed or unresolved messages that are in the log after all. */
  readonly notAckedInLog: number;
  /** Messages of aborted transactions that were read: none with `isolation.level=read_committed`. */
  readonly abortedInLog: number;
  /** They are as they should be: the profile has the group read uncommitted records. Absent where none were read. */
  readonly abortedAllowed?: true;
  /** Left out on purpose, one sentence each: what compaction may have removed, bytes that could not be compared. */
  readonly notes: readonly string[];
  readonly examples: readonly CheckExample[];
}
