/**
 * Which records of a scenario are made wrong on purpose, and how: a pure function of (seed, scenario, index), the same
 * for the worker that sends a record, for a sample of it and for whoever scores what a job made of it.
 */
import type { RecordPlan } from '../plan/plan.ts';
import type { MessSpec } from '../profile/profile.ts';
import { formatCount, formatDuration, NS_PER_MS } from '../units.ts';
import { WIRE_HEADER_BYTES } from './encoding/avro.ts';
import { CounterRng } from './random.ts';

/** A messy record is of exactly one kind. */
export type Fate =
  /** It has its key and no value. */
  | { readonly kind: 'tombstone' }
  /** It has the key, the value, mark included, and the time of an earlier record, which is not messy itself. */
  | { readonly kind: 'duplicate'; readonly original: number }
  /** Its time is this much before it was due. */
  | { readonly kind: 'late'; readonly lateMs: number }
  /** Its value cannot be decoded. */
  | { readonly kind: 'malformed'; readonly how: Malformation };

/**
 * `truncated`: its last bytes are missing, one at least. `magic-byte`: it begins as nothing of a schema registry does.
 * `schema-id`: no registry has a schema of its id.
 */
export type Malformation = 'truncated' | 'magic-byte' | 'schema-id';

/** JSON has no header that could be wrong. */
const MALFORMATIONS: Readonly<Record<RecordPlan['format'], readonly Malformation[]>> = {
  avro: ['truncated', 'magic-byte', 'schema-id'],
  json: ['truncated'],
};

/** Confluent's is 0, or 1 where the id stands in a header. */
const WRONG_MAGIC_BYTE = 0xff;
/** 2^31 - 1, big-endian: registries count from 1, and never come to the last of the positive ids. */
const UNKNOWN_SCHEMA_ID = [0x7f, 0xff, 0xff, 0xff];

/** An original is drawn anew when it is messy itself: at a total rate of 0.1 the last try is reached once in 10^16. */
const ORIGINAL_TRIES = 16;

/** The shares in words: `1 % tombstones, 2 % late by 5m`. */
export function describeMess({ tombstones, duplicates, late, malformed }: MessSpec): string {
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

const TOMBSTONE: Fate = { kind: 'tombstone' };

export class Fates {
  readonly #mess: MessSpec;
  readonly #format: RecordPlan['format'];
  readonly #kinds: CounterRng;
  readonly #detail: CounterRng;
  readonly #cuts: CounterRng;
  readonly #tries: readonly CounterRng[];
  /** Ends of the kinds' shares of [0, 1), in the order of `Fate`. */
  readonly #ends: readonly [number, number, number, number];

  constructor(
    mess: MessSpec,
    format: RecordPlan['format'],
    identity: { readonly seed: number; readonly scenario: string },
  ) {
    const { seed, scenario } = identity;
    const { tombstones, duplicates, late, malformed } = mess;
    this.#mess = mess;
    this.#format = format;
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

  /** Undefined for a record as it should be. */
  of(index: number): Fate | undefined {
    const draw = this.#kinds.uniform(index);
    const [tombstones, duplicates, late, malformed] = this.#ends;
    if (draw >= malformed) return undefined;
    if (draw < tombstones) return TOMBSTONE;
    if (draw < duplicates) return this.#duplicate(index);
    if (draw < late) return { kind: 'late', lateMs: this.#lateMs(index) };
    return { kind: 'malformed', how: this.#malformation(index) };
  }

  /** Spoils the value of `length` bytes that stands at `at`; returns how long it is then. */
  spoil(value: Uint8Array, at: number, length: number, index: number, how: Malformation): number {
    if (how === 'truncated') return this.#truncatedLength(index, length);
    if (how === 'magic-byte') value[at] = WRONG_MAGIC_BYTE;
    else value.set(UNKNOWN_SCHEMA_ID, at + 1);
    return length;
  }

  /** Where all that could be repeated is messy itself, as before the first record, it is a record as any other. */
  #duplicate(index: number): Fate | undefined {
    const within = Math.min(this.#mess.duplicates.within, index);
    if (within === 0) return undefined;
    for (const tries of this.#tries) {
      const original = index - 1 - tries.below(index, within);
      if (this.#kinds.uniform(original) >= this.#ends[3]) return { kind: 'duplicate', original };
    }
    return undefined;
  }

  /** A byte is left at least, of Avro the header and a byte. */
  #truncatedLength(index: number, length: number): number {
    const min = this.#format === 'avro' ? WIRE_HEADER_BYTES + 1 : 1;
    return length <= min ? length - 1 : min + this.#cuts.below(index, length - min);
  }

  #lateMs(index: number): number {
    const { minMs, maxMs } = this.#mess.late;
    return minMs + this.#detail.below(index, maxMs - minMs + 1);
  }

  #malformation(index: number): Malformation {
    const kinds = MALFORMATIONS[this.#format];
    return kinds[this.#detail.below(index, kinds.length)]!;
  }
}
