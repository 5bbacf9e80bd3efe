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
