/** Random values of one record, each a function of (seed, scenario, name, index): asked for twice, a name gives the same. */
import { Stream } from '../random.ts';

export class RecordRandom {
  readonly #seed: number;
  readonly #scenario: string;
  readonly #streams = new Map<string, Stream>();
  #index = 0;

  constructor(seed: number, scenario: string) {
    this.#seed = seed;
    this.#scenario = scenario;
  }

  /** For the engine: which record the values are of. */
  seek(index: number): void {
    this.#index = index;
  }

  /** In [0, 1). */
  unit(name: string): number {
    return this.#stream(name).uniform(this.#index);
  }

  /** A whole number from 0 to bound - 1; bound up to 2^32. */
  below(name: string, bound: number): number {
    if (!(bound >= 1 && bound <= 2 ** 32)) throw new RangeError(`below('${name}', ${bound}): the bound is 1 to 2^32`);
    return this.#stream(name).below(this.#index, bound);
  }

  /** One of a list, all equally likely. */
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
    if (!(total > 0)) throw new RangeError(`weighted('${name}'): one weight at least must be greater than 0`);
    let left = this.unit(name) * total;
    let last: Key | undefined;
    for (const key in weights) {
      if (weights[key] === 0) continue;
      last = key;
      left -= weights[key];
      if (left < 0) return key;
    }
    // Rounding alone leads here.
    return last!;
  }

  #stream(name: string): Stream {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new Stream(this.#seed, this.#scenario, 'module', name);
      this.#streams.set(name, stream);
    }
    return stream;
  }
}
