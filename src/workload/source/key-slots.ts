/** Keys and their partitions in flat memory, one slot per message of a batch or per record of a pool. */

import type { KeyWriter, RecordIdentity } from '../definition.ts';
import { partitionOf } from '../partitioner.ts';
import { CounterRng } from '../random.ts';
import type { Partitioner } from '../record-plan.ts';

export interface Placement {
  readonly partitioner: Partitioner;
  readonly partitions: number;
}

export class KeySlots {
  readonly key: Uint8Array;
  readonly keyOffset: Int32Array;
  readonly keyLength: Int32Array;
  readonly partition: Int32Array;
  readonly #writer: KeyWriter | null;
  readonly #placement: Placement;
  readonly #places: CounterRng;

  /** Without a writer every key is null. */
  constructor(writer: KeyWriter | null, slots: number, placement: Placement, identity: RecordIdentity) {
    const bytesMax = writer?.bytesMax ?? 0;
    this.key = flatMemory(slots * bytesMax);
    this.keyOffset = new Int32Array(slots).map((_, slot) => slot * bytesMax);
    this.keyLength = new Int32Array(slots).fill(-1);
    this.#writer = writer;
    this.#placement = placement;
    this.partition = new Int32Array(slots).fill(this.#partitionOf(0, -1));
    this.#places = new CounterRng(identity.seed, identity.scenario, 'partition');
  }

  /** Fills a slot with the key of this body or index, whichever the writer takes. */
  write(slot: number, bodyOrIndex: number): void {
    const at = this.keyOffset[slot]!;
    const end = this.#writer!.write(this.key, at, bodyOrIndex);
    const length = end < 0 ? -1 : end - at;
    this.keyLength[slot] = length;
    // `random` draws per record with a key, and uses a sticky partition for null keys.
    const draws = length >= 0 && this.#placement.partitioner === 'random';
    this.partition[slot] = draws
      ? this.#places.below(bodyOrIndex, this.#placement.partitions)
      : this.#partitionOf(at, length);
  }

  #partitionOf(at: number, length: number): number {
    const { partitioner, partitions } = this.#placement;
    return partitionOf(partitioner, this.key, at, length, partitions);
  }
}

/** Memory outside V8's heap with a fixed address; V8 keeps small typed arrays on its heap. */
export function flatMemory(bytes: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(Math.max(bytes, 8)));
}
