/** The engine's worker; worker 1 fails. */
import engine from '../../dist/workers/engine.js';
import { failLater } from './fail-later.mjs';

export default function run(workerPlan) {
  if (workerPlan.worker === 1) failLater(workerPlan.memory);
  return engine(workerPlan);
}
