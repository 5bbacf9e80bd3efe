/** Weighted choices: independent draws for fresh records, exact over a pool. */
import { CounterRng } from './random.ts';

/** A source of numbers in [0, 1) by record body: a CounterRng, or a Deal. */
export interface Uniform {
  uniform(body: number): number;
}

/** Weights are rounded to six decimals. */
const WEIGHT_SCALE = 1e6;

export class Weights {
  /** The values with a weight above zero. */
  readonly values: readonly string[];
  /** Share of each value; the sum is 1. */
  readonly shares: readonly number[];
  /** Weights are exact over a multiple of this many records. */
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
   * Position of a number within its choice's share, rescaled to [0, 1), for a second choice that depends on the first.
   * Both are jointly exact over a pool whose size is a multiple of the product of their denominators.
   */
  within(choice: number, unit: number): number {
    const from = choice === 0 ? 0 : this.#bounds[choice - 1]!;
    return (unit - from) / (this.#bounds[choice]! - from);
  }
}

/**
 * Assigns the midpoints of `count` equal parts of [0, 1) to bodies 0..count-1 in random order (Fisher–Yates). If count
 * is a multiple of a choice's denominator, that choice is exact.
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

/** Uniform numbers for one purpose of a scenario: a Deal over `poolSize` records, or independent draws if it is 0. */
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
