/** Makes the thread that calls it fail half a second after the start, in the middle of its work: loops read the clock all the time. */
import { CONTROL, controlOf, START } from '../../dist/src/recorder/control-memory.js';

export function failLater(memory) {
  const { words } = controlOf(memory);
  const now = performance.now.bind(performance);
  let startedMs;
  performance.now = () => {
    const nowMs = now();
    if (Atomics.load(words, CONTROL.start) === START.go) startedMs ??= nowMs;
    if (nowMs > startedMs + 500) throw new Error('out of luck');
    return nowMs;
  };
}
