import { monotonicMs } from '../clock.ts';
import { type OffsetBound, offsetBound, type RoundTrip } from '../clock-offset.ts';

/** Two turns of the wall clock's millisecond: this blocks the thread. */
const LOOK_MS = 2.5;

/**
 * The monotonic clock less Date.now, µs: to a microsecond or so, from the moments at which Date.now turns to its next
 * millisecond. `performance.timeOrigin` would not do: it is where the wall clock stood when the process began.
 */
export function wallClock(): OffsetBound {
  const turns: RoundTrip[] = [];
  let last = look();
  const endMs = last.sentMs + LOOK_MS;
  do {
    const next = look();
    if (next.stampMs !== last.stampMs) turns.push(last, next);
    last = next;
  } while (last.receivedMs < endMs);
  return offsetBound([...turns, last])!;
}

function look(): RoundTrip {
  const sentMs = monotonicMs();
  const stampMs = Date.now();
  return { sentMs, receivedMs: monotonicMs(), stampMs };
}
