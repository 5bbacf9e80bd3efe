/** What became of one message, as the sender that dealt with it says. */
export interface SendResult {
  /** The message's own id, the same however often the queue hands it out (message-id.ts). */
  readonly id: string;
  /** Which sender dealt with it; unique among all processes. */
  readonly sender: string;
  readonly outcome: 'sent' | 'failed';
  /** Whole microseconds, so that sums are exact. */
  readonly processingUs: number;
}
