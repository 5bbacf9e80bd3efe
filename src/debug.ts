/**
 * What `--log-level debug` tells of this program's own: decisions, timings, requests. Main thread only; the engine's
 * loops say nothing. One sink for the process, as for secrets: what is decided deep inside needs no logger passed down.
 */
import { scrub } from './secrets.ts';

type Sink = (line: string) => void;

let sink: Sink | undefined;
let openedMs = 0;

/** Lines go to `next` from now on, to nobody where it is undefined. */
export function debugTo(next: Sink | undefined): void {
  if (sink === undefined) openedMs = performance.now();
  sink = next;
}

/** `describe` is called only where somebody reads. Secrets are taken out. */
export function debug(describe: () => string): void {
  sink?.(scrub(`+${(performance.now() - openedMs).toFixed(0)} ms ${describe()}`));
}

/** Tells how long `work` took, and why it failed. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const tookMs = () => `${(performance.now() - startMs).toFixed(1)} ms`;
  try {
    const result = await work();
    debug(() => `${what}: ${tookMs()}`);
    return result;
  } catch (error) {
    debug(() => `${what}: failed after ${tookMs()}: ${(error as Error).message}`);
    throw error;
  }
}
