/** What ends a run before its plan does. */
import { monotonicMs } from '../clock.ts';
import { EXIT, LoadError } from '../errors.ts';
import type { StopCause } from './observer.ts';

export interface StopSignals {
  readonly signal?: AbortSignal;
  readonly abandon?: AbortSignal;
}

interface Stoppable {
  /** Ends the schedule, and drains. */
  stop(): void;
  /** Gives up what is not done. */
  abandon(): void;
}

export type Stopper = ReturnType<typeof stopper>;

/** Turns the two signals, and what observers find, into the shared stop word, and remembers the first cause. */
export function stopper(sides: Stoppable, { signal, abandon }: StopSignals) {
  let first: { readonly cause: StopCause; readonly atMs: number } | undefined;
  const stop = (cause: StopCause) => {
    first ??= { cause, atMs: monotonicMs() };
    sides.stop();
  };
  const onSignal = () => stop(causeOf(signal?.reason));
  const onAbandon = () => sides.abandon();
  signal?.addEventListener('abort', onSignal, { once: true });
  abandon?.addEventListener('abort', onAbandon, { once: true });
  if (signal?.aborted) onSignal();
  return {
    stop,
    first: () => first,
    dispose: () => {
      signal?.removeEventListener('abort', onSignal);
      abandon?.removeEventListener('abort', onAbandon);
    },
  };
}

export function causeOf(reason: unknown): StopCause {
  if (typeof reason === 'object' && reason !== null && 'by' in reason && 'reason' in reason) return reason as StopCause;
  return { by: 'abort', reason: 'the caller stopped the run' };
}

/** @param detail how far it was. */
export function stoppedBeforeStart({ by, reason }: StopCause, detail?: string): LoadError {
  const exitCode = by === 'SIGINT' ? EXIT.sigint : by === 'SIGTERM' ? EXIT.sigterm : EXIT.failed;
  const message = `stopped before the start: ${[reason, detail].filter(Boolean).join('; ')}`;
  return new LoadError('STOPPED', message, { exitCode });
}
