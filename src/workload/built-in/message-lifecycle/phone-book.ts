/** Phone numbers and their carriers; independent of the seed. */
import { Weights } from '../../weights.ts';

/** +1 555 and seven digits, the first not 0. No area code 555 is in service: these are nobody's numbers. */
const PHONE_LEAST = 15_551_000_000;
export const PHONE_NUMBERS_MAX = 9_000_000;
/** Prime to 9,000,000, and so a permutation of the numbers: neighbouring entries look unrelated. */
const PHONE_SPREAD = 4_931_477;

/** `size` numbers. Entries of a carrier are contiguous; their number follows its weight, at least one. */
export class PhoneBook {
  readonly carriers: readonly string[];
  /** Of each carrier among the messages. */
  readonly shares: readonly number[];
  readonly weightsDenominator: number;
  readonly #weights: Weights;
  /** Carrier c has the entries #start[c] … #start[c + 1] - 1. */
  readonly #start: Int32Array;

  constructor(size: number, carrierWeights: Readonly<Record<string, number>>) {
    this.#weights = new Weights(carrierWeights);
    this.carriers = this.#weights.values;
    this.shares = this.#weights.shares;
    this.weightsDenominator = this.#weights.denominator;
    const count = this.carriers.length;
    const total = this.carriers.reduce((sum, carrier) => sum + carrierWeights[carrier]!, 0);
    this.#start = new Int32Array(count + 1);
    let share = 0;
    for (let c = 0; c < count; c++) {
      share += carrierWeights[this.carriers[c]!]! / total;
      const others = count - 1 - c;
      this.#start[c + 1] = Math.min(size - others, Math.max(this.#start[c]! + 1, Math.round(size * share)));
    }
  }

  /** The entry for a number in [0, 1): carriers by their weights, each one's numbers equally often. */
  entryAt(unit: number): number {
    const carrier = this.#weights.pick(unit);
    const start = this.#start[carrier]!;
    const count = this.#start[carrier + 1]! - start;
    return start + Math.min(count - 1, Math.floor(this.#weights.within(carrier, unit) * count));
  }

  /** Every number with its carrier. */
  *entries(): Generator<readonly [number: number, carrier: string]> {
    const size = this.#start[this.carriers.length]!;
    for (let entry = 0; entry < size; entry++) yield [this.phoneOf(entry), this.carriers[this.carrierOf(entry)]!];
  }

  phoneOf(entry: number): number {
    return PHONE_LEAST + ((entry * PHONE_SPREAD) % PHONE_NUMBERS_MAX);
  }

  /** Number of the carrier in `carriers`. */
  carrierOf(entry: number): number {
    let carrier = 0;
    while (entry >= this.#start[carrier + 1]!) carrier++;
    return carrier;
  }
}
