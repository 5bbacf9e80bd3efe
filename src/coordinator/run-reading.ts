/** Reads shared memory at one moment, for the metrics endpoint. The workers notice nothing of it. */
import { monotonicMs } from '../clock.ts';
import { dueShare, isEndless } from '../plan/endless.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { readLatencyBuckets } from '../recorder/latency-buckets.ts';
import {
  COUNTER,
  controlOf,
  counterCell,
  EFFORT,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  MOMENT,
  type Phase,
  type RunMemory,
  STATE,
  WARMUP,
  workerEffort,
} from '../recorder/run-memory.ts';
import type { CountReading, PhaseReading, RunReading, ScenarioReading } from '../result/run-reading.ts';
import { dueCount, ratePerSecAt } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import { workerEnds, workerStates } from './pool.ts';

/** @param nowMs on the scale of `monotonicMs`. */
export function readRun(plan: Plan, memory: RunMemory, nowMs = monotonicMs()): Omit<RunReading, 'lastRow'> {
  const { loadNs, elapsedNs } = readTimes(memory, nowMs);
  return {
    elapsedNs,
    plannedNs: plan.durationNs > 0 ? plan.durationNs : null,
    scenarios: plan.lanes.map((scenario) => readScenario(scenario, memory, loadNs)),
    loops: workersOf(memory).map((worker) => {
      const effort = workerEffort(memory, worker);
      return { busyNs: effort[EFFORT.busy]!, idleNs: effort[EFFORT.idle]!, blockedNs: effort[EFFORT.blocked]! };
    }),
  };
}

/** How long the load has gone on, and the run with its drain; -1 and null before the start. */
function readTimes(memory: RunMemory, nowMs: number): { loadNs: number; elapsedNs: number | null } {
  const [epochMs] = controlOf(memory).epoch as unknown as [number];
  if (epochMs === 0) return { loadNs: -1, elapsedNs: null };
  const nowNs = (nowMs - epochMs) * 1e6;
  const states = workerStates(memory);
  const latest = (moment: number) =>
    Math.max(...workersOf(memory).map((worker) => workerEffort(memory, worker)[moment]!));
  // A worker that was lost has no end: the clock goes on.
  const ended = (state: number, moment: number) => states.every((each) => each >= state) && latest(moment) > 0;
  return {
    loadNs: ended(STATE.draining, EFFORT.loadEnd) ? latest(EFFORT.loadEnd) : nowNs,
    elapsedNs: Math.max(0, ended(STATE.done, EFFORT.drainEnd) ? latest(EFFORT.drainEnd) : nowNs),
  };
}

function readScenario(scenario: LanePlan, memory: RunMemory, loadNs: number): ScenarioReading {
  const { name, lane, load } = scenario;
  const hasWarmup = load.kind === 'open' ? load.warmupCount > 0 : load.warmupEndNs > load.startNs;
  const [, startedAtMs] = controlOf(memory).epoch as unknown as [number, number];
  return {
    name,
    targetPerSec: load.kind === 'closed' ? null : ratePerSecAt(load.schedule, loadNs),
    lastSentAtMs: workersOf(memory).map((worker) => {
      const sentNs = laneCounters(memory, worker, lane)[MOMENT.lastSent]!;
      return sentNs === 0 ? null : startedAtMs + sentNs / 1e6;
    }),
    phases: (hasWarmup ? [WARMUP, LOAD] : [LOAD]).map((phase) => readPhase(scenario, memory, phase, loadNs)),
  };
}

function readPhase(scenario: LanePlan, memory: RunMemory, phase: Phase, loadNs: number): PhaseReading {
  const { lane } = scenario;
  const workers = workersOf(memory).map((worker) => readCounts(laneCounters(memory, worker, lane), phase));
  const buckets = (latency: number) =>
    readLatencyBuckets(workersOf(memory).map((worker) => laneHistogram(memory, worker, lane, phase, latency)));
  return {
    name: phase === WARMUP ? 'warmup' : 'load',
    scheduled:
      scheduledOf(scenario, memory, phase, loadNs) ?? workers.reduce((sum, { sent, shed }) => sum + sent + shed, 0),
    workers,
    response: buckets(LATENCY.response),
    service: buckets(LATENCY.service),
    scheduleLag: buckets(LATENCY.scheduleLag),
  };
}

/** Null where nothing is planned. */
function scheduledOf({ load }: LanePlan, memory: RunMemory, phase: Phase, loadNs: number): number | null {
  if (load.kind === 'closed') return null;
  const inPhase = (due: number, warmup: number) =>
    phase === WARMUP ? Math.min(due, warmup) : Math.max(0, due - warmup);
  if (!isEndless(load)) return inPhase(dueCount(load.schedule, loadNs), load.warmupCount);
  // Each worker ends its own share where it hears of the stop.
  return workerEnds(memory).reduce((sum, endNs, worker) => {
    const due = dueShare(load, Math.min(loadNs, endNs), worker, memory.workers);
    return sum + inPhase(due, shareOf(load.warmupCount, worker, memory.workers));
  }, 0);
}

function readCounts(counters: Float64Array, phase: Phase): CountReading {
  const count = (counter: number) => counters[counterCell(phase, counter)]!;
  // Settled before sent: a message is in flight a moment too long rather than settled before it was sent.
  const settled = {
    acked: count(COUNTER.acked),
    failed: count(COUNTER.failed),
    unresolved: count(COUNTER.unresolved),
  };
  return { ...settled, shed: count(COUNTER.shed), bytes: count(COUNTER.bytes), sent: count(COUNTER.sent) };
}

function workersOf({ workers }: RunMemory): number[] {
  return Array.from({ length: workers }, (_, worker) => worker);
}
