/**
 * Records that follow others: a thing that is reported once is reported again later, after a fixed delay. In the plan
 * each trail is a lane of its own beside its scenario's, whose record k follows a record of the scenario that a closed
 * form names. Nothing is remembered of what is under way, however much of it there is.
 */
import type { Thinning } from './thinning.ts';

export interface Trail {
  /** The lane is called SCENARIO/name. */
  readonly name: string;
  /** Which of the scenario's own records it follows. */
  readonly thinning: Thinning;
  /** How long after them, ns on the run's clock. */
  readonly delayNs: number;
  /** The same, after the last record of the same thing: they keep their order while none is later than this. */
  readonly gapNs: number;
}

export interface Trails {
  readonly trails: readonly Trail[];
  /** What follows beyond the scenario's end: `finish` sends it, `cut` leaves it out. */
  readonly atEnd: 'finish' | 'cut';
  /** File of the database that the states are written to and taken up from; `auto`: one where that is cheap; absent: none. */
  readonly database?: string;
  /** Most things that may be under way at a time, and how long each stays so; absent: no limit. */
  readonly capacity?: Capacity;
}

export interface Capacity {
  /** Name of the parameter that sets it. */
  readonly parameter: string;
  readonly max: number;
  /** Every record of the scenario is in one of them. */
  readonly stays: readonly { readonly thinning: Thinning; readonly forNs: number }[];
}

/** The place of a lane's record: its scenario, and which of the scenario's records it follows. */
export interface TrailPlace {
  readonly scenario: string;
  readonly name: string;
  readonly thinning: Thinning;
  /** Since the last record of the same thing, ns of the run. */
  readonly gapNs: number;
}

/** Whether a lane's records follow those of another one, which has the scenario's own name. */
export function isFollowing({ name, record }: { readonly name: string; readonly record: Placed }): boolean {
  return record.trail !== undefined && record.trail.scenario !== name;
}

interface Placed {
  readonly trail?: TrailPlace;
}
