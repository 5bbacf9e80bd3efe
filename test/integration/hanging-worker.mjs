/** The engine's worker, but for worker 1, which hears no stop. */
import { CONTROL, controlOf, STATE } from '../../dist/src/recorder/control-memory.js';
import engine from '../../dist/workers/engine.js';

export default function run(workerPlan) {
  if (workerPlan.worker !== 1) return engine(workerPlan);
  const { words } = controlOf(workerPlan.memory);
  Atomics.store(words, CONTROL.states + 1, STATE.ready);
  Atomics.wait(words, CONTROL.start, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20_000);
  throw new Error('woken');
}
