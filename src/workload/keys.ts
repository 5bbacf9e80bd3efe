/** The key of record i: one of its fields, one drawn from a set of `key-<n>`, or none. */

import type { KeyWriter, RecordGenerator, RecordIdentity } from './definition.ts';
import { writeInteger } from './encoding/digits.ts';
import { CounterRng } from './random.ts';
import type { KeySpec } from './record-plan.ts';

const PREFIX = new TextEncoder().encode('key-');
/** Digits of the largest key number: a profile allows 2^31 - 1 keys, the limit of the digit writer. */
const NUMBER_DIGITS_MAX = 10;

/** The scenario's key writer, or null for records without keys. */
export function openKey(spec: KeySpec, generator: RecordGenerator, identity: RecordIdentity): KeyWriter | null {
  switch (spec.kind) {
    case 'none':
      return null;
    case 'field':
      return {
        of: generator.keyOf ?? 'body',
        bytesMax: generator.keyBytesMax,
        write: (into, at, bodyOrIndex) => generator.writeKey(into, at, bodyOrIndex),
      };
    case 'uniform': {
      const rng = new CounterRng(identity.seed, identity.scenario, 'key');
      return numberedKey((index) => rng.below(index, spec.cardinality));
    }
    case 'zipf': {
      const zipf = new Zipf(spec.cardinality, spec.exponent, identity);
      return numberedKey((index) => zipf.rank(index) - 1);
    }
    case 'hotspot': {
      const rng = new CounterRng(identity.seed, identity.scenario, 'key');
      return numberedKey((index) => hotspotKey(spec, rng.uniform(index)));
    }
    case 'sequential':
      return numberedKey((index) => index % spec.cardinality);
  }
}

function numberedKey(draw: (index: number) => number): KeyWriter {
  return {
    of: 'index',
    bytesMax: PREFIX.length + NUMBER_DIGITS_MAX,
    write(into, at, index) {
      for (let i = 0; i < PREFIX.length; i++) into[at + i] = PREFIX[i]!;
      return writeInteger(into, at + PREFIX.length, draw(index));
    },
  };
}

/**
 * Hot keys are 0..hotKeys - 1, as in the hotspot distribution of YCSB (B. F. Cooper et al., "Benchmarking cloud serving
 * systems with YCSB", SoCC 2010). One draw selects both the group and the key in it.
 *
 * @param unit in [0, 1).
 */
function hotspotKey({ cardinality, hotKeys, hotShare }: Extract<KeySpec, { kind: 'hotspot' }>, unit: number): number {
  const coldKeys = cardinality - hotKeys;
  if (coldKeys === 0) return Math.floor(unit * hotKeys);
  // A quotient just below 1 may round up to 1.
  if (unit < hotShare) return Math.min(hotKeys - 1, Math.floor((unit / hotShare) * hotKeys));
  return hotKeys + Math.min(coldKeys - 1, Math.floor(((unit - hotShare) / (1 - hotShare)) * coldKeys));
}

/**
 * Ranks 1..n with probability proportional to rank^-exponent, by rejection-inversion (W. Hörmann, G. Derflinger,
 * "Rejection-inversion to generate variates from monotone discrete distributions", ACM TOMACS 6(3), 1996): no table,
 * so the cardinality costs nothing. Each attempt has its own RNG; the mean is below 1.2 attempts.
 */
export class Zipf {
  readonly #n: number;
  readonly #exponent: number;
  readonly #hStart: number;
  readonly #hEnd: number;
  readonly #shortcut: number;
  readonly #attempts: readonly CounterRng[];

  /** @param purpose separates its draws from those for other things of the same record. */
  constructor(
    cardinality: number,
    exponent: number,
    identity: { readonly seed: number; readonly scenario: string },
    purpose = 'key',
  ) {
    this.#n = cardinality;
    this.#exponent = exponent;
    this.#hStart = this.#hIntegral(1.5) - 1;
    this.#hEnd = this.#hIntegral(cardinality + 0.5);
    this.#shortcut = 2 - this.#hIntegralInverse(this.#hIntegral(2.5) - this.#h(2));
    this.#attempts = Array.from(
      { length: 64 },
      (_, i) => new CounterRng(identity.seed, identity.scenario, purpose, `${i}`),
    );
  }

  rank(index: number): number {
    let rank = 1;
    for (const rng of this.#attempts) {
      const u = this.#hEnd + rng.uniform(index) * (this.#hStart - this.#hEnd);
      const x = this.#hIntegralInverse(u);
      rank = Math.min(this.#n, Math.max(1, Math.floor(x + 0.5)));
      if (rank - x <= this.#shortcut || u >= this.#hIntegral(rank + 0.5) - this.#h(rank)) return rank;
    }
    // Reached with a probability below 0.3^64: never, but a loop must end.
    return rank;
  }

  #h(x: number): number {
    return Math.exp(-this.#exponent * Math.log(x));
  }

  /** ∫ x^-s dx = (x^(1-s) - 1) / (1-s), and its limit log x as s → 1. */
  #hIntegral(x: number): number {
    const log = Math.log(x);
    return expm1Over((1 - this.#exponent) * log) * log;
  }

  #hIntegralInverse(x: number): number {
    const t = Math.max(-1, x * (1 - this.#exponent));
    return Math.exp(log1pOver(t) * x);
  }
}

/** (e^x - 1) / x, numerically stable around 0. */
function expm1Over(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.expm1(x) / x : 1 + x / 2;
}

/** log(1 + x) / x, numerically stable around 0. */
function log1pOver(x: number): number {
  return Math.abs(x) > 1e-8 ? Math.log1p(x) / x : 1 - x / 2;
}
