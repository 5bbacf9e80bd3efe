/** A member of a consumer group, through librdkafka: records come in batches and are read where they lie. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { LoadError } from '../../errors.ts';
import { MS_PER_SEC } from '../../units.ts';
import type {
  ConsumedRecords,
  Consumer,
  PartitionKeeper,
  PartitionOffset,
  Standing,
  TopicPartition,
} from '../consumer.ts';
import type { LogSink } from '../transport.ts';
import { RECORDS_PER_POLL } from './consumed-messages.ts';
import { type Librdkafka, librdkafka } from './library.ts';
import { askPartitions, listPartitions } from './partition-list.ts';
import { ANSWER_POLL_MS, LibrdkafkaReader } from './record-reader.ts';

export interface ConsumerOptions {
  /** librdkafka's names; `group.id` is among them. */
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly string[];
  /** In place of a group: these partitions, each from its offset on. Nothing is committed. */
  readonly partitions?: readonly PartitionOffset[];
  /** Everything below `offset` was read: see PartitionKeeper. */
  readonly onEnd?: NonNullable<PartitionKeeper['onEnd']>;
  readonly onLog: LogSink;
  /**
   * Called when the group takes partitions from this member: nobody gets them before it resolves, and what is finished
   * by then is committed. Needs `cooperative-sticky`. Without it they go at once.
   */
  readonly onRevoke?: (partitions: readonly number[]) => Promise<void>;
  /** How long a commit, or leaving the group, may take; 10 s by default. */
  readonly coordinatorMs?: number;
}

/**
 * For groups on the embedded cluster: after a member has come, left or died it waits for the session's length less a
 * second before the others go on (rdkafka_mock_cgrp.c), 44 seconds at librdkafka's default. Not shorter than a busy
 * machine may keep a process waiting: a member that is missed for so long is given its records a second time.
 */
export const EMBEDDED_GROUP_PROPERTIES = { 'session.timeout.ms': '3000', 'heartbeat.interval.ms': '500' };

/** The same for a group of one reader, to which nobody comes back: it is only waited for by itself. */
export const EMBEDDED_READER_PROPERTIES = { 'session.timeout.ms': '10000', 'heartbeat.interval.ms': '500' };

const COORDINATOR_MS = 10_000;
const END = -1;
const BEGINNING = -2;
const STANDING_MS = 1_000;
/** Nothing was finished since the last commit. */
const NO_OFFSET = -168;
/** ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS: partitions are being given out. */
const REBALANCING = new Set([22, 27]);
const REBALANCE_POLL_MS = 100;

export class LibrdkafkaConsumer implements Consumer {
  readonly #rd: Librdkafka = librdkafka();
  readonly #reader: LibrdkafkaReader;
  readonly #topics: readonly string[];
  readonly #coordinatorMs: number;

  constructor(options: ConsumerOptions) {
    const { properties, topics, partitions, onLog, onRevoke, onEnd, coordinatorMs = COORDINATOR_MS } = options;
    // What was fetched is not yet finished: `finish` says what a commit may cover.
    const owned = { 'enable.auto.offset.store': 'false' };
    const keeper = { ...(onRevoke && { onRevoke }), ...(onEnd && { onEnd }) };
    this.#reader = new LibrdkafkaReader({ properties: { ...properties, ...owned }, onLog, coordinatorMs, ...keeper });
    this.#topics = topics;
    this.#coordinatorMs = coordinatorMs;
    if (partitions === undefined) this.join();
    else this.#reader.assign(partitions);
  }

  join(): void {
    this.#reader.subscribe(this.#topics);
  }

  leave(): void {
    this.#reader.unsubscribe();
  }

  get assigned(): ReadonlySet<number> {
    return this.#reader.rebalances.assigned;
  }

  async standing(topic: string, partitions: number): Promise<Standing | undefined> {
    const at = { handle: this.#reader.handle, timeoutMs: STANDING_MS };
    const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: END }));
    const ends = await askPartitions(this.#rd.offsetsForTimes, at, all);
    const committed = await askPartitions(this.#rd.committed, at, all);
    if (ends === undefined || committed === undefined) return undefined;
    // Where nothing was committed so far the first record is the next one.
    const untouched = committed.flatMap((each) => (each.offset < 0 ? [{ ...each, offset: BEGINNING }] : []));
    const begins = await askPartitions(this.#rd.offsetsForTimes, at, untouched);
    if (begins === undefined) return undefined;
    const next = committed.map(({ offset }) => offset);
    for (const { partition, offset } of begins) next[partition] = offset;
    const standing = { next, ends: ends.map(({ offset }) => offset) };
    // A partition may be without a leader.
    return [...standing.next, ...standing.ends].every((offset) => offset >= 0) ? standing : undefined;
  }

  get records(): ConsumedRecords {
    return this.#reader.records;
  }

  async poll(timeoutMs: number, recordsMax = RECORDS_PER_POLL): Promise<number> {
    const ready = this.#reader.pollNow(recordsMax);
    if (ready > 0) {
      await setImmediate();
      return ready;
    }
    await this.#reader.waiter.waitAsync(timeoutMs);
    return this.#reader.pollAgain(recordsMax);
  }

  high(topic: string, partition: number): number {
    return this.#reader.high(topic, partition);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#reader.pause(partitions);
  }

  stay(): void {
    this.#reader.stay();
  }

  finish(count: number): number {
    return this.#reader.records.storeOffsets(count);
  }

  finishBefore(topic: string, partition: number, offset: number): void {
    const list = listPartitions([{ topic, partition, offset }]);
    this.#rd.offsetsStore(this.#reader.handle, list);
    this.#rd.partitionListDestroy(list);
  }

  async commit(): Promise<void> {
    const endMs = performance.now() + this.#coordinatorMs;
    let code = await this.#commit();
    // What this member keeps it can commit once the others have what they get.
    while (!this.#reader.rebalances.isRevoking && REBALANCING.has(code ?? 0) && performance.now() < endMs) {
      await sleep(REBALANCE_POLL_MS);
      this.#reader.rebalances.serve();
      code = await this.#commit();
    }
    if (code === 0 || code === NO_OFFSET) return;
    const silence = `the group's coordinator does not answer within ${this.#coordinatorMs / MS_PER_SEC} s`;
    const why = code === undefined ? silence : this.#rd.errorText(code);
    throw new LoadError('COMMIT', `the offsets cannot be committed: ${why}`, {
      hint: 'the next consumer of this group reads the last records again',
    });
  }

  /** The coordinator's code; undefined where it does not answer in time. */
  async #commit(): Promise<number | undefined> {
    let code: number | undefined;
    const steps = this.#reader.answer(
      (queue) => this.#rd.commitQueue(this.#reader.handle, null, queue, null, null),
      (event) => {
        code = event === null ? code : this.#rd.eventError(event);
        return code !== undefined;
      },
    );
    for (const _ of steps) await sleep(ANSWER_POLL_MS);
    return code;
  }

  async close(): Promise<void> {
    this.#reader.records.release();
    await this.#reader.rebalances.idle();
    for (const _ of this.#reader.closing()) await sleep(ANSWER_POLL_MS);
  }
}
