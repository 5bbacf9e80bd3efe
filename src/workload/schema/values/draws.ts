/** Random numbers of a field: separate RNGs by seed, scenario and path. */
import { CounterRng } from '../../random.ts';
import { Deal, leastCommonMultiple, type Uniform, Weights } from '../../weights.ts';

export class Draws {
  readonly seed: number;
  readonly scenario: string;
  readonly #poolSize: number;
  #denominator = 1;

  /** @param poolSize 0 for fresh records. */
  constructor(seed: number, scenario: string, poolSize: number) {
    this.seed = seed;
    this.scenario = scenario;
    this.#poolSize = poolSize;
  }

  /** Weights are exact over a pool whose size is a multiple of this. Final after all fields are compiled. */
  get weightsDenominator(): number {
    return this.#denominator;
  }

  /** The `field` prefix keeps paths apart from the engine's own RNG names. */
  names(path: string, purpose: string): readonly string[] {
    return [this.scenario, 'field', path, purpose];
  }

  rng(path: string, purpose: string): CounterRng {
    return new CounterRng(this.seed, ...this.names(path, purpose));
  }

  /** @param exact over a pool; not possible in lists, where the number of values varies. */
  weighted(weights: Weights, path: string, exact: boolean): Uniform {
    const rng = this.rng(path, 'weights');
    if (!exact) return rng;
    this.#denominator = leastCommonMultiple(this.#denominator, weights.denominator);
    return this.#poolSize === 0 ? rng : new PoolUniform(rng, this.#poolSize);
  }
}

/** Dealt for the bodies of the pool; drawn independently in recursive records, whose draws lie beyond them. */
class PoolUniform implements Uniform {
  readonly #deal: Deal;
  readonly #rng: CounterRng;
  readonly #poolSize: number;

  constructor(rng: CounterRng, poolSize: number) {
    this.#deal = new Deal(rng, poolSize);
    this.#rng = rng;
    this.#poolSize = poolSize;
  }

  uniform(draw: number): number {
    return draw < this.#poolSize ? this.#deal.uniform(draw) : this.#rng.uniform(draw);
  }
}

export interface Choices {
  readonly values: readonly string[];
  /** Share of each value; the sum is 1. */
  readonly shares: readonly number[];
  choose(draw: number): number;
  /** Position of the draw within its choice's share, in [0, 1). */
  within(choice: number, draw: number): number;
}

/** @param weights value → weight. */
export function openChoices(
  draws: Draws,
  weights: Readonly<Record<string, number>>,
  path: string,
  exact: boolean,
): Choices {
  const table = new Weights(weights);
  const uniform = draws.weighted(table, path, exact);
  return {
    values: table.values,
    shares: table.shares,
    choose: (draw) => table.pick(uniform.uniform(draw)),
    within: (choice, draw) => table.within(choice, uniform.uniform(draw)),
  };
}

/** The record being generated. One mutable object per generator, read by closures to avoid allocation. */
export interface Moment {
  body: number;
  index: number;
  timestampMs: number;
  /** Position in the innermost list; -1 outside of one. */
  item: number;
  /** Recursion depth of the current value. */
  depth: number;
}

export function newMoment(): Moment {
  return { body: 0, index: 0, timestampMs: 0, item: -1, depth: 0 };
}
