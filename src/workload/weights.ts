/** Weighted choices: drawn independently for fresh records, dealt out exactly over a pool. */
import { CounterRng } from './random.ts';

/** A source of numbers in [0, 1) by record body: a CounterRng, or a Deal. */
export interface Uniform {
  uniform(body: number): number;
}

/** Weights are read to six decimals; finer ones are rounded to that. */
const WEIGHT_SCALE = 1e6;

export class Weights {
  /** The values with a weight above zero. */
  readonly values: readonly string[];
  /** Of each value, summing up to 1. */
  readonly shares: readonly number[];
  /** Values occur exactly by their weights among this many records, or a multiple of it. */
  readonly denominator: number;
  readonly #bounds: Float64Array;

  /** @param weights value → non-negative weight, on any scale, not all zero. */
  constructor(weights: Readonly<Record<string, number>>) {
    const shares = Object.entries(weights)
      .map(([value, weight]) => [value, Math.round(weight * WEIGHT_SCALE)] as const)
      .filter(([, share]) => share > 0);
    const total = shares.reduce((sum, [, share]) => sum + share, 0);
    if (total === 0) throw new Error('no weight above zero: the profile was not checked');
    this.values = shares.map(([value]) => value);
    this.shares = shares.map(([, share]) => share / total);
    this.denominator = total / shares.reduce((divisor, [, share]) => greatestCommonDivisor(divisor, share), total);
    this.#bounds = new Float64Array(shares.length);
    let below = 0;
    for (let i = 0; i < shares.length; i++) {
      below += shares[i]![1];
      this.#bounds[i] = below / total;
    }
  }

  /** Index in `values` for a number in [0, 1). */
  pick(unit: number): number {
    const bounds = this.#bounds;
    const last = bounds.length - 1;
    let choice = 0;
    while (choice < last && unit >= bounds[choice]!) choice++;
    return choice;
  }

  /**
   * Where a number lies within the share of its choice, in [0, 1) again: for a second choice that depends on the first.
   * Over a pool both are exact together when the pool is a multiple of the product of their denominators.
   */
  within(choice: number, unit: number): number {
    const from = choice === 0 ? 0 : this.#bounds[choice - 1]!;
    return (unit - from) / (this.#bounds[choice]! - from);
  }
}

/**
 * Deals the middles of `count` equal parts of [0, 1) out to the bodies 0..count-1, in an order drawn from the RNG
 * (Fisher–Yates). With a count that is a multiple of a denominator, every choice made by it is exact.
 */
export class Deal implements Uniform {
  readonly #values: Float64Array;

  constructor(rng: CounterRng, count: number) {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const other = rng.below(i, i + 1);
      values[i] = values[other]!;
      values[other] = (i + 0.5) / count;
    }
    this.#values = values;
  }

  uniform(body: number): number {
    return this.#values[body]!;
  }
}

/** Numbers for one purpose of a scenario: dealt over a pool of `poolSize` records, independent draws when that is 0. */
export function uniform01(seed: number, scenario: string, purpose: string, poolSize: number): Uniform {
  const rng = new CounterRng(seed, scenario, purpose);
  return poolSize === 0 ? rng : new Deal(rng, poolSize);
}

export function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

export function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}
