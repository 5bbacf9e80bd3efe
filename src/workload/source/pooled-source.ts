/**
 * Records encoded once and reused: message i is pool record i mod P with its id, mark and time stamped in place. Worker
 * w of W uses only the records (w + k·W) mod P, k = 0 … P / gcd(P, W) - 1. Its arena holds them in this order, so that
 * a batch is a sequential pass through memory.
 */
import type { RecordGenerator } from '../definition.ts';
import { INDEX_MAX, type Stamp, TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from '../encoding/stamp.ts';
import { greatestCommonDivisor } from '../weights.ts';
import type { RekeyableSource } from './anomalous-source.ts';
import { flatMemory, type KeySlots } from './key-slots.ts';
import type { RecordBatch } from './record-source.ts';

/** The part of a pool that one worker uses. */
export class PoolShare {
  /** Records in the arena: at least a batch, or a record would be stamped twice before it is sent. */
  readonly entries: number;
  readonly #poolSize: number;
  readonly #worker: number;
  readonly #workers: number;

  constructor(poolSize: number, worker: number, workers: number, batchMax: number) {
    const distinct = poolSize / greatestCommonDivisor(poolSize, workers);
    this.entries = distinct * Math.ceil(batchMax / distinct);
    this.#poolSize = poolSize;
    this.#worker = worker;
    this.#workers = workers;
  }

  /** Pool record of arena entry k. */
  bodyOf(entry: number): number {
    return (this.#worker + entry * this.#workers) % this.#poolSize;
  }

  /** Arena entry of one of the worker's messages, by index. */
  entryOf(index: number): number {
    const local = (index - this.#worker) / this.#workers;
    if (!Number.isInteger(local)) throw new Error(`index ${index} is not one of worker ${this.#worker}`);
    return local % this.entries;
  }
}

/**
 * Keys of a pooled source: stored per arena entry, or drawn for each message of the batch; null: no keys. Stored keys
 * may have extra slots, one per message of a batch, for `rekey`.
 */
export type PooledKeys =
  | { readonly of: 'body'; readonly entries: KeySlots; readonly slots: KeySlots }
  | { readonly of: 'index' | 'none'; readonly slots: KeySlots };

export class PooledSource implements RekeyableSource {
  readonly records: RecordBatch;
  readonly batchMax: number;
  readonly #share: PoolShare;
  readonly #stepWanted: number;
  readonly #arena: Arena;
  readonly #stamps: readonly Stamp[];
  readonly #keys: PooledKeys;
  readonly #index: Float64Array;

  /** @param spareBytes reserved at the end of the payload arena. */
  constructor(
    generator: RecordGenerator,
    keys: PooledKeys,
    share: PoolShare,
    { workers, batchMax, spareBytes }: { workers: number; batchMax: number; spareBytes: number },
  ) {
    const arena = encodeArena(generator, share, spareBytes);
    this.records = {
      payload: arena.payload,
      payloadOffset: new Int32Array(batchMax),
      payloadLength: new Int32Array(batchMax),
      key: keys.of === 'body' ? keys.entries.key : keys.slots.key,
      keyOffset: keys.slots.keyOffset,
      keyLength: keys.slots.keyLength,
      partition: keys.slots.partition,
    };
    this.batchMax = batchMax;
    this.#share = share;
    this.#stepWanted = workers;
    this.#arena = arena;
    this.#stamps = generator.stamps;
    this.#keys = keys;
    this.#index = new Float64Array(batchMax);
    if (keys.of === 'body') for (let k = 0; k < share.entries; k++) keys.entries.write(k, share.bodyOf(k));
  }

  prepare(first: number, step: number, n: number, timestampMs: Float64Array): void {
    if (step !== this.#stepWanted || n > this.batchMax) throw new Error(`step ${step}, batch ${n}: not this source's`);
    for (let j = 0; j < n; j++) this.#index[j] = first + j * step;
    const entry = this.#share.entryOf(first);
    const head = Math.min(n, this.#share.entries - entry);
    this.#fill(entry, 0, head, timestampMs);
    if (head < n) this.#fill(0, head, n - head, timestampMs);
    if (this.#keys.of === 'index') for (let j = 0; j < n; j++) this.#keys.slots.write(j, first + j * step);
  }

  rekey(slot: number, body: number, index: number): void {
    const keys = this.#keys;
    if (keys.of === 'index') keys.slots.write(slot, index);
    if (keys.of !== 'body') return;
    const entry = this.#share.entries + slot;
    keys.entries.write(entry, body);
    this.#fillKeys(keys.entries, entry, slot, 1);
  }

  /** Arena entries `entry` … become slots `slot` …, n of them. */
  #fill(entry: number, slot: number, n: number, timestampMs: Float64Array): void {
    const { payload, payloadOffset, payloadLength } = this.records;
    const { offset, length, stampAt } = this.#arena;
    for (let j = 0; j < n; j++) {
      payloadOffset[slot + j] = offset[entry + j]!;
      payloadLength[slot + j] = length[entry + j]!;
    }
    for (let s = 0; s < stampAt.length; s++) {
      const stamp = this.#stamps[s]!;
      stamp.writeRun(payload, stampAt[s]!, entry, stamp.of === 'index' ? this.#index : timestampMs, slot, n);
    }
    if (this.#keys.of === 'body') this.#fillKeys(this.#keys.entries, entry, slot, n);
  }

  #fillKeys(entries: KeySlots, entry: number, slot: number, n: number): void {
    const { keyOffset, keyLength, partition } = this.records;
    for (let j = 0; j < n; j++) {
      keyOffset[slot + j] = entries.keyOffset[entry + j]!;
      keyLength[slot + j] = entries.keyLength[entry + j]!;
      partition[slot + j] = entries.partition[entry + j]!;
    }
  }
}

interface Arena {
  readonly payload: Uint8Array;
  /** Bytes in use. */
  readonly bytes: number;
  readonly offset: Int32Array;
  readonly length: Int32Array;
  /** By stamp: its position in each entry. */
  readonly stampAt: readonly Int32Array[];
}

/** Encodes every entry of the share and finds the stamps in it. */
function encodeArena(generator: RecordGenerator, share: PoolShare, spareBytes: number): Arena {
  const { entries } = share;
  const low = Buffer.alloc(generator.bytesMax);
  const high = Buffer.alloc(generator.bytesMax);
  const offset = new Int32Array(entries);
  const length = new Int32Array(entries);
  let bytes = 0;
  for (let k = 0; k < entries; k++) {
    offset[k] = bytes;
    length[k] = generator.write(low, 0, share.bodyOf(k), 0, TIMESTAMP_MIN_MS);
    bytes += length[k]!;
  }
  // Stamps that a record lacks write to scratch space behind all records.
  const nowhere = bytes + spareBytes;
  const widest = Math.max(0, ...generator.stamps.map(({ width }) => width));
  const payload = flatMemory(nowhere + widest * generator.stamps.length);
  const stampAt = generator.stamps.map((_, s) => new Int32Array(entries).fill(nowhere + s * widest));
  for (let k = 0; k < entries; k++) {
    const body = share.bodyOf(k);
    const lowBytes = low.subarray(0, generator.write(low, 0, body, 0, TIMESTAMP_MIN_MS));
    const highBytes = high.subarray(0, generator.write(high, 0, body, INDEX_MAX, TIMESTAMP_MAX_MS));
    const found = findStamps(generator.stamps, lowBytes, highBytes);
    for (let s = 0; s < found.length; s++) if (found[s]! >= 0) stampAt[s]![k] = offset[k]! + found[s]!;
    payload.set(lowBytes, offset[k]!);
  }
  return { payload, bytes, offset, length, stampAt };
}

/**
 * Finds each stamp's position by comparing the record at the lowest and the highest index and time: the position holds
 * the low value in one and the high value in the other. Stamping the first must then reproduce the second exactly.
 * Repeated stamps take successive positions; -1 if none is left.
 */
export function findStamps(stamps: readonly Stamp[], low: Buffer, high: Buffer): readonly number[] {
  const stamped = Buffer.from(low);
  const taken = new Uint8Array(low.length);
  const places = stamps.map((stamp) => {
    const [lowStamp, highStamp] = [Buffer.alloc(stamp.width), Buffer.alloc(stamp.width)];
    stamp.write(lowStamp, 0, stamp.of === 'index' ? 0 : TIMESTAMP_MIN_MS);
    stamp.write(highStamp, 0, stamp.of === 'index' ? INDEX_MAX : TIMESTAMP_MAX_MS);
    const isThere = (at: number): boolean =>
      high.subarray(at, at + stamp.width).equals(highStamp) && !taken.subarray(at, at + stamp.width).includes(1);
    let at = low.indexOf(lowStamp);
    while (at >= 0 && !isThere(at)) at = low.indexOf(lowStamp, at + 1);
    if (at < 0) return at;
    highStamp.copy(stamped, at);
    taken.fill(1, at, at + stamp.width);
    return at;
  });
  if (!stamped.equals(high)) throw new Error('a record differs between two uses in more than its stamps');
  return places;
}
