/**
 * One process of a run that is split over several. The plan is that of the whole run; a shard takes every index ≡ its own
 * number (mod shards), and its threads split that once more. All shards have the same number of threads, so that worker
 * numbers go over the whole run, and the union is one schedule:
 *
 *     2 shards × 3 threads   worker   0  1  2  3  4  5      takes every index ≡ its number (mod 6)
 *                            shard    0  1  0  1  0  1
 *                            thread   0  0  1  1  2  2
 */
export interface ShardPlace {
  readonly index: number;
  /** Shards of the run. */
  readonly count: number;
}

interface Split {
  /** Of the whole run. */
  readonly workers: number;
  readonly shard?: ShardPlace;
}

/** Worker threads of this process. */
export function threadsOf({ workers, shard }: Split): number {
  return workers / (shard?.count ?? 1);
}

/** The number of one of this process's threads among all workers of the run. */
export function workerOf({ shard }: Split, thread: number): number {
  return shard === undefined ? thread : shard.index + shard.count * thread;
}

/**
 * How many producers send a lane: producer p of N takes every index ≡ p (mod N). N is a multiple of the workers, and a
 * worker has the producers ≡ its own number (mod workers), so that it takes the same indexes whatever N is.
 */
export function producersOf({ workers }: Split, lane: { readonly producers?: number }): number {
  return lane.producers ?? workers;
}

/** Cores of each process where several of a run are on one machine. */
export function coresEach(cores: number, processes: number): number {
  return Math.max(1, Math.floor(cores / processes));
}
