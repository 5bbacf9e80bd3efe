/** What the members of consumer groups found, before anything is derived from it. */
import type { OffsetBound } from '../clock-offset.ts';
import type { ConsumerRow } from './consumer-row.ts';
import type { FlatHistogram } from './histogram.ts';
import type { ConsumerCounts } from './reading-reader.ts';

/** One consumer group, over the whole run. */
export interface GroupMeasurement {
  readonly group: number;
  readonly counts: ConsumerCounts;
  readonly members: readonly MemberMeasurement[];
  /** End-to-end latencies, µs, by lane and phase (WARMUP, LOAD). */
  readonly endToEnd: readonly (readonly FlatHistogram[])[];
  readonly rows: readonly ConsumerRow[];
  /** Share of its time that its busiest member was at work, percent. */
  readonly busyPct: number;
  /** When the last of its members was done, ns from run start. */
  readonly endNs: number;
  /** Offsets between its position and where it was to stop; null where that was never known. */
  readonly unread: number | null;
  /** Log end offset − position when it stopped; null where the cluster did not answer. */
  readonly lagAtEnd: number | null;
}

export interface ReadingMeasurement {
  /** In the order of ReadingPlan.groups. */
  readonly groups: readonly GroupMeasurement[];
  /** When the last member was done, ns from run start. */
  readonly endNs: number;
  /** Topics whose records have the broker's time (message.timestamp.type=LogAppendTime). */
  readonly appendTimeTopics: readonly string[];
  /** By topic that was read. */
  readonly logs: Readonly<Record<string, LogFacts>>;
  /** Of groups that asked for them, where brokers date their records. */
  readonly clockProbes?: readonly ClockProbe[];
}

/** What probe records say of this machine's clock and those of the brokers that a group reads from. */
export interface ClockProbe {
  readonly group: number;
  readonly topic: string;
  /** Records that came back with a time. */
  readonly probes: number;
  /** The run's clock less the brokers', over all of them, before the run and after it; null where nothing came back. */
  readonly offset: OffsetBound | null;
  /** What they do not cover; absent where nothing is missing. */
  readonly missing?: string;
}

/** What is known of a topic's log after it was read. */
export interface LogFacts {
  /** Keyed records may be removed once a later one has their key. */
  readonly isCompacted: boolean;
  /** Why records may have been removed since the run began, by time, size or the embedded cluster; absent: they cannot. */
  readonly removal?: string;
  /** The embedded cluster: read_committed readers get messages of aborted transactions as well. */
  readonly showsAborted?: true;
}

/** One member of one group, when it is done. */
export interface MemberMeasurement {
  readonly member: number;
  readonly group: number;
  /** False when it was lost or cut off: shared memory has what it counted. */
  readonly complete: boolean;
  readonly failure?: string;
  /** Its thread failed or hung; then others may wait in vain for its partitions. */
  readonly isLost?: true;
  /** Of a group that verifies: by lane. */
  readonly checks?: readonly LaneCheck[];
}

/** The member that kept its group from reading everything: one that was lost before those that waited for its part. */
export function firstUnread(members: readonly MemberMeasurement[]): MemberMeasurement | undefined {
  return members.find(({ isLost }) => isLost) ?? members.find(({ complete }) => !complete);
}

/** A part of what one member has read of one lane; sent while it reads, so that its memory does not grow. */
export interface IndexPage {
  readonly group: number;
  readonly lane: number;
  /** Indexes `page * PAGE_BITS` and up; a bit each. */
  readonly page: number;
  readonly bits: Uint32Array;
  /** Set: these were read with other bytes than seed and index give. They are not lost, and nothing is their duplicate. */
  readonly corrupted?: true;
  /** Where some records of this page were read, as far as the page was sent before: examples of what may be duplicates. */
  readonly places: readonly LogPosition[];
}

export interface LogPosition {
  readonly index: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Counts of one member; those of all members add up. */
export interface LaneCheck {
  readonly lane: number;
  /** Records with a mark of this lane, or known as one of its anomalies. */
  readonly consumed: number;
  /** Read a second time by the same member; others are found where the pages of all members are joined. */
  readonly duplicated: number;
  readonly outOfOrder: number;
  readonly corrupted: number;
  /** Records without a mark of this run in the lane's topic. */
  readonly foreign: number;
  /** Records whose bytes were compared but for those of their time, which is known only to who sent them. */
  readonly untimed: number;
  readonly examples: readonly CheckExample[];
}

export interface CheckExample extends Partial<LogPosition> {
  readonly kind: 'lost' | 'duplicated' | 'outOfOrder' | 'corrupted' | 'foreign' | 'aborted';
  /** One sentence: what was expected and what was found. */
  readonly text: string;
}
