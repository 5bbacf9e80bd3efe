/** What a signal found under way: waited for, but not for ever. */
import { LoadError } from '../errors.ts';
import { MS_PER_SEC } from '../units.ts';

/** A server that is away for a moment is back by then; who stops containers gives them half a minute. */
const LAST_WAIT_MS = 10_000;

/**
 * `work`, and from the signal on for 10 s at most.
 * @param what is not done then, as `the result of message 7 is not kept`.
 * @throws LoadError; and what `work` throws.
 */
export function untilLast<T>(work: Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUp = () =>
      reject(new LoadError('LAST_WAIT', `${what}: no answer within ${LAST_WAIT_MS / MS_PER_SEC} s of the signal`));
    const aborted = () => {
      timer = setTimeout(giveUp, LAST_WAIT_MS);
    };
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    });
  });
}
