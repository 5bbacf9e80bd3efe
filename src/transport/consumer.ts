/**
 * Reading topics. `RecordReader` is for a thread that does nothing else: a member of a run's consumer groups. `Consumer`
 * is for a thread that has other things to do, and says what a commit covers: `consume`, the senders. One each a thread.
 */

/** Synchronous. Its partitions are those of a group, by `subscribe`, or those of `assign`. */
export interface RecordReader {
  /** The records of the last poll; valid until the next one, or until close. */
  readonly records: ConsumedRecords;
  subscribe(topics: readonly string[]): void;
  /** In place of a group: reads these partitions, from these offsets on where there is no `startAt`. Once. */
  assign(partitions: readonly PartitionOffset[]): void;
  /**
   * Waits at most `timeoutMs` for records and returns as soon as there are some, with how many: never more than
   * `recordsMax`. What the group changes is dealt with before.
   * @throws LoadError when reading cannot go on: no right to read, the topic is gone.
   */
  poll(timeoutMs: number, recordsMax?: number): number;
  /** Takes no records until `go`, and fetches none; the group keeps this member. */
  hold(): void;
  /** Reads on at once, each partition where `startAt` says. */
  go(): void;
  /** Reads no more of these partitions; what was fetched of them is dropped. */
  pause(partitions: readonly TopicPartition[]): void;
  /** The high watermark as the last fetch brought it; -1 as long as there was none. */
  high(topic: string, partition: number): number;
  /** Leaves the group and frees everything. */
  close(): void;
  /** Frees everything at once; the group learns of it by its session's time-out. */
  abandon(): void;
}

/** What whoever reads does about its partitions; none of it by default. */
export interface PartitionKeeper {
  /**
   * Where reading of a partition begins that the group has given, and goes on after `hold`; undefined: it is not read.
   * By default at the committed offset.
   */
  readonly startAt?: (topic: string, partition: number) => number | undefined;
  /** After the member has them: all that the group gave in one rebalance, maybe none. */
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => void;
  /** Before others get them. Records of theirs may still come: whoever has them now reads these as well. */
  readonly onRevoked?: (partitions: readonly TopicPartition[]) => void;
  /**
   * All below `offset` was read, and nothing more is there now: called when the records of the poll that found it have
   * been dealt with, by the next poll. Offsets without a record (transactions, compaction) are below it as well.
   */
  readonly onEnd?: (topic: string, partition: number, offset: number) => void;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

export interface Consumer {
  /** The records of the last poll; valid until the next one, or until close. */
  readonly records: ConsumedRecords;
  /**
   * Waits at most `timeoutMs` for records and resolves as soon as there are some, with how many; others of the thread
   * have their turn meanwhile, also where records are there at once. No more than `recordsMax`, or than there is room for.
   * @throws LoadError when the group cannot go on: no right to read, the topic is gone.
   */
  poll(timeoutMs: number, recordsMax?: number): Promise<number>;
  /**
   * Counts as a poll and takes nothing, for whoever is long at the records of the last one: a member that does not poll
   * for `max.poll.interval.ms` loses its partitions.
   */
  stay(): void;
  /**
   * The first `count` records of this poll are dealt with: a commit goes beyond them, and no further. Returns how many
   * of those that were not before cannot be committed: the group has taken their partitions from this member.
   */
  finish(count: number): number;
  /** The same for records of any poll: those of the partition before `offset`. Not where another member has it now. */
  finishBefore(topic: string, partition: number, offset: number): void;
  /** The high watermark as the last fetch brought it; -1 as long as there was none. */
  high(topic: string, partition: number): number;
  /** Takes no more records of these partitions. */
  pause(partitions: readonly TopicPartition[]): void;
  /** Takes part in the group again after `leave`; a new consumer does so by itself. */
  join(): void;
  /** Commits what is finished, and lets the group go on without this member. */
  leave(): void;
  /** Partitions that this member has; of one that is asked before they are taken from it. */
  readonly assigned: ReadonlySet<number>;
  /** How far the group is in a topic of so many partitions; undefined if no broker answers within a second or two. */
  standing(topic: string, partitions: number): Promise<Standing | undefined>;
  /** Commits what is finished. @throws LoadError COMMIT when the group's coordinator refuses, or does not answer in time. */
  commit(): Promise<void>;
  /** Leaves the group and frees everything; without a coordinator not at any length. */
  close(): Promise<void>;
}

/** By partition. */
export interface Standing {
  /** The first record that is not committed. */
  readonly next: readonly number[];
  /** The offset that the next record will get. */
  readonly ends: readonly number[];
}

/** Parallel arrays; record i is at place i of each. */
export interface ConsumedRecords {
  readonly capacity: number;
  readonly topic: readonly string[];
  readonly partition: Int32Array;
  /** Whole numbers: offsets are below 2^53. */
  readonly offset: Float64Array;
  /** Bytes; -1 is a null key. */
  readonly keyLength: Int32Array;
  /** Bytes; -1 is a null value. */
  readonly valueLength: Int32Array;
  /** ms since 1970; 0 where the record has none. */
  timestampMs(i: number): number;
  /** The client's own memory: copy what is to live longer than the records. */
  key(i: number): Uint8Array | null;
  value(i: number): Uint8Array | null;
  /**
   * Where the value, or key, starts in `located`; -1 for null. Allocates nothing: for readers of every record. Bytes
   * that cross the border of two windows of memory are copied together first.
   */
  locateValue(i: number): number;
  locateKey(i: number): number;
  /**
   * The same for the value of the last header of this name; -1 where there is none, or its length is another one. It costs
   * two calls of the client a record.
   */
  locateHeader(i: number, name: HeaderName, length: number): number;
  /** What the last of these three found; valid until the next of them. */
  readonly located: Uint8Array;
  /** In their order; a name may occur more than once. */
  headers(i: number): readonly RecordHeader[];
}

/** Made once, for many records. */
export interface HeaderName {
  readonly text: string;
  /** UTF-8, with a zero byte at its end, in memory that the client can read. */
  readonly bytes: Uint8Array;
}

export function headerName(text: string): HeaderName {
  const utf8 = new TextEncoder().encode(text);
  const bytes = new Uint8Array(new SharedArrayBuffer(utf8.length + 1));
  bytes.set(utf8);
  return { text, bytes };
}

export type RecordHeader = readonly [name: string, value: Uint8Array | null];
