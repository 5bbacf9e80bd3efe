/** Piscina entry: WorkerPlan → WorkerMeasurement, or what a LoadError says. */
import { runWorker } from '../src/engine/worker.ts';
import type { WorkerPlan } from '../src/engine/worker-plan.ts';
import { LoadError, plainLoadError } from '../src/errors.ts';

export default (workerPlan: WorkerPlan) => {
  try {
    return runWorker(workerPlan);
  } catch (error) {
    if (error instanceof LoadError) return plainLoadError(error);
    throw error;
  }
};
