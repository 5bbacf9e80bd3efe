/** What of a scenario was really sent, and what became of it: the workers' counters and ledgers asked by index. */

import type { LanePlan, Plan } from '../plan/plan.ts';
import { recordMs, recordTimeOf, scheduleOf } from '../plan/record-time.ts';
import type { LaneMeasurement, LedgerRange } from '../recorder/measurement.ts';
import { ScheduleReader } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import type { SendStatus, SentScenario } from '../workload/ground-truth.ts';

/**
 * @param lanes of every scenario and worker, as measured.
 * @param startedAtMs wall-clock time of the run's start, ms since 1970.
 */
export function sentScenario(
  { workers, clock }: Pick<Plan, 'workers' | 'clock'>,
  { name, load, producers = workers }: LanePlan,
  lanes: readonly LaneMeasurement[],
  startedAtMs: number,
): SentScenario {
  const byProducer: Reach[] = [];
  for (const lane of lanes) {
    if (lane.scenario !== name) continue;
    reachOf(lane, producers / workers).forEach((reach, k) => {
      byProducer[lane.worker + k * workers] = reach;
    });
    sortLedger(lane, producers, byProducer);
  }
  const schedule = scheduleOf(load);
  const reader = schedule && new ScheduleReader(schedule);
  const recordTime = recordTimeOf(clock, startedAtMs);
  return {
    name,
    end: byProducer.reduce(
      (end, { count }, producer) => (count === 0 ? end : Math.max(end, producer + (count - 1) * producers + 1)),
      0,
    ),
    statusOf(index) {
      const reach = byProducer[index % producers];
      if (reach === undefined || Math.floor(index / producers) >= reach.count) return undefined;
      const status = statusIn(reach.notAcked, index);
      return status === undefined ? reach.otherwise : SENT_STATUS[status];
    },
    dueMs: (index) => reader && recordMs(recordTime, reader.dueNs(index)),
  };
}

/** How far a producer came. */
interface Reach {
  /** Messages of the producer that were sent or are in its ledger, the first ones of its share. */
  readonly count: number;
  /** By first index; no two name the same one. */
  readonly notAcked: LedgerRange[];
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

/**
 * Of each producer of a worker. A ledger that overflowed, or was lost with its worker, leaves the outcome of what it does not
 * list open. What is not known of each is taken to be spread evenly, as an open schedule is.
 */
function reachOf({ warmup, load, reach, ledgerComplete }: LaneMeasurement, producers: number): Reach[] {
  const sum = (of: 'scheduled' | 'unsent') => warmup.totals[of] + load.totals[of];
  const count = ledgerComplete ? sum('scheduled') : sum('scheduled') - sum('unsent');
  const otherwise = ledgerComplete ? 'acked' : 'unresolved';
  return Array.from({ length: producers }, (_, k) => {
    const own = (ledgerComplete ? reach?.[k] : undefined) ?? shareOf(count, k, producers);
    return { count: own, notAcked: [], otherwise };
  });
}

/** Ranges of a worker have the step of its producers, each in order. */
function sortLedger({ notAcked }: LaneMeasurement, producers: number, reaches: readonly Reach[]): void {
  for (const range of notAcked) reaches[range.from % producers]!.notAcked.push(range);
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
