/** How many messages a producer lays out at once: its arenas have room for so many. */
import type { LanePlan } from '../plan/plan.ts';
import { peakRateOf, type Segment } from '../schedule/segment.ts';

/** Above this a batch gains nothing, below it calls cost more. */
const BATCH_MAX = 2048;
/** A backlog takes several turns of the loop; above this they cost next to nothing. */
const BATCH_MIN = 16;
const SECONDS = 0.1;

/**
 * A producer of 25 a second needs no room for 2,048: of a thousand of them it would be gigabytes.
 * @param producers of the lane, over the whole run.
 * @param slots its window.
 */
export function batchMax({ load }: Pick<LanePlan, 'load'>, producers: number, slots: number): number {
  if (load.kind === 'closed') return Math.max(1, Math.min(BATCH_MAX, slots));
  const atOnce = load.schedule.segments.reduce((max, segment) => Math.max(max, dueAtOnce(segment)), 0);
  return Math.max(1, Math.min(BATCH_MAX, slots, Math.max(BATCH_MIN, Math.ceil(atOnce / producers))));
}

function dueAtOnce(segment: Segment): number {
  return segment.kind === 'burst' ? segment.size : peakRateOf(segment) * SECONDS;
}
