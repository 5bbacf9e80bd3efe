/**
 * Loads that only a stop ends. The plan lays out the longest schedule there is; when the run is stopped, the schedule is
 * taken to have ended there: what was due until then is what was planned.
 *
 *     worker 0   ●────●────●────●──┤          each worker ends its own share where it heard of the stop,
 *     worker 1     ●────●────●────●─┤         which is within its poll of the others
 *                                  stop
 */
import type { RunMeasurement } from '../recorder/measurement.ts';
import { dueCount, dueCountBefore } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import type { LanePlan, OpenLoad, Plan } from './plan.ts';

type EndlessLoad = OpenLoad & { readonly endless: true };

export function isEndless(load: LanePlan['load']): load is EndlessLoad {
  return load.kind === 'open' && load.endless === true;
}

/** How many of a worker's messages are due at `nowNs`. */
export function dueShare({ schedule }: OpenLoad, nowNs: number, worker: number, workers: number): number {
  return shareOf(dueCount(schedule, nowNs), worker, workers);
}

/**
 * Messages due strictly before `tNs`, each worker's until its own end.
 * @param endsNs by worker; Infinity while it goes on. Of loads that are not endless they say nothing.
 */
export function dueBefore(load: OpenLoad, tNs: number, endsNs: readonly number[]): number {
  const due = dueCountBefore(load.schedule, tNs);
  if (!isEndless(load) || endsNs.every((endNs) => endNs >= tNs)) return due;
  return endsNs.reduce((sum, endNs, worker) => {
    const share = endNs < tNs ? dueShare(load, endNs, worker, endsNs.length) : shareOf(due, worker, endsNs.length);
    return sum + share;
  }, 0);
}

/** The plan as it was carried out: endless loads end with the run, and have the messages that were due by then. */
export function endedPlan(plan: Plan, run: Pick<RunMeasurement, 'loadEndNs' | 'workers'>): Plan {
  const measured = run.workers.flatMap((worker) => worker.lanes);
  const lanes = plan.lanes.map((scenario): LanePlan => {
    const { load, name } = scenario;
    if (!isEndless(load)) return scenario;
    const own = measured.filter((lane) => lane.scenario === name);
    const warmupCount = own.reduce((sum, { warmup }) => sum + warmup.totals.scheduled, 0);
    const count = own.reduce((sum, { load }) => sum + load.totals.scheduled, warmupCount);
    // A worker that was lost does not say when it ended.
    const endNs = Math.max(run.loadEndNs, ...own.map(({ lastSentNs }) => lastSentNs ?? 0));
    return { ...scenario, load: { ...load, count, warmupCount, endNs: Math.min(load.endNs, endNs) } };
  });
  return { ...plan, lanes };
}
