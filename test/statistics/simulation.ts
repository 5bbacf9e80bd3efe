/** Simulated experiments: two cells or more, run round by round on a machine that drifts. */
import { orderOfRound } from '../../src/experiments/run-order.ts';
import { CounterRng } from '../../src/workload/random.ts';

const NORMALS = 2 ** 19;

/**
 * Box and Muller, "A note on the generation of random normal deviates", 1958. Drawn once: each simulation begins
 * somewhere and takes fewer than there are.
 */
const normals = new Float64Array(NORMALS);
const rng = new CounterRng(1, 'normals');
for (let i = 0; i < NORMALS; i += 2) {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform(i)));
  const angle = 2 * Math.PI * rng.uniform(i + 1);
  normals[i] = radius * Math.cos(angle);
  normals[i + 1] = radius * Math.sin(angle);
}

/** All draws of one simulation, one after the other: same name, same table. */
export class Draws {
  readonly #rng: CounterRng;
  #next = 0;
  #nextNormal: number;

  constructor(name: string) {
    this.#rng = new CounterRng(1, name);
    this.#nextNormal = Math.floor(this.uniform() * NORMALS);
  }

  uniform(): number {
    return this.#rng.uniform(this.#next++);
  }

  normal(): number {
    return normals[this.#nextNormal++ % NORMALS]!;
  }

  sign(): number {
    return this.uniform() < 0.5 ? -1 : 1;
  }
}

/** Noise of a run, of variance 1. */
export const NOISES = {
  normal: (draws: Draws) => draws.normal(),
  t3: (draws: Draws) => draws.normal() / Math.sqrt(draws.normal() ** 2 + draws.normal() ** 2 + draws.normal() ** 2),
} as const;

/** By how much the log of each run, one after the other, is off. */
type Drift = (draws: Draws, offsets: Float64Array, cells: number, sigma: number) => void;

function rise(draws: Draws, offsets: Float64Array, perRun: number): void {
  const slope = draws.sign() * perRun;
  for (let i = 0; i < offsets.length; i++) offsets[i] = i * slope;
}

export const DRIFTS = {
  none: () => {},
  walk: (draws, offsets, _cells, sigma) => {
    let level = 0;
    for (let i = 0; i < offsets.length; i++) offsets[i] = level += sigma * draws.normal();
  },
  trend: (draws, offsets) => rise(draws, offsets, Math.LN2 / offsets.length),
  steep: (draws, offsets, cells) => rise(draws, offsets, Math.LN2 / cells),
  jump: (draws, offsets) => {
    const at = Math.floor(draws.uniform() * offsets.length);
    const by = draws.sign() * Math.LN2;
    for (let i = 0; i < offsets.length; i++) offsets[i] = i < at ? 0 : by;
  },
  bursts: (draws, offsets) => {
    for (let i = 0; i < offsets.length; i++) offsets[i] = draws.uniform() < 0.2 ? Math.LN2 : 0;
  },
  /** High and low in turn, each over a second and a first half of a round. */
  wave: (_draws, offsets, cells) => {
    for (let i = 0; i < offsets.length; i++) offsets[i] = Math.floor(i / cells + 0.5) % 2 === 0 ? 0 : Math.LN2;
  },
} satisfies Record<string, Drift>;

/** In which order a round, from 1, runs its cells. */
type Order = (seed: number, round: number, cells: number) => readonly number[];

export const ORDERS = {
  mirrored: orderOfRound,
  /** Rounds of odd numbers do not know of each other. */
  shuffled: (seed, round, cells) => orderOfRound(seed, 2 * round - 1, cells),
  same: (_seed, _round, cells) => [...Array(cells).keys()],
} satisfies Record<string, Order>;

/** Experiments of as many seeds: hashing one for each takes half of the time. */
const SEEDS = 1024;
const orders = new Map<string, (readonly (readonly number[])[])[]>();

function ordersOf(order: keyof typeof ORDERS, rounds: number, cells: number) {
  const key = `${order} ${rounds} ${cells}`;
  const bySeed = orders.get(key) ?? [];
  orders.set(key, bySeed);
  return (seed: number) => {
    bySeed[seed] ??= Array.from({ length: rounds }, (_, i) => ORDERS[order](seed, i + 1, cells));
    return bySeed[seed];
  };
}

export interface Machine {
  readonly sigma: number;
  readonly drift?: keyof typeof DRIFTS;
  readonly noise?: keyof typeof NOISES;
  readonly order?: keyof typeof ORDERS | 'batches';
}

/**
 * @param effects true ratio of each cell to the first
 * @returns draws an experiment: per cell the logarithm of the figure of each round, in the same arrays every time
 */
export function experiments(
  draws: Draws,
  rounds: number,
  effects: readonly number[],
  machine: Machine,
): () => readonly Float64Array[] {
  const { sigma, drift = 'none', noise = 'normal', order = 'mirrored' } = machine;
  const cells = effects.length;
  const [centers, offsets] = [effects.map(Math.log), new Float64Array(rounds * cells)];
  const figures = effects.map(() => new Float64Array(rounds));
  const sequencesOf = ordersOf(order === 'batches' ? 'same' : order, rounds, cells);
  const [moves, noiseOf]: [Drift, (draws: Draws) => number] = [DRIFTS[drift], NOISES[noise]];
  return () => {
    moves(draws, offsets, cells, sigma);
    const sequences = sequencesOf(Math.floor(draws.uniform() * SEEDS));
    for (let round = 0; round < rounds; round++) {
      const sequence = sequences[round]!;
      for (let position = 0; position < cells; position++) {
        const cell = sequence[position]!;
        const run = order === 'batches' ? cell * rounds + round : round * cells + position;
        figures[cell]![round] = centers[cell]! + offsets[run]! + sigma * noiseOf(draws);
      }
    }
    return figures;
  };
}

/** Share of `trials` comparisons, in which `isShown` holds. */
export function share(trials: number, isShown: () => boolean): number {
  let shown = 0;
  for (let trial = 0; trial < trials; trial++) if (isShown()) shown++;
  return shown / trials;
}
