/** How a run stands at one moment, in the terms of its result: all that is left of it where it is killed after that. */

import type { LanePlan, Plan } from '../plan/plan.ts';
import { createHistogram, type FlatHistogram, snapshot } from '../recorder/histogram.ts';
import {
  COUNTER,
  counterCell,
  LATENCY,
  LOAD,
  laneCounters,
  laneHistogram,
  type Phase,
  type RunMemory,
  SETTLED,
  WARMUP,
} from '../recorder/run-memory.ts';
import { sumHistograms, summarizePhase } from '../result/latency.ts';
import type { PhaseResult } from '../result/result.ts';
import type { Checkpoint } from '../result/run-file.ts';
import { dueCount } from '../schedule/schedule.ts';

export function checkpoint(plan: Plan, live: RunMemory, elapsedNs: number): Checkpoint {
  const { lanes } = plan;
  // One moment for all of it: scenarios add up to the whole.
  const memory = { ...live, counters: live.counters.slice(0) };
  const { user, system } = process.cpuUsage();
  const whole = phaseResult(memory, lanes, LOAD, elapsedNs);
  const warmup = phaseResult(memory, lanes, WARMUP, elapsedNs);
  const loadStartNs = Math.min(elapsedNs, ...lanes.map(({ load }) => load.warmupEndNs));
  return {
    durationMs: elapsedNs / 1e6,
    phases: { warmup: loadStartNs / 1e9, load: (elapsedNs - loadStartNs) / 1e9, drain: 0 },
    ...whole,
    client: { cpuSeconds: (user + system) / 1e6, maxRssBytes: process.resourceUsage().maxRSS * 1024 },
    warmup: warmup.totals.sent + warmup.totals.shed === 0 ? null : warmup,
    scenarios: Object.fromEntries(
      lanes.map((scenario) => [scenario.name, phaseResult(memory, [scenario], LOAD, elapsedNs)]),
    ),
    settled: Object.fromEntries(
      lanes.map(({ name, lane }) => [
        name,
        workersOf(memory).map((worker) => laneCounters(memory, worker, lane)[SETTLED]!),
      ]),
    ),
  };
}

function phaseResult(memory: RunMemory, scenarios: readonly LanePlan[], phase: Phase, elapsedNs: number): PhaseResult {
  const count = (counter: number) => sum(memory, scenarios, counterCell(phase, counter));
  const [acked, failed] = [count(COUNTER.acked), count(COUNTER.failed)];
  const [shed, payloadBytes] = [count(COUNTER.shed), count(COUNTER.bytes)];
  // The copy was not made at one instant: nothing is settled before it was sent.
  const sent = Math.max(count(COUNTER.sent), acked + failed);
  const due = dueIn(scenarios, phase, elapsedNs);
  const scheduled = Math.max(due ?? 0, sent + shed);
  const totals = { scheduled, sent, shed, unsent: scheduled - sent - shed, acked, failed, payloadBytes };
  const seconds = secondsOf(scenarios, phase, elapsedNs);
  const targetPerSec = due === null ? null : due / seconds;
  const achievedPerSec = acked / seconds;
  const errorPct = targetPerSec ? (100 * (achievedPerSec - targetPerSec)) / targetPerSec : null;
  const counted = { ...totals, unresolved: sent - acked - failed };
  const histogram = (latency: number) => sumOf(memory, scenarios, phase, latency);
  return {
    totals: { ...counted, wireBytes: null },
    rate: { targetPerSec, achievedPerSec, errorPct },
    latency: summarizePhase({
      totals: counted,
      response: histogram(LATENCY.response),
      service: histogram(LATENCY.service),
      scheduleLag: histogram(LATENCY.scheduleLag),
    }),
  };
}

/** Null where one of them is a closed loop, which plans no number. */
function dueIn(scenarios: readonly LanePlan[], phase: Phase, elapsedNs: number): number | null {
  let due = 0;
  for (const { load } of scenarios) {
    if (load.kind === 'closed') return null;
    const all = dueCount(load.schedule, elapsedNs);
    due += phase === WARMUP ? Math.min(all, load.warmupCount) : Math.max(0, all - load.warmupCount);
  }
  return due;
}

function secondsOf(scenarios: readonly LanePlan[], phase: Phase, elapsedNs: number): number {
  const loads = scenarios.map(({ load }) => load);
  const startNs = Math.min(...loads.map(({ startNs, warmupEndNs }) => (phase === WARMUP ? startNs : warmupEndNs)));
  const endNs = Math.max(...loads.map(({ warmupEndNs, endNs }) => (phase === WARMUP ? warmupEndNs : endNs)));
  return Math.max(1e-9, (Math.min(elapsedNs, endNs) - startNs) / 1e9);
}

function sum(memory: RunMemory, scenarios: readonly LanePlan[], cell: number): number {
  let total = 0;
  for (const worker of workersOf(memory)) {
    for (const { lane } of scenarios) total += laneCounters(memory, worker, lane)[cell]!;
  }
  return total;
}

function sumOf(memory: RunMemory, scenarios: readonly LanePlan[], phase: Phase, latency: number): FlatHistogram {
  return sumHistograms(
    workersOf(memory).flatMap((worker) =>
      scenarios.map(({ lane }) => {
        const reading = createHistogram();
        snapshot(laneHistogram(memory, worker, lane, phase, latency), reading);
        return reading;
      }),
    ),
  );
}

function workersOf({ workers }: RunMemory): number[] {
  return Array.from({ length: workers }, (_, worker) => worker);
}
