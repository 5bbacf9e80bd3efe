/** A broker that is not there yet is asked again, at growing intervals, until it answers or the time is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../clock.ts';
import { LoadError } from '../errors.ts';
import { formatDuration, MS_PER_SEC, NS_PER_SEC } from '../units.ts';
import { causeOf, stoppedBeforeStart } from './stopper.ts';

const BACKOFF_MS = 250;
const BACKOFF_MAX_MS = 5_000;

export interface BrokerWait {
  /** From the first attempt on. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  /** Before each further attempt, a sentence. */
  readonly onRetry?: (text: string) => void;
  /** For tests. */
  readonly now?: () => number;
  readonly pause?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}

/**
 * @param attempt bounded by the time that is left, in ms.
 * @throws LoadError STOPPED; what the last attempt threw; at once what is not about reaching the broker, as a refused login.
 */
export async function untilReached(attempt: (leftMs: number) => Promise<unknown>, wait: BrokerWait): Promise<void> {
  const { waitMs, signal, onRetry, now = monotonicMs } = wait;
  const { pause = (ms: number) => sleep(ms, undefined, signal && { signal }) } = wait;
  const endMs = now() + waitMs;
  for (let backoffMs = BACKOFF_MS; ; backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS)) {
    try {
      await attempt(endMs - now());
      return;
    } catch (error) {
      const leftMs = endMs - now() - backoffMs;
      const isAway = error instanceof LoadError && error.code === 'BROKER_UNREACHABLE';
      if (!isAway || signal?.aborted || leftMs <= 0) throw error;
      onRetry?.(`${error.message}; trying for another ${formatDuration(Math.ceil(leftMs / MS_PER_SEC) * NS_PER_SEC)}`);
      await pause(backoffMs, signal).catch((cause) => {
        throw signal?.aborted ? stoppedBeforeStart(causeOf(signal.reason), error.message) : cause;
      });
    }
  }
}
