/** Generates and encodes every record while a batch is prepared: record i has body i. */
import type { RecordGenerator } from '../definition.ts';
import type { RekeyableSource } from './anomalous-source.ts';
import { flatMemory, type KeySlots } from './key-slots.ts';
import type { RecordBatch } from './record-source.ts';

export class FreshSource implements RekeyableSource {
  readonly records: RecordBatch;
  readonly batchMax: number;
  readonly #generator: RecordGenerator;
  readonly #keys: KeySlots;
  readonly #keyed: boolean;

  /** @param spareBytes reserved at the end of the payload arena. */
  constructor(
    generator: RecordGenerator,
    keys: KeySlots,
    keyed: boolean,
    { batchMax, spareBytes }: { batchMax: number; spareBytes: number },
  ) {
    this.records = {
      payload: flatMemory(batchMax * generator.bytesMax + spareBytes),
      payloadOffset: new Int32Array(batchMax),
      payloadLength: new Int32Array(batchMax),
      key: keys.key,
      keyOffset: keys.keyOffset,
      keyLength: keys.keyLength,
      partition: keys.partition,
    };
    this.batchMax = batchMax;
    this.#generator = generator;
    this.#keys = keys;
    this.#keyed = keyed;
  }

  prepare(first: number, step: number, n: number, timestampMs: Float64Array): void {
    const { payload, payloadOffset, payloadLength } = this.records;
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
