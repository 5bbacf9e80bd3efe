/**
 * What became of each message, as the senders say it and as the monitor adds it up. A message counts once, with the
 * first result that was kept for its id: whoever dies between result and acknowledgement has its message sent again.
 */
import type { SenderTotals } from './sender-totals.ts';

export interface SendResult {
  /** The message's own id, the same however often the queue hands it out (message-id.ts). */
  readonly id: string;
  /** Which sender dealt with it; unique among all processes. */
  readonly sender: string;
  readonly outcome: 'sent' | 'failed';
  /** Whole microseconds, so that sums are exact. */
  readonly processingUs: number;
}

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
