/**
 * What a group gives to a member and takes from it, by either protocol: all at once (eager) or what changes
 * (cooperative). The records of its partitions come by a queue of their own, so that a rebalance is heard of also by a
 * member that wants no records.
 */
import type { PartitionKeeper, PartitionOffset, TopicPartition } from '../consumer.ts';
import type { LogSink } from '../transport.ts';
import { EVENT } from './client.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { listPartitions, readPartitions } from './partition-list.ts';

/** RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS; the other one is __REVOKE_PARTITIONS. */
const ASSIGN = -175;
const COOPERATIVE = 'COOPERATIVE';

export interface RebalanceOptions extends PartitionKeeper {
  readonly handle: Pointer;
  /** Where records come. */
  readonly records: Pointer;
  /**
   * Called when the group takes partitions from this member: nobody gets them before it resolves, and what is finished
   * by then is committed. Needs `cooperative-sticky`. Without it they go at once.
   */
  readonly onRevoke?: (partitions: readonly number[]) => Promise<void>;
  readonly onError: (code: number, text: string) => void;
  readonly onLog: LogSink;
}

export class Rebalances {
  /** Rebalances and errors. */
  readonly queue: Pointer;
  readonly assigned = new Set<number>();
  readonly #rd: Librdkafka = librdkafka();
  readonly #options: RebalanceOptions;
  /** Others wait for partitions of this member. */
  isRevoking = false;
  /** All that this member has; those of a group have no offset, which stands for the committed one. */
  #partitions: readonly PartitionOffset[] = [];
  /** Of these the ones that are assigned in librdkafka. */
  #fetched: readonly TopicPartition[] = [];
  #isHeld = false;
  /** librdkafka tells of no other rebalance before it is answered this one. */
  #revoking: Promise<void> = Promise.resolve();

  constructor(options: RebalanceOptions) {
    this.#options = options;
    this.queue = this.#rd.queueConsumer(options.handle);
  }

  /** Hears what there is. */
  serve(): void {
    for (;;) {
      const event = this.#rd.queuePoll(this.queue, 0);
      if (event === null) return;
      const isRebalance = this.#rd.eventType(event) === EVENT.rebalance;
      if (isRebalance && this.#isHeldUp(event)) {
        this.#revoking = this.#revoke(event);
        continue;
      }
      if (isRebalance) this.answer(event);
      else if (this.#rd.eventType(event) === EVENT.error) {
        this.#options.onError(this.#rd.eventError(event), this.#rd.eventErrorText(event));
      }
      this.#rd.eventDestroy(event);
    }
  }

