/**
 * Anomalies: which records of a scenario are deliberately wrong, and how. A pure function of (seed, scenario, index),
 * so that workers, samples and the ground truth agree.
 */

import { formatCount, formatDuration, NS_PER_MS } from '../units.ts';
import { WIRE_HEADER_BYTES } from './encoding/avro.ts';
import { CounterRng } from './random.ts';
import type { AnomaliesSpec, RecordPlan } from './record-plan.ts';

/** An anomalous record has exactly one kind. */
export type Anomaly =
  /** A key with a null value. */
  | { readonly kind: 'tombstone' }
  /** Key, value (mark included) and time of an earlier record that is not anomalous itself. */
  | { readonly kind: 'duplicate'; readonly original: number }
  /** Its timestamp is `lateMs` before its due time. */
  | { readonly kind: 'late'; readonly lateMs: number }
  /** Its value cannot be decoded. */
  | { readonly kind: 'malformed'; readonly how: Malformation };

/**
 * `truncated`: the last bytes are missing. `magic-byte`: not the Confluent wire format. `schema-id`: an id that no
 * registry assigns.
 */
export type Malformation = 'truncated' | 'magic-byte' | 'schema-id';

/** JSON has no header. */
const MALFORMATIONS: Readonly<Record<RecordPlan['format'], readonly Malformation[]>> = {
  avro: ['truncated', 'magic-byte', 'schema-id'],
  json: ['truncated'],
};

/** Confluent uses 0, or 1 if the id is in a header. */
const WRONG_MAGIC_BYTE = 0xff;
/** 2^31 - 1, big-endian: registries assign ids from 1 upwards. */
const UNKNOWN_SCHEMA_ID = [0x7f, 0xff, 0xff, 0xff];

/** Anomalous originals are redrawn: at a total rate of 0.1, all tries fail once in 10^16. */
const ORIGINAL_TRIES = 16;

/** `1 % tombstones, 2 % late by 5m` */
export function describeAnomalies({ tombstones, duplicates, late, malformed }: AnomaliesSpec): string {
  const min = formatDuration(late.minMs * NS_PER_MS);
  const by = late.minMs === late.maxMs ? min : `${min} to ${formatDuration(late.maxMs * NS_PER_MS)}`;
  const kinds: [number, string][] = [
    [tombstones, 'tombstones'],
    [duplicates.rate, `duplicates of one of the ${formatCount(duplicates.within)} before`],
    [late.rate, `late by ${by}`],
    [malformed, 'malformed'],
  ];
  const shares = kinds.filter(([rate]) => rate > 0);
  return shares.map(([rate, what]) => `${formatCount(rate * 100, 4)} % ${what}`).join(', ');
}

const TOMBSTONE: Anomaly = { kind: 'tombstone' };

export class Anomalies {
  readonly #spec: AnomaliesSpec;
  readonly #format: RecordPlan['format'];
  readonly #kinds: CounterRng;
  readonly #detail: CounterRng;
  readonly #cuts: CounterRng;
  readonly #tries: readonly CounterRng[];
  /** Upper bounds of the kinds' shares of [0, 1), in the order of `Anomaly`. */
  readonly #ends: readonly [number, number, number, number];

  constructor(
    spec: AnomaliesSpec,
    format: RecordPlan['format'],
    identity: { readonly seed: number; readonly scenario: string },
  ) {
    const { seed, scenario } = identity;
    const { tombstones, duplicates, late, malformed } = spec;
    this.#spec = spec;
    this.#format = format;
    // Renaming a generator would change the records of every seed.
    this.#kinds = new CounterRng(seed, scenario, 'mess');
    this.#detail = new CounterRng(seed, scenario, 'mess', 'detail');
    this.#cuts = new CounterRng(seed, scenario, 'mess', 'cut');
    this.#tries = Array.from(
      { length: ORIGINAL_TRIES },
      (_, i) => new CounterRng(seed, scenario, 'mess', 'original', `${i}`),
    );
    const duplicatesEnd = tombstones + duplicates.rate;
    const lateEnd = duplicatesEnd + late.rate;
    this.#ends = [tombstones, duplicatesEnd, lateEnd, lateEnd + malformed];
  }

  /** Undefined for a clean record. */
  of(index: number): Anomaly | undefined {
    const draw = this.#kinds.uniform(index);
    const [tombstones, duplicates, late, malformed] = this.#ends;
    if (draw >= malformed) return undefined;
    if (draw < tombstones) return TOMBSTONE;
    if (draw < duplicates) return this.#duplicate(index);
    if (draw < late) return { kind: 'late', lateMs: this.#lateMs(index) };
    return { kind: 'malformed', how: this.#malformation(index) };
  }

  /** Corrupts the value of `length` bytes at `at`; returns its new length. */
  corrupt(value: Uint8Array, at: number, length: number, index: number, how: Malformation): number {
    if (how === 'truncated') return this.#truncatedLength(index, length);
    if (how === 'magic-byte') value[at] = WRONG_MAGIC_BYTE;
    else value.set(UNKNOWN_SCHEMA_ID, at + 1);
    return length;
  }

  /** The record stays clean if there is no clean record to repeat, e.g. at index 0. */
  #duplicate(index: number): Anomaly | undefined {
    const within = Math.min(this.#spec.duplicates.within, index);
    if (within === 0) return undefined;
    for (const tries of this.#tries) {
      const original = index - 1 - tries.below(index, within);
      if (this.#kinds.uniform(original) >= this.#ends[3]) return { kind: 'duplicate', original };
    }
    return undefined;
  }

  /** Leaves at least one byte; in Avro, the header and one byte. */
  #truncatedLength(index: number, length: number): number {
    const min = this.#format === 'avro' ? WIRE_HEADER_BYTES + 1 : 1;
    return length <= min ? length - 1 : min + this.#cuts.below(index, length - min);
  }

  #lateMs(index: number): number {
    const { minMs, maxMs } = this.#spec.late;
    return minMs + this.#detail.below(index, maxMs - minMs + 1);
  }

  #malformation(index: number): Malformation {
    const kinds = MALFORMATIONS[this.#format];
    return kinds[this.#detail.below(index, kinds.length)]!;
  }
}
