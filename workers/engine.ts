/** Piscina entry: WorkerPlan → WorkerMeasurement. */
import { runWorker } from '../src/engine/worker.ts';

export default runWorker;
