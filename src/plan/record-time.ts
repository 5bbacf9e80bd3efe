/** From the time of a schedule to the time a record carries: the simulated clock's. */

import { dueAtNs, type Schedule } from '../schedule/schedule.ts';
import { NS_PER_MS } from '../units.ts';
import type { ClosedLoad, OpenLoad, PlanClock } from './plan.ts';

/** A record is of originMs + ns / nsPerMs, ms since 1970. */
export interface RecordTime {
  readonly originMs: number;
  readonly nsPerMs: number;
}

/** @param startedAtMs wall-clock time of the run's start, ms since 1970. */
export function recordTimeOf({ startMs, speed }: PlanClock, startedAtMs: number): RecordTime {
  return { originMs: startMs ?? startedAtMs, nsPerMs: NS_PER_MS / (speed === 'max' ? 1 : speed) };
}

/** What a record carries whose place in the schedule is `ns`. */
export function recordMs({ originMs, nsPerMs }: RecordTime, ns: number): number {
  return Math.floor(originMs + ns / nsPerMs);
}

/** What says when messages are due; undefined for a closed loop that plans no times. */
export function scheduleOf(load: OpenLoad | ClosedLoad): Schedule | undefined {
  return load.kind === 'open' ? load.schedule : load.recordSchedule;
}

/** Place of message `index` in the schedule; a closed loop without one has only its start. */
export function recordNs(load: OpenLoad | ClosedLoad, index: number): number {
  const schedule = scheduleOf(load);
  return schedule === undefined ? load.startNs : dueAtNs(schedule, index);
}
