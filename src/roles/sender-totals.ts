/** What a sender did so far: added up by senders for themselves, and by the monitor for all of them. */
import type { SendResult } from './send-result.ts';

export interface SenderCounts {
  readonly sent: number;
  readonly failed: number;
  /** Of sent and failed ones together, whole microseconds. */
  readonly processingUs: number;
}

export interface SenderTotals extends SenderCounts {
  /** Messages that took as long as each of the bounds or less. */
  readonly atOrBelow: readonly number[];
}

/** Upper ends of the buckets, as Prometheus' clients have them by default. */
export const PROCESSING_BOUNDS_US = [5e3, 1e4, 2.5e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 2.5e6, 5e6, 1e7] as const;

export const NO_TOTALS: SenderTotals = {
  sent: 0,
  failed: 0,
  processingUs: 0,
  atOrBelow: PROCESSING_BOUNDS_US.map(() => 0),
};

export function withResult(
  totals: SenderTotals,
  { outcome, processingUs }: Pick<SendResult, 'outcome' | 'processingUs'>,
): SenderTotals {
  return {
    ...totals,
    [outcome]: totals[outcome] + 1,
    processingUs: totals.processingUs + processingUs,
    atOrBelow: totals.atOrBelow.map((count, i) => count + (processingUs <= PROCESSING_BOUNDS_US[i]! ? 1 : 0)),
  };
}

/** The least bound that it does not exceed; undefined where it took longer than all of them. */
export function boundOf(processingUs: number): number | undefined {
  return PROCESSING_BOUNDS_US.find((boundUs) => processingUs <= boundUs);
}

export function addTotals(totals: Iterable<SenderCounts>): SenderCounts {
  let [sent, failed, processingUs] = [0, 0, 0];
  for (const each of totals) {
    sent += each.sent;
    failed += each.failed;
    processingUs += each.processingUs;
  }
  return { sent, failed, processingUs };
}
