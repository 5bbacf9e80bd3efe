import { shareOf } from '../split.ts';
import type { Plan } from './plan.ts';

/** Messages that may be in flight over all lanes and workers; of a shard its part. */
export function inFlightMax({ lanes, shard = { index: 0, count: 1 } }: Pick<Plan, 'lanes' | 'shard'>): number {
  return lanes.reduce((sum, { inFlight }) => sum + shareOf(inFlight, shard.index, shard.count), 0);
}
