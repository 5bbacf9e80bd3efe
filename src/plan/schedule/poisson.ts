/**
 * Poisson arrivals as a function of their index. In operational time (the unit-rate process that the cumulative
 * count of a schedule maps to wall time) the gaps are unit exponentials. They come in blocks: one draw per block
 * gives the block's total, Gamma(B, 1); B more give the gaps as exponentials scaled to that total. Scaled they are
 * Dirichlet(1, …, 1) and independent of the total, so that the products are exactly independent exponentials
 * (Devroye, Non-Uniform Random Variate Generation, 1986, chapter XI.4). The plan sums up the totals once; after
 * that any worker starts at any block, and who starts where changes nothing.
 */
import { Stream } from '../../workload/random.ts';

/** Arrivals in a block. */
export const BLOCK = 1024;

/** What a schedule keeps of its arrivals: 8 bytes for every 1,024 messages. */
export interface PoissonBlocks {
  readonly seed: number;
  readonly scenario: string;
  /** Operational time at which block b starts; one more entry than blocks. */
  readonly startAt: Float64Array;
}

/** Draws block totals until they cover `end` in operational time; `count` arrivals lie before it. */
export function drawPoisson(seed: number, scenario: string, end: number): { blocks: PoissonBlocks; count: number } {
  const totals = new Stream(seed, scenario, 'arrivals', 'totals');
  const startAt = [0];
  for (let block = 0; startAt[block]! < end; block++) startAt.push(startAt[block]! + gammaTotal(totals, block));
  const blocks = { seed, scenario, startAt: Float64Array.from(startAt) };
  return { blocks, count: new ArrivalClock(blocks).countBefore(end) };
}

/**
 * Operational times of a schedule's arrivals. Holds the two blocks it looked at last: a cursor asks in turn for the
 * next message and for the last one due, on either side of a border at times.
 */
export class ArrivalClock {
  readonly #startAt: Float64Array;
  readonly #gaps: Stream;
  #block = -1;
  #times = new Float64Array(BLOCK);
  #otherBlock = -1;
  #otherTimes = new Float64Array(BLOCK);

  constructor(blocks: PoissonBlocks) {
    this.#startAt = blocks.startAt;
    this.#gaps = new Stream(blocks.seed, blocks.scenario, 'arrivals', 'gaps');
  }

  /** Operational time of arrival `index`. */
  at(index: number): number {
    const block = Math.floor(index / BLOCK);
    if (block !== this.#block) this.#turnTo(block);
    return this.#times[index - block * BLOCK]!;
  }

  /** Arrivals strictly before operational time x. */
  countBefore(x: number): number {
    const block = Math.min(lastBelow(this.#startAt, x), this.#startAt.length - 2);
    if (block < 0) return 0;
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
      sum -= Math.log(1 - gaps.unit(first + j));
      times[j] = sum;
    }
    const start = this.#startAt[block]!;
    const end = this.#startAt[block + 1]!;
    const scale = (end - start) / sum;
    for (let j = 0; j < BLOCK - 1; j++) times[j] = Math.min(end, start + times[j]! * scale);
    times[BLOCK - 1] = end;
  }
}

/**
 * Gamma(B, 1) by Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables" (ACM TOMS 26, 2000). Each
 * attempt has its own three draws; at this shape one in 30,000 or so is refused, so 16 attempts never run out.
 */
function gammaTotal(stream: Stream, block: number): number {
  const d = BLOCK - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let attempt = 0; ; attempt++) {
    const counter = (block * 16 + attempt) * 3;
    const radius = Math.sqrt(-2 * Math.log(1 - stream.unit(counter)));
    const normal = radius * Math.cos(2 * Math.PI * stream.unit(counter + 1));
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - stream.unit(counter + 2)) < 0.5 * normal * normal + d * (1 - v + Math.log(v))) return d * v;
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
