/** What became of a scenario's transactions, over all workers, and the check that every acknowledged message is in one. */
import type { LaneMeasurement, TransactionErrorCount, UncommittedRange } from '../recorder/measurement.ts';
import { refuse } from './accounting.ts';
import { encodeHistogram } from './hdr.ts';
import { sumHistograms, summarize } from './latency.ts';
import { countIndexes, joinRanges } from './ledger-ranges.ts';
import type { TransactionResult } from './reading-result.ts';

/** @param lanes of one scenario, a worker each. @param producers where a worker has several. Undefined where it has no transactions. */
export function mergeTransactions(
  lanes: readonly LaneMeasurement[],
  producers = lanes.length,
): TransactionResult | undefined {
  const parts = lanes.flatMap(({ transactions }) => (transactions === undefined ? [] : [transactions]));
  if (parts.length === 0) return undefined;
  const sum = (pick: (part: (typeof parts)[number]) => number) => parts.reduce((total, part) => total + pick(part), 0);
  const commits = sumHistograms(parts.map(({ commitLatency }) => commitLatency));
  return {
    producers,
    committed: sum(({ committed }) => committed),
    aborted: sum(({ aborted }) => aborted),
    forced: sum(({ forced }) => forced),
    undecided: sum(({ undecided }) => undecided),
    committedMessages: sum(({ committedMessages }) => committedMessages),
    abortedMessages: sum(({ abortedMessages }) => abortedMessages),
    undecidedMessages: sum(({ undecidedMessages }) => undecidedMessages),
    commitLatency: summarize(commits, 0),
    commitHistogram: encodeHistogram(commits),
    errors: mergeTransactionErrors(parts.flatMap(({ errors }) => errors)),
  };
}

function mergeTransactionErrors(errors: readonly TransactionErrorCount[]): TransactionResult['errors'] {
  const byCode = new Map<number, { code: number; name: string; count: number; example: string }>();
  for (const { code, name, count, example } of errors) {
    const known = byCode.get(code);
    if (known === undefined) byCode.set(code, { code, name, count, example });
    else known.count += count;
  }
  return [...byCode.values()].toSorted((a, b) => b.count - a.count || a.code - b.code);
}

export function notCommittedOf(lanes: readonly LaneMeasurement[]): UncommittedRange[] {
  return joinRanges(lanes.flatMap(({ transactions }) => transactions?.notCommitted ?? []));
}

/**
 * Acknowledged messages are those of committed, aborted and undecided transactions, warm-up included, and each commit has
 * its latency; where the ledger is whole it names the uncommitted ones.
 */
export function checkTransactions(where: string, lanes: readonly LaneMeasurement[], acked: number): void {
  const result = mergeTransactions(lanes);
  if (result === undefined) return;
  const { committed, committedMessages, abortedMessages, undecidedMessages, commitLatency } = result;
  const numbers = { acked, committed, committedMessages, abortedMessages, undecidedMessages };
  if (committedMessages + abortedMessages + undecidedMessages !== acked) {
    refuse(where, 'committed + aborted + undecided messages ≠ acked', numbers);
  }
  if (commitLatency.count !== committed) {
    refuse(where, 'not every commit has its latency', { ...numbers, measured: commitLatency.count });
  }
  if (!lanes.every(({ ledgerComplete }) => ledgerComplete)) return;
  const ranges = notCommittedOf(lanes);
  const listed = { aborted: countIndexes(ranges, ['aborted']), undecided: countIndexes(ranges, ['undecided']) };
  if (listed.aborted === abortedMessages && listed.undecided === undecidedMessages) return;
  refuse(where, 'the ledger lists other counts than aborted and undecided messages', { ...numbers, listed });
}
