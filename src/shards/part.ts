/** One shard's part of a run: planned like all others, started with them, and told of on the bus. */
import { type ExecutedRun, type ExecuteOptions, executePlan } from '../coordinator/execute.ts';
import type { StopCause } from '../coordinator/observer.ts';
import { stoppedBeforeStart } from '../coordinator/stopper.ts';
import type { Plan } from '../plan/plan.ts';
import { shardFeed } from './feed.ts';
import type { ShardSession } from './session.ts';
import { planHash } from './shared-plan.ts';

/** Sends this process's part; what is read, and what goes wrong on purpose, is left to shard 0. */
export async function executePart(
  { reading: _, faults: __, ...plan }: Plan,
  session: ShardSession,
  options: ExecuteOptions,
): Promise<ExecutedRun> {
  return executePlan(plan, {
    ...options,
    signal: stopSignal(session, options.signal),
    observers: [...(options.observers ?? []), ownFeed(session)],
    rendezvous: { start: () => session.start(planHash(plan)) },
  });
}

export function ownFeed({ instance, bus }: ShardSession) {
  return shardFeed({ instance, send: (message) => bus.send('data', message) });
}

/** Aborts with the run, or with this process: also while it waits for the others. */
export function stopSignal(session: ShardSession, own: AbortSignal | undefined): AbortSignal {
  const stop = new AbortController();
  const abort = (cause: StopCause) => {
    stop.abort(cause);
    session.abort(stoppedBeforeStart(cause));
  };
  session.onStop(abort);
  own?.addEventListener('abort', () => abort(own.reason as StopCause), { once: true });
  if (own?.aborted) abort(own.reason as StopCause);
  return stop.signal;
}
