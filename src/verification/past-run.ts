/** The books of a run that is over, from its files. */
import type { LogFacts } from '../recorder/reading-measurement.ts';
import type { Result } from '../result/result.ts';
import type { LedgerFacts } from './ledger-facts.ts';
import type { VerifyFile } from './verify-file.ts';

/** @param logs by topic, as they are now. */
export function pastLedgerFacts(
  { ledger }: Pick<Result, 'ledger'>,
  { plan, scheduled }: VerifyFile,
  logs: Readonly<Record<string, LogFacts>>,
): LedgerFacts {
  const why = 'the ledger is incomplete: more messages were not acknowledged than it can name, or a worker was lost';
  const incomplete = ledger.complete ? {} : Object.fromEntries(plan.lanes.map(({ name }) => [name, why]));
  return { scheduled, notAcked: ledger.notAcked, notCommitted: ledger.notCommitted ?? [], incomplete, logs };
}
