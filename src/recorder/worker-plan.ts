/** What one worker thread is given: the plan, its place in it, and the memory it shares with the coordinator. */
import type { MessagePort } from 'node:worker_threads';
import type { Plan } from '../plan/plan.ts';
import type { RunMemory } from './run-memory.ts';

export interface WorkerPlan {
  readonly plan: Plan;
  /** Its thread's number in this process, and its place in the memory; `workerOf` gives its number in the run. */
  readonly worker: number;
  readonly memory: RunMemory;
  /** Somebody reads how far each lane is settled. */
  readonly reportsSettled: boolean;
  /** Log lines of the worker's clients go here (ClientLog): rare, never per message. */
  readonly logPort: MessagePort;
}
