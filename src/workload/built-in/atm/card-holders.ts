/**
 * Which card holders use which machine. Residents use machines in their region only, travellers any. Card holders are
 * numbered region by region, travellers last; residents per region are proportional to its machines, so that all card
 * holders are equally likely, up to rounding.
 *
 *     0 ── us-east ──┬── us-west ──┬── … ──┬── asia-pacific ──┬─ travellers ─ users
 */
import { REGION_COUNT } from './fleet.ts';

/** One in this many card holders is a traveller. */
const USERS_PER_TRAVELLER = 50;
/** Keeps a rounded product below its bound; the bias is negligible. */
const JUST_BELOW_ONE = 1 - 2 ** -50;

export class CardHolders {
  readonly #users: number;
  /** By region: its first resident, and residents there of all residents. */
  readonly #first: Int32Array;
  readonly #share: Float64Array;
  /** By region: from which number on a draw is itself who comes: a traveller, or anyone where nobody lives. */
  readonly #anyone: Int32Array;

  constructor(users: number, machines: number) {
    const residents = users - Math.floor(users / USERS_PER_TRAVELLER);
    const bounds = [0];
    let counted = 0;
    for (let region = 0; region < REGION_COUNT; region++) {
      counted += machinesIn(region, machines);
      bounds.push(Math.round((residents * counted) / machines));
    }
    const counts = Array.from({ length: REGION_COUNT }, (_, region) => bounds[region + 1]! - bounds[region]!);
    this.#users = users;
    this.#first = Int32Array.from(bounds.slice(0, -1));
    this.#share = Float64Array.from(counts, (count) => (count / residents) * JUST_BELOW_ONE);
    this.#anyone = Int32Array.from(counts, (count) => (count === 0 ? 0 : residents));
  }

  /**
   * The card holder, 0..users-1, whom a draw names at a machine.
   * @param machine 0..machines-1; its region is machine mod 6, see fleet.ts.
   * @param unit in [0, 1): one draw decides both whether it is a traveller and which one.
   */
  at(machine: number, unit: number): number {
    const drawn = unit * this.#users;
    // As an integer: `%` on doubles is a function call.
    const region = (machine | 0) % REGION_COUNT;
    if (drawn >= this.#anyone[region]!) return Math.floor(drawn);
    return this.#first[region]! + Math.floor(drawn * this.#share[region]!);
  }
}

/** Number of machines in a region. */
function machinesIn(region: number, machines: number): number {
  return Math.floor((machines - 1 - region) / REGION_COUNT) + 1;
}
