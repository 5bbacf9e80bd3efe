import type { Plan } from '../plan/plan.ts';
import { NS_PER_SEC } from '../units.ts';

/** Rows of a closed loop that only a number of messages bounds. */
const UNBOUNDED_SECONDS = 24 * 3600;

/** The schedule, gracefulStop once for a backlog and once for the drain, and the seconds a purge may take. */
export function seriesSeconds(plan: Pick<Plan, 'lanes'>): number {
  if (plan.lanes.length === 0 || plan.lanes.some(({ load }) => load.endNs === Number.POSITIVE_INFINITY))
    return UNBOUNDED_SECONDS;
  const endNs = Math.max(...plan.lanes.map(({ load }) => load.endNs));
  const graceNs = Math.max(...plan.lanes.map(({ gracefulStopNs }) => gracefulStopNs));
  return Math.ceil((endNs + 2 * graceNs) / NS_PER_SEC) + 60;
}
