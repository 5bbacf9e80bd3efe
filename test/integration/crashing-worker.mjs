/** The engine's worker; worker 1 fails half a second after the start, in the middle of its work. */
import { CONTROL, controlOf, START } from '../../dist/src/recorder/control-memory.js';
import engine from '../../dist/workers/engine.js';

export default function run(workerPlan) {
  if (workerPlan.worker === 1) failLater(controlOf(workerPlan.memory).words);
  return engine(workerPlan);
}

/** The loop reads the clock all the time. */
function failLater(words) {
  const now = performance.now.bind(performance);
  let startedMs;
  performance.now = () => {
    const nowMs = now();
    if (Atomics.load(words, CONTROL.start) === START.go) startedMs ??= nowMs;
    if (nowMs > startedMs + 500) throw new Error('out of luck');
    return nowMs;
  };
}
