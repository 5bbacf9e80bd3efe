/** Where a field's random numbers come from: RNGs of its own, by seed, scenario and path. */
import { CounterRng } from '../../random.ts';
import { Deal, leastCommonMultiple, type Uniform, Weights } from '../../weights.ts';

export class Draws {
  readonly seed: number;
  readonly scenario: string;
  readonly #poolSize: number;
  #denominator = 1;

  /** @param poolSize 0 when records are fresh. */
  constructor(seed: number, scenario: string, poolSize: number) {
    this.seed = seed;
    this.scenario = scenario;
    this.#poolSize = poolSize;
  }

  /** Values are met exactly over a pool of a multiple of this many records: after all fields are compiled. */
  get weightsDenominator(): number {
    return this.#denominator;
  }

  /** `field` first: no path is one of the engine's own names. */
  names(path: string, purpose: string): readonly string[] {
    return [this.scenario, 'field', path, purpose];
  }

  rng(path: string, purpose: string): CounterRng {
    return new CounterRng(this.seed, ...this.names(path, purpose));
  }

  /** @param exact over a pool; not in lists, where a record has any number of the field. */
  weighted(weights: Weights, path: string, exact: boolean): Uniform {
    const rng = this.rng(path, 'weights');
    if (!exact) return rng;
    this.#denominator = leastCommonMultiple(this.#denominator, weights.denominator);
    return this.#poolSize === 0 ? rng : new PoolUniform(rng, this.#poolSize);
  }
}

/** Dealt out for the bodies of the pool; drawn for records inside records of their own type, whose draws lie beyond. */
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
  /** Of each value, summing up to 1. */
  readonly shares: readonly number[];
  choose(draw: number): number;
  /** Where the draw lies within the share of its choice, in [0, 1). */
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

/** What a record is made for. One object a generator, changed for each record: closures read it, nothing is allocated. */
export interface Moment {
  body: number;
  index: number;
  timestampMs: number;
  /** Position in the innermost list; -1 outside of one. */
  item: number;
  /** How often the value at hand is inside a record of its own type. */
  depth: number;
}

export function newMoment(): Moment {
  return { body: 0, index: 0, timestampMs: 0, item: -1, depth: 0 };
}
