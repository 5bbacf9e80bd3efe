/** What aborting thresholds look at while the run goes on, read from shared memory once a second. */
import type { LanePlan, Plan } from '../plan/plan.ts';
import { add, createHistogram, snapshot } from '../recorder/histogram.ts';
import {
  COUNTER,
  counterCell,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  type RunMemory,
} from '../recorder/run-memory.ts';
import type { ThresholdInputs } from '../result/thresholds.ts';
import { dueCount } from '../schedule/schedule.ts';

/** Of one scenario or, where none is named, of all; undefined when there is no such scenario. */
export function liveInputs(
  plan: Plan,
  memory: RunMemory,
  elapsedNs: number,
  scenario: string | undefined,
): ThresholdInputs | undefined {
  const chosen = plan.lanes.filter(({ name }) => scenario === undefined || name === scenario);
  if (chosen.length === 0) return undefined;
  const count = (counter: number) => sumCounters(memory, chosen, counter);
  const loadSec = Math.max(1e-9, (elapsedNs - Math.min(...chosen.map(({ load }) => load.warmupEndNs))) / 1e9);
  return {
    response: sumHistograms(memory, chosen, LATENCY.response),
    service: sumHistograms(memory, chosen, LATENCY.service),
    scheduleLag: sumHistograms(memory, chosen, LATENCY.scheduleLag),
    sent: count(COUNTER.sent),
    acked: count(COUNTER.acked),
    notAcked: count(COUNTER.failed) + count(COUNTER.unresolved),
    achievedPerSec: count(COUNTER.acked) / loadSec,
    targetPerSec: plannedPerSec(chosen, elapsedNs, loadSec),
  };
}

function sumCounters(memory: RunMemory, scenarios: readonly LanePlan[], counter: number): number {
  let sum = 0;
  for (let worker = 0; worker < memory.workers; worker++) {
    for (const { lane } of scenarios) sum += laneCounters(memory, worker, lane)[counterCell(LOAD, counter)]!;
  }
  return sum;
}

function sumHistograms(memory: RunMemory, scenarios: readonly LanePlan[], latency: number) {
  const sum = createHistogram();
  const reading = createHistogram();
  for (let worker = 0; worker < memory.workers; worker++) {
    for (const { lane } of scenarios) {
      snapshot(laneHistogram(memory, worker, lane, LOAD, latency), reading);
      add(sum, reading);
    }
  }
  return sum;
}

/** Planned until now; null where one of the scenarios is a closed loop. */
function plannedPerSec(scenarios: readonly LanePlan[], elapsedNs: number, loadSec: number): number | null {
  let due = 0;
  for (const { load } of scenarios) {
    if (load.kind === 'closed') return null;
    due += Math.max(0, dueCount(load.schedule, elapsedNs) - load.warmupCount);
  }
  return due / loadSec;
}
