/**
 * Who comes to which machine. Residents come to the machines of their region alone, travellers to any. Card holders are
 * numbered region by region, travellers last; a region has residents in proportion to its machines, so that one card
 * holder is as likely as another, to within what rounding to whole people leaves.
 *
 *     0 ── us-east ──┬── us-west ──┬── … ──┬── asia-pacific ──┬─ travellers ─ users
 */
import { REGION_COUNT } from './fleet.ts';

/** One card holder in so many travels. */
const USERS_PER_TRAVELLER = 50;
/** Keeps a draw below its bound however a product is rounded; what it costs the last resident is far below counting. */
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
   * @param machine 0..machines-1; it stands in region machine mod 6, as fleet.ts deals them.
   * @param unit in [0, 1): one draw says whether it is a traveller, and who it is.
   */
  at(machine: number, unit: number): number {
    const drawn = unit * this.#users;
    // As an integer: the remainder of a double is a call.
    const region = (machine | 0) % REGION_COUNT;
    if (drawn >= this.#anyone[region]!) return Math.floor(drawn);
    return this.#first[region]! + Math.floor(drawn * this.#share[region]!);
  }
}

/** How many of so many machines stand in a region. */
function machinesIn(region: number, machines: number): number {
  return Math.floor((machines - 1 - region) / REGION_COUNT) + 1;
}
