/** The verification of a run by its own consumer groups: pages while it goes on, the result when it is over. */
import type { Plan } from '../plan/plan.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import type { IndexPage } from '../recorder/reading-measurement.ts';
import type { ReadingMemory } from '../recorder/reading-memory.ts';
import type { VerificationResult } from '../result/reading-result.ts';
import { loadRecords } from '../workload/worker-records.ts';
import { ledgerFactsOf } from './ledger-facts.ts';
import { Verification } from './verification.ts';

export interface RunVerification {
  /** Called once, when the target is known. */
  openPages(plan: Plan, memory: ReadingMemory): (page: IndexPage) => void;
  /** By scenario. @param plan as it was run. */
  result(plan: Plan, run: RunMeasurement): Record<string, VerificationResult>;
}

/** Undefined where no group verifies. */
export async function openRunVerification({ reading, lanes }: Plan): Promise<RunVerification | undefined> {
  if (reading?.groups.some(({ verify }) => verify) !== true) return undefined;
  const records = lanes.flatMap(({ record }) => [record, ...Object.values(record.foreign ?? {})]);
  const openRecords = await loadRecords(records);
  let verification: Verification | undefined;
  return {
    openPages(plan, memory) {
      const opened = new Verification({ plan, memory, openRecords, allowsUncommitted: true });
      verification = opened;
      return (page) => opened.add(page);
    },
    result(plan, run) {
      if (verification === undefined || run.reading === undefined) return {};
      const members = run.reading.groups.flatMap((group) => group.members);
      return verification.result(members, ledgerFactsOf(plan, run.workers, run.reading.logs));
    },
  };
}
