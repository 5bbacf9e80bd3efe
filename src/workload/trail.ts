/**
 * Follow-up records: an entity reported once is reported again after a fixed delay. In the plan each trail is a
 * separate lane of its scenario. A closed form maps its record k to the scenario's record it follows, so memory does
 * not grow with the number of entities in flight.
 */
import type { Thinning } from './thinning.ts';

export interface Trail {
  /** Lane name: SCENARIO/name. */
  readonly name: string;
  /** Which of the scenario's records it follows. */
  readonly thinning: Thinning;
  /** Delay after the followed record, ns on the run's clock. */
  readonly delayNs: number;
  /** Delay after the previous record of the same entity, ns: order holds while no message is later than this. */
  readonly gapNs: number;
}

export interface Trails {
  readonly trails: readonly Trail[];
  /** Follow-ups due after the scenario's end: `finish` sends them, `cut` drops them. */
  readonly atEnd: 'finish' | 'cut';
  /** Database file that stores the states for resuming; `auto`: use one if that is cheap; absent: none. */
  readonly database?: string;
  /** Limit of entities in flight; absent: no limit. */
  readonly capacity?: Capacity;
}

export interface Capacity {
  /** Name of the parameter that sets it. */
  readonly parameter: string;
  readonly max: number;
  /** How long entities stay in flight; every record of the scenario is in exactly one entry. */
  readonly stays: readonly { readonly thinning: Thinning; readonly forNs: number }[];
}

/** Which of the scenario's records a lane's records follow. */
export interface TrailPlace {
  readonly scenario: string;
  readonly name: string;
  readonly thinning: Thinning;
  /** Delay after the previous record of the same entity, ns. */
  readonly gapNs: number;
}

/** Whether the lane holds follow-ups; the lane it follows has the scenario's name. */
export function isFollowing({ name, record }: { readonly name: string; readonly record: Placed }): boolean {
  return record.trail !== undefined && record.trail.scenario !== name;
}

interface Placed {
  readonly trail?: TrailPlace;
}
