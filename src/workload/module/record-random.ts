/** Random values of one record, pure functions of (seed, scenario, name, index). */
import { CounterRng } from '../random.ts';

export class RecordRandom {
  readonly #seed: number;
  readonly #scenario: string;
  readonly #rngs = new Map<string, CounterRng>();
  #index = 0;

  constructor(seed: number, scenario: string) {
    this.#seed = seed;
    this.#scenario = scenario;
  }

  /** Internal: selects the record. */
  seek(index: number): void {
    this.#index = index;
  }

  /** In [0, 1). */
  unit(name: string): number {
    return this.#rng(name).uniform(this.#index);
  }

  /** A whole number from 0 to bound - 1; bound up to 2^32. */
  below(name: string, bound: number): number {
    if (!(bound >= 1 && bound <= 2 ** 32)) throw new RangeError(`below('${name}', ${bound}): the bound is 1 to 2^32`);
    return this.#rng(name).below(this.#index, bound);
  }

  /** One item of a list, uniformly. */
  pick<T>(name: string, list: readonly T[]): T {
    if (list.length === 0) throw new RangeError(`pick('${name}', []): there is nothing to pick from`);
    return list[this.below(name, list.length)]!;
  }

  /** One of the keys, in proportion to its weight. */
  weighted<Key extends string>(name: string, weights: Readonly<Record<Key, number>>): Key {
    let total = 0;
    for (const key in weights) {
      if (!(weights[key] >= 0)) throw new RangeError(`weighted('${name}'): the weight of ${key} is ${weights[key]}`);
      total += weights[key];
    }
    if (!(total > 0)) throw new RangeError(`weighted('${name}'): at least one weight must be greater than 0`);
    let left = this.unit(name) * total;
    let last: Key | undefined;
    for (const key in weights) {
      if (weights[key] === 0) continue;
      last = key;
      left -= weights[key];
      if (left < 0) return key;
    }
    // Reached only by rounding.
    return last!;
  }

  #rng(name: string): CounterRng {
    let rng = this.#rngs.get(name);
    if (rng === undefined) {
      rng = new CounterRng(this.#seed, this.#scenario, 'module', name);
      this.#rngs.set(name, rng);
    }
    return rng;
  }
}
