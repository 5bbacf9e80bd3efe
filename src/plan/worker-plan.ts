/** What one worker thread is given: the plan, its place in it, and the memory it shares with the coordinator. */
import type { Plan } from './plan.ts';

export interface WorkerPlan {
  readonly plan: Plan;
  /** This worker takes every index ≡ worker (mod plan.workers). */
  readonly worker: number;
  readonly memory: RunMemory;
}

/** Shared memory of a run, allocated by the coordinator before the workers start. */
export interface RunMemory {
  readonly control: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly series: SharedArrayBuffer;
  readonly histograms: SharedArrayBuffer;
}
