/** Simulated experiments: two cells or more, run round by round on a machine that drifts. */
import { CounterRng } from '../../src/workload/random.ts';

/** All draws of one simulation, one after the other: same seed, same table. */
export class Draws {
  readonly #rng: CounterRng;
  #next = 0;
  #spare: number | undefined;

  constructor(name: string) {
    this.#rng = new CounterRng(1, name);
  }

  uniform(): number {
    return this.#rng.uniform(this.#next++);
  }

  /** Box and Muller, "A note on the generation of random normal deviates", 1958. */
  normal(): number {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  sign(): number {
    return this.uniform() < 0.5 ? -1 : 1;
  }

  shuffled(count: number): number[] {
    const order = [...Array(count).keys()];
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(this.uniform() * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
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

/** In which order a round runs its cells. */
type Order = (draws: Draws, round: number, before: readonly number[]) => readonly number[];

export const ORDERS = {
  /** Every second round is the one before it backwards. */
  mirrored: (draws, round, before) => (round % 2 === 0 ? draws.shuffled(before.length) : before.toReversed()),
  shuffled: (draws, _round, before) => draws.shuffled(before.length),
  same: (_draws, _round, before) => before,
} satisfies Record<string, Order>;

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
  let sequence: readonly number[] = [...effects.keys()];
  for (let round = 0; round < rounds; round++) {
    if (order !== 'batches') sequence = ORDERS[order](draws, round, sequence);
    for (const [position, cell] of sequence.entries()) {
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
