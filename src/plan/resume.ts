/**
 * What is left of lanes that were begun by an earlier run. The clock stood still meanwhile: it goes on where it was, or at
 * the first record that is missing where that was due before.
 */

import { ownValue } from '../own-value.ts';
import { dueAtNs, dueCountBefore, type Schedule } from '../schedule/schedule.ts';
import { EVERY, type Remainder } from '../workload/thinning.ts';
import { isEndless } from './endless.ts';
import type { LaneLoad } from './lanes.ts';
import type { OpenLoad } from './plan.ts';
import { openLoad } from './scenario-load.ts';

export interface ResumePoint {
  /** Time of the schedule at which the clock stopped, ns. */
  readonly elapsedNs: number;
  /** By lane; one that is not here was not begun. */
  readonly left: Readonly<Record<string, Remainder>>;
}

/** Lanes of which nothing is left are left out. `startNs`: when the resumed run starts on the clock of the whole one. */
export function resumedLanes(
  lanes: readonly LaneLoad[],
  point: ResumePoint,
): { readonly lanes: LaneLoad[]; readonly startNs: number } {
  const open = lanes.map((lane) => ({ ...lane, load: lane.load as OpenLoad }));
  const startNs = resumeNs(open, point);
  const resumed = open.flatMap((lane) => {
    const { scenario, load } = lane;
    const left = point.left[lane.name] ?? NOTHING_DONE;
    const schedule = leftOf(load.schedule, left, startNs);
    if (schedule.count === 0) return [];
    const warmupEndNs = Math.max(schedule.startNs, load.warmupEndNs - startNs);
    const warmupCount = load.warmupCount === 0 ? 0 : dueCountBefore(schedule, load.warmupEndNs - startNs);
    const place = lane.trail ?? { scenario, name: 'sent', gapNs: Infinity };
    const trail = { ...place, thinning: schedule.thinning! };
    const rest = openLoad(schedule, warmupEndNs, warmupCount);
    return [{ ...lane, load: isEndless(load) ? { ...rest, endless: true as const } : rest, trail }];
  });
  return { lanes: resumed, startNs };
}

function resumeNs(lanes: readonly { readonly name: string; readonly load: OpenLoad }[], point: ResumePoint): number {
  const firstDue = lanes.map(({ name, load }) => {
    const { missing, from } = ownValue(point.left, name) ?? NOTHING_DONE;
    const next = missing[0] ?? from;
    return next < load.count ? dueAtNs(load.schedule, next) : Infinity;
  });
  return Math.min(point.elapsedNs, ...firstDue);
}

const NOTHING_DONE: Remainder = { missing: new Float64Array(0), from: 0 };

function leftOf(schedule: Schedule, left: Remainder, startNs: number): Schedule {
  const thinning = { ...(schedule.thinning ?? EVERY), left };
  const segments = schedule.segments.map((segment) => ({ ...segment, startNs: segment.startNs - startNs }));
  const bounds = { startNs: Math.max(0, schedule.startNs - startNs), endNs: Math.max(0, schedule.endNs - startNs) };
  const count = left.missing.length + Math.max(0, schedule.count - left.from);
  return { ...schedule, ...bounds, count, segments, thinning };
}
