/** What a run's books say of its messages: what the log is compared with. */
import type { Plan } from '../plan/plan.ts';
import type { LedgerRange, UncommittedRange, WorkerMeasurement } from '../recorder/measurement.ts';
import type { LogFacts } from '../recorder/reading-measurement.ts';

export interface LedgerFacts {
  /** By lane: how many messages each worker had to send; worker w of W has the indexes w, w + W, … */
  readonly scheduled: readonly (readonly number[])[];
  /** `scenario` is the lane's name; every index beside these was acknowledged. */
  readonly notAcked: readonly LedgerRange[];
  readonly notCommitted: readonly UncommittedRange[];
  /** Why the books cannot say what was acknowledged, by lane's name; empty where they can. */
  readonly incomplete: Readonly<Record<string, string>>;
  /** By topic. */
  readonly logs: Readonly<Record<string, LogFacts>>;
}

/** Of a run whose workers' measurements are at hand. */
export function ledgerFactsOf(
  plan: Plan,
  workers: readonly WorkerMeasurement[],
  logs: LedgerFacts['logs'],
): LedgerFacts {
  const incomplete: Record<string, string> = {};
  const scheduled = plan.lanes.map(({ name }, lane) =>
    workers
      .toSorted((a, b) => a.worker - b.worker)
      .map(({ worker, lanes, complete, failure }) => {
        const own = lanes[lane]!;
        if (!complete)
          incomplete[name] =
            `worker ${worker} was lost (${failure ?? 'no reason known'}): what it had sent is not known`;
        else if (!own.ledgerComplete)
          incomplete[name] = 'the ledger is incomplete: more messages were not acknowledged than it can name';
        return own.warmup.totals.scheduled + own.load.totals.scheduled;
      }),
  );
  const lanes = workers.flatMap((worker) => worker.lanes);
  const notAcked = lanes.flatMap((lane) => lane.notAcked);
  const notCommitted = lanes.flatMap(({ transactions }) => transactions?.notCommitted ?? []);
  return { scheduled, notAcked, notCommitted, incomplete, logs };
}
