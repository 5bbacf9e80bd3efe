/** What a run's books say of its messages: what the log is compared with. */
import type { Plan } from '../plan/plan.ts';
import { producersOf } from '../plan/shard.ts';
import type { LedgerRange, UncommittedRange, WorkerMeasurement } from '../recorder/measurement.ts';
import type { LogFacts } from '../recorder/reading-measurement.ts';
import { shareOf } from '../split.ts';

export interface LedgerFacts {
  /** By lane: how many messages each producer had to send; producer p of N has the indexes p, p + N, … */
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
  for (const [lane, { name }] of plan.lanes.entries()) {
    for (const { worker, lanes, complete, failure } of workers) {
      if (!complete)
        incomplete[name] = `worker ${worker} was lost (${failure ?? 'no reason known'}): what it had sent is not known`;
      else if (!lanes[lane]!.ledgerComplete)
        incomplete[name] = 'the ledger is incomplete: more messages were not acknowledged than it can name';
    }
  }
  const scheduled = scheduledOf(plan, workers);
  const lanes = workers.flatMap((worker) => worker.lanes);
  const notAcked = lanes.flatMap((lane) => lane.notAcked);
  const notCommitted = lanes.flatMap(({ transactions }) => transactions?.notCommitted ?? []);
  return { scheduled, notAcked, notCommitted, incomplete, logs };
}

/** By lane and producer. A closed loop's producers come as far as they are acknowledged, each its own way. */
export function scheduledOf(
  plan: Pick<Plan, 'workers' | 'lanes'>,
  workers: readonly WorkerMeasurement[],
): LedgerFacts['scheduled'] {
  return plan.lanes.map((lane, number) => {
    const of = producersOf(plan, lane) / plan.workers;
    const byProducer: number[] = [];
    for (const { worker, lanes } of workers) {
      const { warmup, load, reach } = lanes[number]!;
      const count = warmup.totals.scheduled + load.totals.scheduled;
      for (let k = 0; k < of; k++) byProducer[worker + k * plan.workers] = reach?.[k] ?? shareOf(count, k, of);
    }
    return byProducer;
  });
}
