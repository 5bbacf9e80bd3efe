import { isEndless } from '../plan/endless.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';

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
