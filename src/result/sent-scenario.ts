/** What of a scenario was really sent, and what became of it: the workers' counters and ledgers asked by index. */

import type { LanePlan, Plan } from '../plan/plan.ts';
import { recordMs, recordTimeOf, scheduleOf } from '../plan/record-time.ts';
import type { LaneMeasurement, LedgerRange } from '../recorder/measurement.ts';
import { ScheduleReader } from '../schedule/schedule.ts';
import type { SendStatus, SentScenario } from '../workload/ground-truth.ts';

/**
 * @param lanes of every scenario and worker, as measured.
 * @param startedAtMs wall-clock time of the run's start, ms since 1970.
 */
export function sentScenario(
  { workers, clock }: Pick<Plan, 'workers' | 'clock'>,
  { name, load }: LanePlan,
  lanes: readonly LaneMeasurement[],
  startedAtMs: number,
): SentScenario {
  const byWorker: Reach[] = [];
  for (const lane of lanes) if (lane.scenario === name) byWorker[lane.worker] = reachOf(lane);
  const schedule = scheduleOf(load);
  const reader = schedule && new ScheduleReader(schedule);
  const recordTime = recordTimeOf(clock, startedAtMs);
  return {
    name,
    end: byWorker.reduce(
      (end, { count }, worker) => (count === 0 ? end : Math.max(end, worker + (count - 1) * workers + 1)),
      0,
    ),
    statusOf(index) {
      const reach = byWorker[index % workers];
      if (reach === undefined || Math.floor(index / workers) >= reach.count) return undefined;
      const status = statusIn(reach.notAcked, index);
      return status === undefined ? reach.otherwise : SENT_STATUS[status];
    },
    dueMs: (index) => reader && recordMs(recordTime, reader.dueNs(index)),
  };
}

/** How far a worker came. */
interface Reach {
  /** Messages of the worker that were sent or are in its ledger, the first ones of its share. */
  readonly count: number;
  /** By first index; no two name the same one. */
  readonly notAcked: readonly LedgerRange[];
  /** What a message is that the ledger does not name. */
  readonly otherwise: SendStatus;
}

const SENT_STATUS: Readonly<Record<LedgerRange['status'], SendStatus | undefined>> = {
  shed: undefined,
  unsent: undefined,
  'not-persisted': 'failed',
  'possibly-persisted': 'unresolved',
  persisted: 'unresolved',
};

/** A ledger that overflowed, or was lost with its worker, leaves the outcome of what it does not list open. */
function reachOf({ warmup, load, notAcked, ledgerComplete }: LaneMeasurement): Reach {
  const sum = (of: 'scheduled' | 'unsent') => warmup.totals[of] + load.totals[of];
  const count = ledgerComplete ? sum('scheduled') : sum('scheduled') - sum('unsent');
  return { count, notAcked, otherwise: ledgerComplete ? 'acked' : 'unresolved' };
}

function statusIn(ranges: readonly LedgerRange[], index: number): LedgerRange['status'] | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.from <= index) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low - 1];
  return range !== undefined && index <= range.to ? range.status : undefined;
}
