/**
 * What lanes with batches of one size lay them out in: all of them in the same memory, which stays in the cache. A lane
 * keeps its layout only while the client's full queue makes it hold messages back.
 */
import { MessageBatch } from '../transport/message-batch.ts';
import { BatchGroups } from './batch-groups.ts';

/** The one for batches of a size, the same for every lane of a worker. */
export type BatchMemories = (batchMax: number) => BatchMemory;

export function batchMemories(): BatchMemories {
  const bySize = new Map<number, BatchMemory>();
  return (batchMax) => {
    const memory = bySize.get(batchMax) ?? new BatchMemory(batchMax);
    bySize.set(batchMax, memory);
    return memory;
  };
}

export class BatchMemory {
  readonly batchMax: number;
  /** Of the messages that are looked at. */
  readonly dueNs: Float64Array;
  readonly #free: BatchLayout[] = [];

  constructor(batchMax: number) {
    this.batchMax = batchMax;
    this.dueNs = new Float64Array(batchMax);
  }

  take(): BatchLayout {
    return this.#free.pop() ?? new BatchLayout(this.batchMax);
  }

  give(layout: BatchLayout): void {
    this.#free.push(layout);
  }
}

/** One batch: of each message in their order, and of each place, those of a topic's partition side by side. */
export class BatchLayout {
  readonly slots: Int32Array;
  readonly timestampMs: Float64Array;
  readonly topic: Int32Array;
  readonly groups: BatchGroups;
  readonly batch: MessageBatch;
  readonly placeTopic: Int32Array;
  readonly placePartition: Int32Array;
  readonly placeTimestampMs: Float64Array;
  readonly placeIndex: Float64Array;

  constructor(batchMax: number) {
    this.slots = new Int32Array(batchMax);
    this.timestampMs = new Float64Array(batchMax);
    this.topic = new Int32Array(batchMax);
    this.groups = new BatchGroups(batchMax);
    this.batch = new MessageBatch(batchMax);
    this.placeTopic = new Int32Array(batchMax);
    this.placePartition = new Int32Array(batchMax);
    this.placeTimestampMs = new Float64Array(batchMax);
    this.placeIndex = new Float64Array(batchMax);
  }

  /** Place `from` takes over what stands in place `to`. */
  move(from: number, to: number): void {
    if (from === to) return;
    this.batch.copy(from, to);
    this.placeTopic[to] = this.placeTopic[from]!;
    this.placePartition[to] = this.placePartition[from]!;
    this.placeTimestampMs[to] = this.placeTimestampMs[from]!;
    this.placeIndex[to] = this.placeIndex[from]!;
  }
}
