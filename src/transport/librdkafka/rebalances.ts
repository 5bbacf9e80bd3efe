/**
 * What a group gives to a member and takes from it, by either protocol: all at once (eager) or what changes
 * (cooperative). The records of its partitions come by a queue of their own, so that a rebalance is heard of also by a
 * member that wants no records.
 */
import type { PartitionKeeper } from '../consumer.ts';
import type { LogSink } from '../transport.ts';
import { EVENT } from './client.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { type PartitionOffset, readPartitions } from './partition-list.ts';

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
    const list: Pointer = this.#rd.eventPartitions(event);
    const partitions = readPartitions(list);
    if (this.#rd.eventError(event) === ASSIGN) this.#assign(list, partitions);
    else {
      for (const { partition } of partitions) this.assigned.delete(partition);
      this.#options.onRevoked?.(partitions);
      this.#change('incrementalUnassign', list, null);
    }
  }

  #assign(list: Pointer, partitions: readonly PartitionOffset[]): void {
    const { handle, records, startAt, onAssigned } = this.#options;
    for (const { topic, partition } of partitions) {
      this.assigned.add(partition);
      if (startAt !== undefined) this.#rd.partitionListSetOffset(list, topic, partition, startAt(topic, partition));
      forwardRecords(handle, topic, partition, records);
    }
    this.#change('incrementalAssign', list, list);
    onAssigned?.(partitions);
  }

  #change(incremental: 'incrementalAssign' | 'incrementalUnassign', list: Pointer, all: Pointer | null): void {
    const { handle, onLog } = this.#options;
    let code: number;
    if (this.#rd.rebalanceProtocol(handle) === COOPERATIVE) {
      const error: Pointer | null = this.#rd[incremental](handle, list);
      code = error === null ? 0 : this.#rd.errorCode(error);
      if (error !== null) this.#rd.errorDestroy(error);
    } else code = this.#rd.assign(handle, all);
    if (code !== 0) onLog({ level: 3, facility: 'REBALANCE', message: this.#rd.errorText(code) });
  }

  /** When no partition is waited with any more. */
  async idle(): Promise<void> {
    await this.#revoking;
  }

  close(): void {
    this.#rd.queueDestroy(this.queue);
  }
}

/** Before the partition is assigned: its records come by `into`, and not with the group's events. */
export function forwardRecords(handle: Pointer, topic: string, partition: number, into: Pointer): void {
  const rd = librdkafka();
  const queue: Pointer = rd.queuePartition(handle, topic, partition);
  rd.queueForward(queue, into);
  rd.queueDestroy(queue);
}
