/** Records that are generated and encoded one by one while a batch is prepared: record i has body i. */
import type { RecordGenerator } from '../definition.ts';
import { flatMemory, type KeySlots } from './key-slots.ts';
import type { MendableSource } from './messy-source.ts';

export class FreshSource implements MendableSource {
  readonly payload: Uint8Array;
  readonly payloadOffset: Int32Array;
  readonly payloadLength: Int32Array;
  readonly key: Uint8Array;
  readonly keyOffset: Int32Array;
  readonly keyLength: Int32Array;
  readonly partition: Int32Array;
  readonly batchMax: number;
  readonly bytesMean: number;
  readonly #generator: RecordGenerator;
  readonly #keys: KeySlots;
  readonly #keyed: boolean;

  /** @param spareBytes at the end of the payload arena that stay unused. */
  constructor(
    generator: RecordGenerator,
    keys: KeySlots,
    keyed: boolean,
    { batchMax, bytesMean, spareBytes }: { batchMax: number; bytesMean: number; spareBytes: number },
  ) {
    this.payload = flatMemory(batchMax * generator.bytesMax + spareBytes);
    this.payloadOffset = new Int32Array(batchMax);
    this.payloadLength = new Int32Array(batchMax);
    this.key = keys.key;
    this.keyOffset = keys.keyOffset;
    this.keyLength = keys.keyLength;
    this.partition = keys.partition;
    this.batchMax = batchMax;
    this.bytesMean = bytesMean;
    this.#generator = generator;
    this.#keys = keys;
    this.#keyed = keyed;
  }

  prepare(first: number, step: number, n: number, timestampMs: Float64Array): void {
    const { payload, payloadOffset, payloadLength } = this;
    const generator = this.#generator;
    let at = 0;
    for (let j = 0; j < n; j++) {
      const index = first + j * step;
      const end = generator.write(payload, at, index, index, timestampMs[j]!);
      payloadOffset[j] = at;
      payloadLength[j] = end - at;
      at = end;
    }
    if (this.#keyed) for (let j = 0; j < n; j++) this.#keys.write(j, first + j * step);
  }

  rekey(slot: number, _body: number, index: number): void {
    if (this.#keyed) this.#keys.write(slot, index);
  }
}
