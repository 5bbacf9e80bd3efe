/** A worker's measurement out of shared memory: by itself at its end, by the coordinator when it was lost. */
import { monotonicMs } from '../clock.ts';
import { dueShare, isEndless } from '../plan/endless.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { workerOf } from '../plan/shard.ts';
import { NS_PER_MS } from '../units.ts';
import { measureLane } from './lane-measurement.ts';
import type { LaneMeasurement, WorkerMeasurement } from './measurement.ts';
import { inFlightOf, PHASES, RunReader } from './reader.ts';
import { COUNTER, counterCell, laneCounters, type RunMemory, resolutionHistogram, TRANSACTION } from './run-memory.ts';

type LoopMeasurement = Pick<WorkerMeasurement, 'resolution' | 'busyNs' | 'idleNs' | 'blockedNs' | 'phases'>;

/** How the worker's loop fared. */
export function measureLoop(memory: RunMemory, thread: number): LoopMeasurement {
  const { busyNs, idleNs, blockedNs, loadStartNs, loadEndNs, drainEndNs } = new RunReader(memory).efforts()[thread]!;
  const phases = { loadStartNs, loadEndNs, drainEndNs };
  return { resolution: resolutionHistogram(memory, thread), busyNs, idleNs, blockedNs, phases };
}

/** What shared memory still knows of a worker that is gone: what it had in flight is unresolved. */
export function measureLostWorker(plan: Plan, memory: RunMemory, thread: number, error: Error): WorkerMeasurement {
  const loop = measureLoop(memory, thread);
  const { loadStartNs, drainEndNs } = loop.phases;
  const endNs = Math.max(...plan.lanes.map(({ load }) => load.endNs));
  const { epochMs } = new RunReader(memory);
  const lostNs = Math.max(0, (monotonicMs() - epochMs) * NS_PER_MS);
  // Of one that hung in its load nobody knows when that ended: with the schedule at the latest.
  const loadEndNs = loop.phases.loadEndNs || Math.min(lostNs, endNs);
  return {
    worker: workerOf(plan, thread),
    ...loop,
    lanes: plan.lanes.map((lane) => measureLostLane(plan, memory, thread, lane, error)),
    phases: { loadStartNs, loadEndNs, drainEndNs: drainEndNs || loadEndNs },
    outages: [],
    complete: false,
    failure: error.message,
    lostNs,
  };
}

function measureLostLane(plan: Plan, memory: RunMemory, thread: number, lane: LanePlan, error: Error): LaneMeasurement {
  const reader = new RunReader(memory);
  const own = { lanes: [lane], workers: [thread] };
  const worker = workerOf(plan, thread);
  const cells = laneCounters(memory, thread, lane.lane);
  for (const phase of PHASES) {
    cells[counterCell(phase, COUNTER.unresolved)]! += inFlightOf(reader.counts({ ...own, phases: [phase] }));
  }
  const { sent, shed, acked } = reader.counts(own);
  const left = acked - cells[TRANSACTION.committedMessages]! - cells[TRANSACTION.abortedMessages]!;
  if (lane.transactions && left > 0) {
    cells[TRANSACTION.undecided] = 1;
    cells[TRANSACTION.undecidedMessages] = left;
  }
  const { load } = lane;
  return measureLane(memory, { thread, worker, workers: plan.workers }, lane, {
    unsent: 0,
    ...(isEndless(load) && { due: Math.max(sent + shed, dueShare(load, reader.stoppedNs, worker, plan.workers)) }),
    notAcked: [],
    ledgerComplete: false,
    errors: [],
    stopped: error.message,
  });
}
