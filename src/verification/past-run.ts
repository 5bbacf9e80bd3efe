/** The books of a run that is over, from its files. */
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import type { LogFacts } from '../recorder/reading-measurement.ts';
import type { Result } from '../result/result.ts';
import type { LedgerFacts } from './ledger-facts.ts';
import { VERIFY_FILE, type VerifyFile } from './verify-file.ts';

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

/** That both files are of one run, and say where its topics began: else nothing would be compared, and nothing found. */
export function checkPastRun(
  directory: string,
  { run, ledger }: Pick<Result, 'run' | 'ledger'>,
  file: VerifyFile,
): void {
  const { plan } = file;
  const place = join(directory, 'result.json');
  if (plan.runTag !== run.id) {
    const message = `it is of run ${run.id}, ${VERIFY_FILE} beside it of run ${plan.runTag}`;
    throw new InputError([{ place, message, hint: 'take both files from one result directory' }]);
  }
  const began = new Set(ledger.partitions.map(({ topic }) => topic));
  const missing = plan.lanes.flatMap(({ name, topics }) =>
    topics.filter((topic) => !began.has(topic)).map((topic) => ({ name, topic })),
  );
  if (missing.length === 0) return;
  throw new InputError(
    missing.map(({ name, topic }) => ({
      place,
      message: `ledger.partitions: topic ${topic} of scenario ${name} is missing`,
      hint: 'it was edited: take another copy',
    })),
  );
}
