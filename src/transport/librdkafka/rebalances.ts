/**
 * What a group gives to a member and takes from it, where the member has a say in when: for incremental rebalances
 * (`cooperative-sticky`) only. The records of its partitions come by a queue of their own, so that a rebalance is heard
 * of also by a member that wants no records.
 */
import type { LogSink } from '../transport.ts';
import { EVENT } from './client.ts';
import { type Librdkafka, librdkafka, type Pointer } from './library.ts';
import { readPartitions } from './partition-list.ts';

/** RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS; the other one is __REVOKE_PARTITIONS. */
const ASSIGN = -175;

export interface RebalanceOptions {
  readonly handle: Pointer;
  /** Where records come. */
  readonly records: Pointer;
  readonly onRevoke: (partitions: readonly number[]) => Promise<void>;
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
      if (isRebalance && this.#rd.eventError(event) !== ASSIGN && this.#rd.assignmentLost(this.#options.handle) === 0) {
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

  async #revoke(event: Pointer): Promise<void> {
    const partitions = readPartitions(this.#rd.eventPartitions(event)).map(({ partition }) => partition);
    this.isRevoking = true;
    try {
      await this.#options.onRevoke(partitions);
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
    const { handle, records, onLog } = this.#options;
    const list: Pointer = this.#rd.eventPartitions(event);
    const partitions = readPartitions(list);
    const isAssigned = this.#rd.eventError(event) === ASSIGN;
    for (const { topic, partition } of partitions) {
      if (!isAssigned) this.assigned.delete(partition);
      else {
        this.assigned.add(partition);
        const queue: Pointer = this.#rd.queuePartition(handle, topic, partition);
        this.#rd.queueForward(queue, records);
        this.#rd.queueDestroy(queue);
      }
    }
    const change = isAssigned ? this.#rd.incrementalAssign : this.#rd.incrementalUnassign;
    const error: Pointer | null = change(handle, list);
    if (error === null) return;
    const message = this.#rd.errorText(this.#rd.errorCode(error));
    this.#rd.errorDestroy(error);
    onLog({ level: 3, facility: 'REBALANCE', message });
  }

  /** When no partition is waited with any more. */
  async close(): Promise<void> {
    await this.#revoking;
    this.#rd.queueDestroy(this.queue);
  }
}