  #isHeldUp(event: Pointer): boolean {
    const { onRevoke, handle } = this.#options;
    return onRevoke !== undefined && this.#rd.eventError(event) !== ASSIGN && this.#rd.assignmentLost(handle) === 0;
  }

  async #revoke(event: Pointer): Promise<void> {
    const partitions = readPartitions(this.#rd.eventPartitions(event)).map(({ partition }) => partition);
    this.isRevoking = true;
    try {
      await this.#options.onRevoke!(partitions);
    } finally {
      this.isRevoking = false;
      // librdkafka commits what is finished before anybody else gets them.
      this.answer(event);
      this.#rd.eventDestroy(event);
    }
  }

  /** The answer to a rebalance, at once. */
  answer(event: Pointer): void {
    if (this.#rd.eventType(event) !== EVENT.rebalance) return;
    const partitions = readPartitions(this.#rd.eventPartitions(event));
    if (this.#rd.eventError(event) === ASSIGN) this.give(partitions);
    else this.#take(partitions);
  }

  /** By the group, or by hand. */
  give(partitions: readonly PartitionOffset[]): void {
    this.#partitions = [...this.#partitions, ...partitions];
    for (const { partition } of partitions) this.assigned.add(partition);
    this.#fetch(partitions);
    this.#options.onAssigned?.(partitions);
  }

  #take(partitions: readonly TopicPartition[]): void {
    const isTaken = among(partitions);
    this.#partitions = this.#partitions.filter((each) => !isTaken(each));
    for (const { partition } of partitions) this.assigned.delete(partition);
    this.#options.onRevoked?.(partitions);
    // By the eager protocol all of them, which a group waits for with this call and no other.
    if (this.#isIncremental) this.#unfetch(partitions);
    else {
      this.#fetched = [];
      this.#check(this.#rd.assign(this.#options.handle, null));
    }
  }

  /**
   * Nothing is fetched until `go`; the group keeps this member. librdkafka has pauses, but fetches again up to a second
   * after their end: only a partition that is assigned wakes the broker's thread (`rd_kafka_toppar_set_fetch_state`).
   */
  hold(): void {
    if (this.#isHeld) return;
    if (this.#partitions.length > 0) this.#unfetch(this.#partitions);
    this.#isHeld = true;
  }

  go(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (this.#partitions.length > 0) this.#fetch(this.#partitions);
  }

  /** librdkafka waits for the answer to a rebalance, also where there is nothing to fetch. */
  #fetch(partitions: readonly PartitionOffset[]): void {
    const { handle, records, startAt } = this.#options;
    const all = this.#isIncremental ? partitions : this.#partitions;
    const fetched: PartitionOffset[] = [];
    for (const each of this.#isHeld ? [] : all) {
      const offset = startAt === undefined ? each.offset : startAt(each.topic, each.partition);
      if (offset === undefined) continue;
      fetched.push({ ...each, offset });
      forwardRecords(handle, each.topic, each.partition, records);
    }
    this.#fetched = this.#isIncremental ? [...this.#fetched, ...fetched] : fetched;
    this.#call('incrementalAssign', fetched);
  }

  #unfetch(partitions: readonly TopicPartition[]): void {
    const isGone = among(partitions);
    const gone = this.#isIncremental ? this.#fetched.filter(isGone) : [];
    this.#fetched = this.#fetched.filter((each) => !isGone(each));
    this.#call('incrementalUnassign', this.#isIncremental ? gone : this.#fetched);
  }

  get #isIncremental(): boolean {
    return this.#rd.rebalanceProtocol(this.#options.handle) === COOPERATIVE;
  }

  /** @param partitions that are added or removed; by the eager protocol all that are fetched from now on. */
  #call(incremental: 'incrementalAssign' | 'incrementalUnassign', partitions: readonly TopicPartition[]): void {
    const { handle } = this.#options;
    const list = listPartitions(partitions);
    let code: number;
    if (this.#isIncremental) {
      const error: Pointer | null = this.#rd[incremental](handle, list);
      code = error === null ? 0 : this.#rd.errorCode(error);
      if (error !== null) this.#rd.errorDestroy(error);
    } else code = this.#rd.assign(handle, list);
    this.#rd.partitionListDestroy(list);
    this.#check(code);
  }

  #check(code: number): void {
    if (code !== 0) this.#options.onLog({ level: 3, facility: 'REBALANCE', message: this.#rd.errorText(code) });
  }

  /** When no partition is waited with any more. */
  async idle(): Promise<void> {
    await this.#revoking;
  }

  close(): void {
    this.#rd.queueDestroy(this.queue);
  }
}

/** Whether a partition is one of these. */
function among(partitions: readonly TopicPartition[]): (each: TopicPartition) => boolean {
  const keys = new Set(partitions.map(({ topic, partition }) => `${topic} ${partition}`));
  return ({ topic, partition }) => keys.has(`${topic} ${partition}`);
}

/** Before the partition is assigned: its records come by `into`, and not with the group's events. */
function forwardRecords(handle: Pointer, topic: string, partition: number, into: Pointer): void {
  const rd = librdkafka();
  const queue: Pointer = rd.queuePartition(handle, topic, partition);
  rd.queueForward(queue, into);
  rd.queueDestroy(queue);
}
