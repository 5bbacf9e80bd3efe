/** Piscina entry: WorkerPlan → WorkerMeasurement, or what a LoadError says. */
import { enableCompileCache } from '../src/compile-cache.ts';
import { LoadError, plainLoadError } from '../src/errors.ts';
import type { WorkerPlan } from '../src/recorder/worker-plan.ts';

enableCompileCache();

export default async (workerPlan: WorkerPlan) => {
  const [{ runWorker }, { loadRecords }] = await Promise.all([
    import('../src/engine/worker.ts'),
    import('../src/workload/worker-records.ts'),
  ]);
  try {
    const records = workerPlan.plan.lanes.flatMap(({ record }) => [record, ...Object.values(record.foreign ?? {})]);
    return runWorker(workerPlan, await loadRecords(records));
  } catch (error) {
    if (error instanceof LoadError) return plainLoadError(error);
    throw error;
  }
};
