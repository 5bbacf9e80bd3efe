import type { Plan } from './plan.ts';

/** Messages that may be in flight over all lanes and workers. */
export function inFlightMax({ lanes }: Pick<Plan, 'lanes'>): number {
  return lanes.reduce((sum, { inFlight }) => sum + inFlight, 0);
}
