/** A lane's place in what it is to send, by the kind of its load. */
import type { ClosedLoad, OpenLoad } from '../plan/plan.ts';
import { createCursor } from '../schedule/schedule-cursor.ts';
import { BackfillCursor } from './backfill-cursor.ts';
import { ClosedCursor } from './closed-cursor.ts';
import type { Cursor } from './cursor.ts';

/** @param batchMax messages looked at in one go, at most. */
export function openCursor(load: OpenLoad | ClosedLoad, worker: number, workers: number, batchMax: number): Cursor {
  if (load.kind === 'open') return createCursor(load.schedule, worker, workers);
  return load.recordSchedule === undefined
    ? new ClosedCursor(load, worker, workers)
    : new BackfillCursor(load.recordSchedule, worker, workers, batchMax);
}
