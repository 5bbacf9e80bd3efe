/** Producing, as a task of a group of workers. */

import { isEndless } from '../plan/endless.ts';
import type { Plan } from '../plan/plan.ts';
import type { WorkerMeasurement } from '../recorder/measurement.ts';
import { RunReader } from '../recorder/reader.ts';
import type { RunMemory } from '../recorder/run-memory.ts';
import { measureLostWorker } from '../recorder/worker-measurement.ts';
import type { WorkerPlan } from '../recorder/worker-plan.ts';
import { NS_PER_MS } from '../units.ts';
import { type Patience, READY_MS } from './hang-watch.ts';
import type { GroupTask } from './worker-group.ts';

const ENTRY = new URL('../../workers/engine.js', import.meta.url);
/** After gracefulStop: a purge takes up to 5 s, the last statistics 1.5 s. */
const HANG_MS = 15_000;
/** More for each client that a worker opens beside the first of each kind: eight at once, each with its metadata. */
const READY_MS_PER_CLIENT = 1_000;

export interface ProduceOptions {
  /** Somebody reads how far each lane is settled; by default nobody. */
  readonly reportsSettled?: boolean;
  /** How long after gracefulStop a worker is given up; by default 15 s. */
  readonly hangMs?: number;
  /** Replaces the engine's worker entry, for tests. */
  readonly workerEntry?: URL;
}

export function produceTask(
  plan: Plan,
  memory: RunMemory,
  { reportsSettled = false, hangMs = HANG_MS, workerEntry = ENTRY }: ProduceOptions = {},
): GroupTask<WorkerMeasurement> {
  const shared: Pick<WorkerPlan, 'plan' | 'memory' | 'reportsSettled'> = { plan, memory, reportsSettled };
  return {
    entry: workerEntry,
    memory,
    patience: patienceOf(plan, memory, hangMs),
    input: () => shared,
    lost: (worker, error) => measureLostWorker(plan, memory, worker, error),
  };
}

/** gracefulStop is once for a backlog and once for the drain. */
export function patienceOf({ lanes, clients, workers }: Plan, memory: RunMemory, hangMs: number): Patience {
  const reader = new RunReader(memory);
  const endsNs = lanes.map(({ load }) => (isEndless(load) ? Number.POSITIVE_INFINITY : load.endNs));
  const opened = clients.reduce((sum, { producers = workers }) => sum + producers / workers, 0);
  return {
    readyMs: READY_MS + Math.ceil(opened - clients.length) * READY_MS_PER_CLIENT,
    plannedMs: Math.max(...endsNs) / NS_PER_MS,
    patienceMs: Math.max(...lanes.map(({ gracefulStopNs }) => gracefulStopNs)) / NS_PER_MS + hangMs,
    turnOf: (worker) => reader.efforts()[worker]!.turnNs,
  };
}
