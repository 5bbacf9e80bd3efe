/**
 * Where results are kept: the senders say them, the monitor adds them up. A message counts once, with the first result
 * that was kept for its id: whoever dies between result and acknowledgement has its message sent again.
 */
import type { SendResult } from './send-result.ts';
import type { SenderTotals } from './sender-totals.ts';

/** The senders' side. */
export interface MetricsWriter {
  /**
   * Resolves when the result is kept, or when one for this id was kept before, which then stays the one that counts.
   * While the back end cannot be reached it waits and tries again.
   * @throws LoadError when that cannot help: no right to write.
   */
  record(result: SendResult): Promise<void>;
  close(): Promise<void>;
}

/** The monitor's side. */
export interface MetricsReader {
  /**
   * All results so far, those from before the monitor started among them, by sender. While the back end cannot be
   * reached: what is known.
   * @throws LoadError when reading cannot go on.
   */
  totals(): Promise<ReadonlyMap<string, SenderTotals>>;
  /** False while results that were there before the monitor are still being read: the totals are not all yet. */
  readonly hasCaughtUp: boolean;
  close(): Promise<void>;
}
