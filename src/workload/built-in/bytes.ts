/**
 * Plain bytes for benchmarks of the pipe itself: a size, how far it can be compressed, and the mark in its first 16
 * bytes. A record is mark | random bytes | filler; `entropy` is the random share of what follows the mark.
 */

import type { RecordGenerator, RecordIdentity, WorkloadDefinition } from '../definition.ts';
import { binaryMarkHead, MARK_BYTES, MARK_INDEX_AT, parseBinaryMark } from '../encoding/mark.ts';
import { binaryIndex, type Stamp } from '../encoding/stamp.ts';
import { CounterRng } from '../random.ts';
import type { RecordPlan } from '../record-plan.ts';
import { type Uniform, uniform01 } from '../weights.ts';

export const SIZE_MAX = 10 * 1024 * 1024;

export interface BytesParams {
  readonly size: number;
  readonly sizeMax: number;
  readonly sizeDistribution: 'uniform' | 'lognormal';
  readonly entropy: number;
}

export const bytesDefaults: BytesParams = { size: 200, sizeMax: 0, sizeDistribution: 'uniform', entropy: 1 };

export const bytes: WorkloadDefinition = {
  name: 'bytes',
  description: 'plain bytes of a chosen size and compressibility',
  fieldNames: [],
  keyFields: [],
  weightedFields: {},
  explain: {
    size: '`size`, or drawn by `sizeDistribution` between `size` and `sizeMax`',
    mark: 'the first 16 bytes: run tag, scenario tag and index',
    payload: 'mark, then random bytes (the share `entropy` of the rest), then full stops',
  },
  avroSchema: null,
  defaultKey: { kind: 'none' },
  defaultTopic: 'load-bytes',
  readMark: parseBinaryMark,
  open: (record, identity) => new BytesRecords(record, identity, { ...bytesDefaults, ...record.params }),
};

class BytesRecords implements RecordGenerator {
  readonly bytesMax: number;
  readonly keyBytesMax = 0;
  readonly weightsDenominator = 1;
  readonly marked: boolean;
  readonly stamps: readonly Stamp[];

  readonly #sizeOf: (body: number) => number;
  readonly #entropy: number;
  readonly #markHead: Uint8Array;
  readonly #content: CounterRng;
  readonly #wordsMax: number;

  constructor(record: RecordPlan, { seed, scenario, runTag }: RecordIdentity, given: BytesParams) {
    const largest = Math.max(given.size, given.sizeMax);
    this.bytesMax = largest;
    // Marked all or none: of records with a mark in some of them nothing could be proved.
    this.marked = record.mark === 'auto' && given.size >= MARK_BYTES;
    this.stamps = this.marked ? [binaryIndex] : [];
    this.#markHead = this.marked ? binaryMarkHead(runTag, scenario) : new Uint8Array(0);
    this.#sizeOf = sizes(
      given.size,
      largest,
      given.sizeDistribution,
      uniform01(seed, scenario, 'size', record.poolSize),
    );
    this.#entropy = given.entropy;
    this.#content = new CounterRng(seed, scenario, 'content');
    this.#wordsMax = Math.ceil(largest / 4);
  }

  write(into: Uint8Array, start: number, body: number, index: number, _timestampMs: number): number {
    const end = start + this.#sizeOf(body);
    let at = start;
    if (this.marked) {
      const head = this.#markHead;
      for (let i = 0; i < head.length; i++) into[at + i] = head[i]!;
      binaryIndex.write(into, at + MARK_INDEX_AT, index);
      at += MARK_BYTES;
    }
    const randomEnd = at + Math.round((end - at) * this.#entropy);
    let word = body * this.#wordsMax;
    for (; at + 4 <= randomEnd; at += 4) {
      const draw = this.#content.u32(word++);
      into[at] = draw;
      into[at + 1] = draw >>> 8;
      into[at + 2] = draw >>> 16;
      into[at + 3] = draw >>> 24;
    }
    for (let draw = this.#content.u32(word); at < randomEnd; draw >>>= 8) into[at++] = draw;
    if (at < end) into.fill(0x2e, at, end);
    return end;
  }

  writeKey(): number {
    throw new Error('bytes records have no fields');
  }

  generate(body: number, index: number, timestampMs: number): Record<string, unknown> {
    const record = new Uint8Array(this.bytesMax);
    const payload = record.subarray(0, this.write(record, 0, body, index, timestampMs));
    const mark = this.marked ? { mark: parseBinaryMark(payload) } : {};
    return { size: payload.length, ...mark, payload: Buffer.from(payload).toString('base64') };
  }
}

/** Standard deviations between the median and either end of a log-normal: 99 % lie inside, the rest is cut to the ends. */
const LOGNORMAL_REACH = 2.576;

function sizes(
  min: number,
  max: number,
  distribution: 'uniform' | 'lognormal',
  uniform: Uniform,
): (body: number) => number {
  if (min === max) return () => min;
  if (distribution === 'uniform') return (body) => min + Math.floor(uniform.uniform(body) * (max - min + 1));
  const median = Math.sqrt(min * max);
  const sigma = Math.log(max / median) / LOGNORMAL_REACH;
  return (body) => {
    const size = Math.round(median * Math.exp(sigma * standardNormal(uniform.uniform(body))));
    return Math.min(max, Math.max(min, size));
  };
}

/**
 * The standard normal quantile of `p`, to 4.5e-4 (Abramowitz and Stegun, Handbook of Mathematical Functions,
 * 26.2.23): far finer than a whole byte of a size needs.
 */
function standardNormal(p: number): number {
  const tail = Math.max(Math.min(p, 1 - p), 2 ** -53);
  const t = Math.sqrt(-2 * Math.log(tail));
  const x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return p < 0.5 ? -x : x;
}
