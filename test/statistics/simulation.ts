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

/** By how much the log of each of `runs` runs, one after the other, is off. */
type Drift = (draws: Draws, runs: number, cells: number, sigma: number) => number[];

const trend = (draws: Draws, runs: number, perRun: number) => {
  const slope = draws.sign() * perRun;
  return Array.from({ length: runs }, (_, i) => i * slope);
};

export const DRIFTS = {
  none: (_draws, runs) => Array(runs).fill(0),
  walk: (draws, runs, _cells, sigma) => {
    let level = 0;
    return Array.from({ length: runs }, () => {
      level += sigma * draws.normal();
      return level;
    });
  },
  trend: (draws, runs) => trend(draws, runs, Math.LN2 / runs),
  steep: (draws, runs, cells) => trend(draws, runs, Math.LN2 / cells),
  jump: (draws, runs) => {
    const at = Math.floor(draws.uniform() * runs);
    const by = draws.sign() * Math.LN2;
    return Array.from({ length: runs }, (_, i) => (i < at ? 0 : by));
  },
  bursts: (draws, runs) => Array.from({ length: runs }, () => (draws.uniform() < 0.2 ? Math.LN2 : 0)),
  /** High and low in turn, each over a second and a first half of a round. */
  wave: (_draws, runs, cells) =>
    Array.from({ length: runs }, (_, i) => (Math.floor(i / cells + 0.5) % 2 === 0 ? 0 : Math.LN2)),
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
const orders = new Map<string, readonly (readonly number[])[]>();

function ordersOf(order: keyof typeof ORDERS, seed: number, rounds: number, cells: number) {
  const key = `${order} ${seed} ${rounds} ${cells}`;
  const known = orders.get(key) ?? Array.from({ length: rounds }, (_, i) => ORDERS[order](seed, i + 1, cells));
  orders.set(key, known);
  return known;
}

export interface Machine {
  readonly sigma: number;
  readonly drift?: keyof typeof DRIFTS;
  readonly noise?: keyof typeof NOISES;
  readonly order?: keyof typeof ORDERS | 'batches';
}

/**
 * @param effects true ratio of each cell to the first
 * @returns per cell the figure of each round
 */
export function experiment(draws: Draws, rounds: number, effects: readonly number[], machine: Machine): number[][] {
  const { sigma, drift = 'none', noise = 'normal', order = 'mirrored' } = machine;
  const cells = effects.length;
  const offsets = DRIFTS[drift](draws, rounds * cells, cells, sigma);
  const figures = effects.map((): number[] => []);
  const seed = Math.floor(draws.uniform() * SEEDS);
  const sequences = ordersOf(order === 'batches' ? 'same' : order, seed, rounds, cells);
  for (let round = 0; round < rounds; round++) {
    for (let position = 0; position < cells; position++) {
      const cell = sequences[round]![position]!;
      const run = order === 'batches' ? cell * rounds + round : round * cells + position;
      figures[cell]!.push(effects[cell]! * Math.exp(offsets[run]! + sigma * NOISES[noise](draws)));
    }
  }
  return figures;
}

/** Share of `trials` comparisons, in which `isShown` holds. */
export function share(trials: number, isShown: () => boolean): number {
  let shown = 0;
  for (let trial = 0; trial < trials; trial++) if (isShown()) shown++;
  return shown / trials;
}
