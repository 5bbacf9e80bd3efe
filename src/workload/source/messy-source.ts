/**
 * A record source whose records are partly made wrong on purpose. The source within prepares the batch; what is messy
 * is then changed in its slots, with bytes of their own in the spare room at the end of the same arena.
 */
import type { RecordGenerator } from '../definition.ts';
import type { Fate, Fates, Malformation } from '../mess.ts';
import type { RecordBatch, RecordSource } from './record-source.ts';

/** A source that lends itself to that. */
export interface MendableSource extends RecordSource {
  /** Gives slot j, until the next batch, the key of another record. */
  rekey(slot: number, body: number, index: number): void;
}

export interface MessOptions {
  readonly fates: Fates;
  readonly generator: RecordGenerator;
  /** Bytes at the end of the payload arena that the source leaves alone: a batch of the longest records. */
  readonly spareBytes: number;
  readonly bodyOf: (index: number) => number;
  /** Time of an earlier record; absent where nobody knows it (a closed loop without a schedule). */
  readonly dueMs?: ((index: number) => number) | undefined;
}

export class MessySource implements RecordSource {
  readonly records: RecordBatch;
  readonly batchMax: number;
  readonly #source: MendableSource;
  readonly #options: MessOptions;
  /** Of the batch: slots that are messy, and how. */
  readonly #slots: Int32Array;
  readonly #fates: Fate[] = [];
  #spareAt = 0;

  constructor(source: MendableSource, options: MessOptions) {
    this.records = source.records;
    this.batchMax = source.batchMax;
    this.#source = source;
    this.#options = options;
    this.#slots = new Int32Array(source.batchMax);
  }

  prepare(first: number, step: number, n: number, timestampMs: Float64Array): void {
    const messy = this.#drawFates(first, step, n, timestampMs);
    this.#source.prepare(first, step, n, timestampMs);
    const { payload, payloadLength } = this.records;
    this.#spareAt = payload.length - this.#options.spareBytes;
    for (let m = 0; m < messy; m++) {
      const slot = this.#slots[m]!;
      const fate = this.#fates[m]!;
      if (fate.kind === 'tombstone') payloadLength[slot] = -1;
      else if (fate.kind === 'duplicate') this.#repeat(slot, fate.original, timestampMs[slot]!);
      else if (fate.kind === 'malformed') this.#spoil(slot, first + slot * step, fate.how);
    }
  }

  /** How many records of the batch are messy. Their times are set before they are written. */
  #drawFates(first: number, step: number, n: number, timestampMs: Float64Array): number {
    const { fates, dueMs } = this.#options;
    let messy = 0;
    for (let j = 0; j < n; j++) {
      const fate = fates.of(first + j * step);
      if (fate === undefined) continue;
      this.#slots[messy] = j;
      this.#fates[messy] = fate;
      messy += 1;
      if (fate.kind === 'late') timestampMs[j]! -= fate.lateMs;
      else if (fate.kind === 'duplicate' && dueMs !== undefined) timestampMs[j] = dueMs(fate.original);
    }
    return messy;
  }

  #repeat(slot: number, original: number, timestampMs: number): void {
    const { generator, bodyOf } = this.#options;
    const { payload, payloadOffset, payloadLength } = this.records;
    const at = this.#spareAt;
    const body = bodyOf(original);
    this.#spareAt = generator.write(payload, at, body, original, timestampMs);
    payloadOffset[slot] = at;
    payloadLength[slot] = this.#spareAt - at;
    this.#source.rekey(slot, body, original);
  }

  /** On a copy: a pooled record is used again. */
  #spoil(slot: number, index: number, how: Malformation): void {
    const { payload, payloadOffset, payloadLength } = this.records;
    const at = this.#spareAt;
    const from = payloadOffset[slot]!;
    const length = payloadLength[slot]!;
    payload.copyWithin(at, from, from + length);
    this.#spareAt = at + length;
    payloadOffset[slot] = at;
    payloadLength[slot] = this.#options.fates.spoil(payload, at, length, index, how);
  }
}
