/** A time-out that counts only the time in which this process was running. */
import { monotonicMs } from '../clock.ts';

const STEP_MS = 100;

/**
 * Calls `then` after `ms` of running. Where the process stood still (a paused container, a virtual machine that was
 * moved) its workers stood still as well, and what they have finished is still to be read.
 * @returns for `clearInterval`
 */
export function whenAwakeFor(ms: number, then: () => void, nowMs: () => number = monotonicMs): NodeJS.Timeout {
  let leftMs = ms;
  let lastMs = nowMs();
  const timer = setInterval(() => {
    const now = nowMs();
    leftMs -= Math.min(now - lastMs, 2 * STEP_MS);
    lastMs = now;
    if (leftMs > 0) return;
    clearInterval(timer);
    then();
  }, STEP_MS);
  return timer;
}
