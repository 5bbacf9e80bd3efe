/**
 * What became of each message, as the senders say it and as the monitor adds it up. A message counts once, with the
 * first result that was kept for its id: whoever dies between result and acknowledgement has its message sent again.
 */

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
  close(): Promise<void>;
}

export interface SenderTotals {
  readonly sent: number;
  readonly failed: number;
  /** Of sent and failed ones together, whole microseconds. */
  readonly processingUs: number;
}

export function addTotals(totals: Iterable<SenderTotals>): SenderTotals {
  let [sent, failed, processingUs] = [0, 0, 0];
  for (const each of totals) {
    sent += each.sent;
    failed += each.failed;
    processingUs += each.processingUs;
  }
  return { sent, failed, processingUs };
}
