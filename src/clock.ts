/**
 * The run's clock: ns since the run's epoch as a float, the same moment in every thread. `performance.now()` counts
 * from each thread's own start, so its offset to the monotonic clock of the process is taken once, at the start barrier.
 */
import { MS_PER_SEC, NS_PER_MS } from './units.ts';
export type Clock = () => number;

const READINGS = 9;

/** `epochMs` is the epoch on the scale of `monotonicMs`. */
export function createClock(epochMs: number): Clock {
  const originMs = epochMs - offsetMs();
  // A global of Node's is looked up at each use.
  const source = performance;
  return () => (source.now() - originMs) * NS_PER_MS;
}

/** The epoch is only known at the start barrier; what is built before reads time through this. */
export function lateClock(): { read: Clock; set: (clock: Clock) => void } {
  let current: Clock = () => 0;
  return {
    read: () => current(),
    set: (clock) => {
      current = clock;
    },
  };
}

/** process.hrtime in ms: one scale for all threads. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * MS_PER_SEC + nanoseconds / NS_PER_MS;
}

/** monotonic − performance.now(), from the tightest of a few bracketed readings. */
function offsetMs(): number {
  let best = { gap: Number.POSITIVE_INFINITY, offset: 0 };
  for (let reading = 0; reading < READINGS; reading++) {
    const before = performance.now();
    const monotonic = monotonicMs();
    const after = performance.now();
    if (after - before < best.gap) best = { gap: after - before, offset: monotonic - (before + after) / 2 };
  }
  return best.offset;
}
