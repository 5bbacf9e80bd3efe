/** A lane's measurement out of shared memory: by the worker itself at its end, by the coordinator when it crashed. */

import type { LanePlan } from '../plan/plan.ts';
import { shareOf } from '../split.ts';
import type { LaneMeasurement, PhaseMeasurement } from './measurement.ts';
import {
  COUNTER,
  counterCell,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  MOMENT,
  type Phase,
  type RunMemory,
  WARMUP,
} from './run-memory.ts';

export type LaneAccount = Pick<LaneMeasurement, 'notAcked' | 'ledgerComplete' | 'errors' | 'stopped'> & {
  /** Messages that were to be sent and were not. */
  readonly unsent: number;
  /** Of an endless schedule: this worker's messages that were due when it ended. */
  readonly due?: number;
};

export function measureLane(
  memory: RunMemory,
  worker: number,
  workers: number,
  scenario: LanePlan,
  account: LaneAccount,
): LaneMeasurement {
  const { unsent, due, ...rest } = account;
  const counters = laneCounters(memory, worker, scenario.lane);
  const phases = [WARMUP, LOAD].map((phase) => phaseMeasurement(memory, worker, workers, scenario, phase, unsent, due));
  return {
    worker,
    scenario: scenario.name,
    warmup: phases[WARMUP]!,
    load: phases[LOAD]!,
    ...moments(counters),
    ...rest,
  };
}

function phaseMeasurement(
  memory: RunMemory,
  worker: number,
  workers: number,
  scenario: LanePlan,
  phase: Phase,
  unsentAll: number,
  due: number | undefined,
): PhaseMeasurement {
  const counters = laneCounters(memory, worker, scenario.lane);
  const count = (counter: number) => counters[counterCell(phase, counter)]!;
  const sent = count(COUNTER.sent);
  const shed = count(COUNTER.shed);
  const planned = plannedShare(scenario, worker, workers, phase, due);
  const unsent = planned === null ? (phase === LOAD ? unsentAll : 0) : planned - sent - shed;
  const histogram = (latency: number) => laneHistogram(memory, worker, scenario.lane, phase, latency);
  return {
    totals: {
      scheduled: planned ?? sent + shed + unsent,
      sent,
      shed,
      unsent,
      acked: count(COUNTER.acked),
      failed: count(COUNTER.failed),
      unresolved: count(COUNTER.unresolved),
      payloadBytes: count(COUNTER.bytes),
    },
    response: histogram(LATENCY.response),
    service: histogram(LATENCY.service),
    scheduleLag: histogram(LATENCY.scheduleLag),
  };
}

/** What the plan gives this worker in this phase; null in a closed loop, which plans no count per phase. */
function plannedShare(
  scenario: LanePlan,
  worker: number,
  workers: number,
  phase: Phase,
  due: number | undefined,
): number | null {
  const { load } = scenario;
  if (load.kind === 'closed') return null;
  const all = due ?? shareOf(load.count, worker, workers);
  const warmup = Math.min(all, shareOf(load.warmupCount, worker, workers));
  return phase === WARMUP ? warmup : all - warmup;
}

function moments(counters: Float64Array): Pick<LaneMeasurement, 'firstSentNs' | 'lastSentNs' | 'lastAckNs'> {
  const at = (cell: number) => (counters[cell] === 0 ? undefined : counters[cell]!);
  const firstSentNs = at(MOMENT.firstSent);
  const lastSentNs = at(MOMENT.lastSent);
  const lastAckNs = at(MOMENT.lastAck);
  return {
    ...(firstSentNs === undefined ? {} : { firstSentNs }),
    ...(lastSentNs === undefined ? {} : { lastSentNs }),
    ...(lastAckNs === undefined ? {} : { lastAckNs }),
  };
}
