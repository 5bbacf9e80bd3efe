/**
 * A record source with anomalies. The inner source prepares a clean batch; anomalous records are then changed in their
 * slots. Their bytes go to the spare room at the end of the same arena.
 */

import type { Anomalies, Anomaly, Malformation } from '../anomalies.ts';
import type { RecordGenerator } from '../definition.ts';
import type { RecordBatch, RecordSource } from './record-source.ts';

/** A source whose slots can take another record's key. */
export interface RekeyableSource extends RecordSource {
  /** Gives a slot the key of another record until the next batch. */
  rekey(slot: number, body: number, index: number): void;
}

export interface AnomalousOptions {
  readonly anomalies: Anomalies;
  readonly generator: RecordGenerator;
  /** Bytes reserved at the end of the payload arena: room for a batch of the longest records. */
  readonly spareBytes: number;
  readonly bodyOf: (index: number) => number;
  /** Time of an earlier record; absent in a closed loop, which has no schedule. */
  readonly dueMs?: ((index: number) => number) | undefined;
}

export class AnomalousSource implements RecordSource {
  readonly records: RecordBatch;
  readonly batchMax: number;
  readonly #source: RekeyableSource;
  readonly #options: AnomalousOptions;
  /** Anomalous slots of the batch, and their anomalies. */
  readonly #slots: Int32Array;
  readonly #drawn: Anomaly[] = [];
  #spareAt = 0;

  constructor(source: RekeyableSource, options: AnomalousOptions) {
    this.records = source.records;
    this.batchMax = source.batchMax;
    this.#source = source;
    this.#options = options;
    this.#slots = new Int32Array(source.batchMax);
  }

  prepare(first: number, step: number, n: number, timestampMs: Float64Array): void {
    const count = this.#draw(first, step, n, timestampMs);
    this.#source.prepare(first, step, n, timestampMs);
    const { payload, payloadLength } = this.records;
    this.#spareAt = payload.length - this.#options.spareBytes;
    for (let m = 0; m < count; m++) {
      const slot = this.#slots[m]!;
      const anomaly = this.#drawn[m]!;
      if (anomaly.kind === 'tombstone') payloadLength[slot] = -1;
      else if (anomaly.kind === 'duplicate') this.#repeat(slot, anomaly.original, timestampMs[slot]!);
      else if (anomaly.kind === 'malformed') this.#corrupt(slot, first + slot * step, anomaly.how);
    }
  }

  /** Returns the number of anomalous records in the batch. Sets their times, which the inner source then writes. */
  #draw(first: number, step: number, n: number, timestampMs: Float64Array): number {
    const { anomalies, dueMs } = this.#options;
    let count = 0;
    for (let j = 0; j < n; j++) {
      const anomaly = anomalies.of(first + j * step);
      if (anomaly === undefined) continue;
      this.#slots[count] = j;
      this.#drawn[count] = anomaly;
      count += 1;
      if (anomaly.kind === 'late') timestampMs[j]! -= anomaly.lateMs;
      else if (anomaly.kind === 'duplicate' && dueMs !== undefined) timestampMs[j] = dueMs(anomaly.original);
    }
    return count;
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

  /** Works on a copy: pooled records are reused. */
  #corrupt(slot: number, index: number, how: Malformation): void {
    const { payload, payloadOffset, payloadLength } = this.records;
    const at = this.#spareAt;
    const from = payloadOffset[slot]!;
    const length = payloadLength[slot]!;
    payload.copyWithin(at, from, from + length);
    this.#spareAt = at + length;
    payloadOffset[slot] = at;
    payloadLength[slot] = this.#options.anomalies.corrupt(payload, at, length, index, how);
  }
}
