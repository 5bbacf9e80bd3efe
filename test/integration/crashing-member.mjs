/** A member of a consumer group; member 1 fails half a second after the start, with records read and others to come. */
import { CONTROL, controlOf, START } from '../../dist/src/recorder/control-memory.js';
import reader from '../../dist/workers/reader.js';

export default function run(memberPlan) {
  if (memberPlan.worker === 1) failLater(controlOf(memberPlan.memory).words);
  return reader(memberPlan);
}

/** Its loop reads the clock all the time. */
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
