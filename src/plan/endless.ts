/**
 * Loads that only a stop ends. The plan lays out the longest schedule there is; when the run is stopped, the schedule is
 * taken to have ended there: what was due until then is what was planned.
 *
 *     worker 0   ●────●────●────●──┤          each worker ends its own share where it heard of the stop,
 *     worker 1     ●────●────●────●─┤         which is within its poll of the others
 *                                  stop
 */
import { dueCount } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import type { LanePlan, OpenLoad } from './plan.ts';

type EndlessLoad = OpenLoad & { readonly endless: true };

export function isEndless(load: LanePlan['load']): load is EndlessLoad {
  return load.kind === 'open' && load.endless === true;
}

/** How many of a worker's messages are due at `nowNs`. */
export function dueShare({ schedule }: OpenLoad, nowNs: number, worker: number, workers: number): number {
  return shareOf(dueCount(schedule, nowNs), worker, workers);
}

/** 0 where only a number of messages or a stop ends the run. */
export function lastEndNs(loads: readonly LanePlan['load'][]): number {
  if (loads.some(isEndless)) return 0;
  return loads.reduce((end, { endNs }) => Math.max(end, endNs === Infinity ? 0 : endNs), 0);
}
