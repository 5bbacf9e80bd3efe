import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whenAwakeFor } from '../../src/coordinator/when-awake-for.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The clock goes on while the timers do, and alone while the process stands still. */
function started(ms: number) {
  let nowMs = 0;
  const then = vi.fn();
  const timer = whenAwakeFor(ms, then, () => nowMs);
  const run = (forMs: number) => {
    for (const endMs = nowMs + forMs; nowMs < endMs; ) {
      nowMs += 50;
      vi.advanceTimersByTime(50);
    }
  };
  const standStill = (forMs: number) => {
    nowMs += forMs;
  };
  return { then, timer, run, standStill };
}

test('calls once, after the time', () => {
  const { then, run } = started(1000);
  run(950);
  expect(then).not.toHaveBeenCalled();
  run(50);
  expect(then).toHaveBeenCalledOnce();
  run(5000);
  expect(then).toHaveBeenCalledOnce();
});

test('an hour in which nothing ran is hardly any of it', () => {
  const { then, run, standStill } = started(1000);
  run(500);
  standStill(3_600_000);
  run(300);
  expect(then).not.toHaveBeenCalled();
  run(200);
  expect(then).toHaveBeenCalledOnce();
});

test('not after it was cleared', () => {
  const { then, timer, run } = started(1000);
  run(500);
  clearInterval(timer);
  run(5000);
  expect(then).not.toHaveBeenCalled();
});
