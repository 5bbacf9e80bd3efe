/**
 * Poisson arrivals as a function of their index. In operational time (the unit-rate process that the cumulative
 * count of a schedule maps to wall time) the gaps are unit exponentials. They come in blocks of B, and the blocks in
 * groups of G. One draw gives a group's total, Gamma(G B, 1); G more give its blocks' as Gamma(B, 1) scaled to that
 * total; B more give a block's gaps as exponentials scaled to its own. Scaled they are Dirichlet and independent of the
 * total, so that the products are exactly independent exponentials (Devroye, Non-Uniform Random Variate Generation,
 * 1986, chapter XI.4). The plan sums up the groups' totals once; after that any worker starts at any block, and who
 * starts where changes nothing.
 *
 *     startAt   │ group 0, 2^20 arrivals                  │ group 1 …        kept in the plan
 *               │ block 0 │ block 1 │ … │ block 1023      │                  drawn when its group is come to
 *               │·· ·  ·· │ · ·· ·· │                                        drawn when its block is come to
 */
import { CounterRng } from '../workload/random.ts';

/** Arrivals in a block. */
export const BLOCK = 1024;

/** Blocks in a group. */
export const GROUP = 1024;
/** Of so many a plan keeps 8 MB, and draws them in less than a second; no id counts further. */
export const POISSON_MAX = 1e12;

/** What a schedule keeps of its arrivals: 8 bytes for every 2^20 messages. */
export interface PoissonBlocks {
  readonly seed: number;
  readonly scenario: string;
  /** Operational time at which group g starts; one more entry than groups. */
  readonly startAt: Float64Array;
}

/** Draws group totals until they cover `end` in operational time; `count` arrivals lie before it. */
export function drawPoisson(seed: number, scenario: string, end: number): { blocks: PoissonBlocks; count: number } {
  const totals = new CounterRng(seed, scenario, 'arrivals', 'groups');
  const startAt = [0];
  for (let group = 0; startAt[group]! < end; group++)
    startAt.push(startAt[group]! + gamma(GROUP * BLOCK, totals, group));
  const blocks = { seed, scenario, startAt: Float64Array.from(startAt) };
  return { blocks, count: new ArrivalClock(blocks).countBefore(end) };
}

/**
 * Operational times of a schedule's arrivals. Holds the group and the two blocks it looked at last: a cursor asks in
 * turn for the next message and for the last one due, on either side of a border at times.
 */
export class ArrivalClock {
  readonly #groupAt: Float64Array;
  readonly #blockTotals: CounterRng;
  readonly #gaps: CounterRng;
  #group = -1;
  /** Where each block of the group starts, and the next group. */
  readonly #blockAt = new Float64Array(GROUP + 1);
  #block = -1;
  #times = new Float64Array(BLOCK);
  #otherBlock = -1;
  #otherTimes = new Float64Array(BLOCK);

  constructor({ seed, scenario, startAt }: PoissonBlocks) {
    this.#groupAt = startAt;
    this.#blockTotals = new CounterRng(seed, scenario, 'arrivals', 'totals');
    this.#gaps = new CounterRng(seed, scenario, 'arrivals', 'gaps');
  }

  /** Operational time of arrival `index`. */
  at(index: number): number {
    const block = Math.floor(index / BLOCK);
    if (block !== this.#block) this.#turnTo(block);
    return this.#times[index - block * BLOCK]!;
  }

  /** Arrivals strictly before operational time x. */
  countBefore(x: number): number {
    const group = Math.min(lastBelow(this.#groupAt, x), this.#groupAt.length - 2);
    if (group < 0) return 0;
    this.#turnToGroup(group);
    const block = group * GROUP + Math.min(lastBelow(this.#blockAt, x), GROUP - 1);
    let low = block * BLOCK;
    let high = low + BLOCK;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle) < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #turnTo(block: number): void {
    const times = this.#otherTimes;
    const known = this.#otherBlock === block;
    this.#otherBlock = this.#block;
    this.#otherTimes = this.#times;
    this.#block = block;
    this.#times = times;
    if (!known) this.#fill(block, times);
  }

  #fill(block: number, times: Float64Array): void {
    const gaps = this.#gaps;
    const first = block * BLOCK;
    let sum = 0;
    for (let j = 0; j < BLOCK; j++) {
      sum -= Math.log(1 - gaps.uniform(first + j));
      times[j] = sum;
    }
    const group = Math.floor(block / GROUP);
    this.#turnToGroup(group);
    const place = block - group * GROUP;
    scale(times, this.#blockAt[place]!, this.#blockAt[place + 1]!);
  }

  #turnToGroup(group: number): void {
    if (group === this.#group) return;
    this.#group = group;
    const ends = this.#blockAt.subarray(1);
    let sum = 0;
    for (let j = 0; j < GROUP; j++) {
      sum += gamma(BLOCK, this.#blockTotals, group * GROUP + j);
      ends[j] = sum;
    }
    this.#blockAt[0] = this.#groupAt[group]!;
    scale(ends, this.#groupAt[group]!, this.#groupAt[group + 1]!);
  }
}

/** Sums from 0 on become times from `start` to `end`, in the same proportions. */
function scale(sums: Float64Array, start: number, end: number): void {
  const last = sums.length - 1;
  const factor = (end - start) / sums[last]!;
  for (let j = 0; j < last; j++) sums[j] = Math.min(end, start + sums[j]! * factor);
  sums[last] = end;
}

/**
 * Draw `item` of Gamma(shape, 1) by Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables" (ACM TOMS 26,
 * 2000). Each attempt has its own three draws; at these shapes, 1,024 and more, one in 30,000 or so is refused, so 16
 * attempts never run out.
 */
export function gamma(shape: number, rng: CounterRng, item: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let attempt = 0; ; attempt++) {
    const counter = (item * 16 + attempt) * 3;
    const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform(counter)));
    const normal = radius * Math.cos(2 * Math.PI * rng.uniform(counter + 1));
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - rng.uniform(counter + 2)) < 0.5 * normal * normal + d * (1 - v + Math.log(v))) return d * v;
  }
}

/** Position of the last element below x, -1 when there is none; `sorted` is ascending. */
function lastBelow(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
