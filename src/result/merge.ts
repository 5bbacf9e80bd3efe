/**
 * From what each worker measured to one Result: adds up, checks the accounting, derives. Adding counters is all it
 * does across workers, so that results of several processes merge the same way.
 */

import { percentile } from '../recorder/histogram.ts';
import type {
  OutageMeasurement,
  PhaseMeasurement,
  RunMeasurement,
  WorkerMeasurement,
} from '../recorder/measurement.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import { checkHistograms, checkIdentities, checkLedger, checkPlanned, checkSeries, sumTotals } from './accounting.ts';
import { mergeBroker, mergeClient, mergeErrors } from './client.ts';
import { describeEnvironment } from './environment.ts';
import { encodePhase, summarizePhase } from './latency.ts';
import { joinRanges } from './ledger-ranges.ts';
import { type Part, scenarioPart, wholePart } from './part.ts';
import { rateOf } from './rate.ts';
import {
  type Outage,
  type PhaseResult,
  RESULT_VERSION,
  type Result,
  type ResultTotals,
  type ScenarioResult,
} from './result.ts';
import type { RunFacts, ScenarioFacts } from './run-facts.ts';
import { judgeThresholds, type ThresholdInputs } from './thresholds.ts';
import { decideVerdict, type LoopLoad, latePercent, type OfferedLoad } from './verdict.ts';

export interface MergedRun {
  readonly result: Result;
  /** The histograms behind it, for the histogram log. */
  readonly histograms: readonly TaggedHistogram[];
}

/** `tag` is `response`, `atm.service`, `atm.warmup.response`, …; times are seconds from run start. */
export interface TaggedHistogram {
  readonly tag: string;
  readonly startSec: number;
  readonly endSec: number;
  readonly cells: Float64Array;
}

/** @throws LoadError ACCOUNTING when a message is counted twice or not at all. */
export function mergeRun(facts: RunFacts, run: RunMeasurement): MergedRun {
  const lanes = run.workers.flatMap((worker) => worker.lanes);
  const loadEnd = { ns: run.loadEndNs, stopped: run.stopped !== undefined };
  const parts = facts.scenarios.map((scenario) => scenarioPart(scenario, lanes, loadEnd));
  const whole = wholePart(facts, parts, lanes, loadEnd);
  checkAccounting(facts, run, parts, whole);

  const broker = mergeBroker(run.workers);
  const hadWarmup = whole.warmup.totals.scheduled > 0;
  const wireBytes = hadWarmup ? null : (broker.wireBytes ?? null);
  const scenarios = facts.scenarios.map((scenario, i): [string, ScenarioResult] => {
    const { executor, workload, closed } = scenario;
    return [scenario.name, { executor, workload, model: closed ? 'closed' : 'open', ...loadResult(parts[i]!, null) }];
  });
  const { totals, rate, latency } = loadResult(whole, wireBytes);
  const phases = phaseSeconds(run);
  const outages = joinOutages(run.workers.flatMap((worker) => worker.outages));
  const result: Result = {
    version: RESULT_VERSION,
    run: {
      id: facts.id,
      profile: facts.name,
      profileHash: facts.profileHash,
      startedAt: run.startedAt,
      durationMs: run.durationNs / NS_PER_MS,
      seed: facts.seed,
      command: facts.command,
      target: facts.target,
      acks: facts.acks,
      ...(run.stopped && { stopped: run.stopped }),
      notes: facts.notes,
    },
    verdict: decideVerdict({
      open: parts.flatMap((part, i) => (part.closed ? [] : [offeredLoad(part, facts.scenarios[i]!)])),
      failures: parts.map(({ name, load: { totals } }) => {
        return { scenario: name, sent: totals.sent, notAcked: totals.failed + totals.unresolved };
      }),
      loops: run.workers.map(loadOnLoop),
      threads: run.threads,
      broker,
      outages,
      unknown: run.topics.unknown,
      incomplete: incompleteReasons(facts, run, parts),
    }),
    totals,
    warmup: hadWarmup ? warmupResult(whole) : null,
    rate,
    latency,
    histograms: encodePhase(whole.load),
    series: run.series,
    outages,
    errors: mergeErrors(lanes, run.startedAt),
    scenarios: Object.fromEntries(scenarios),
    phases,
    thresholds: judgeThresholds(facts.thresholds, (scenario) => {
      const part = scenario === undefined ? whole : parts.find(({ name }) => name === scenario);
      const judged = scenario === undefined ? facts.scenarios.map(({ name }) => name) : [scenario];
      return part && { ...thresholdInputs(part), ...fitsOf(facts, judged) };
    }),
    client: mergeClient(run, whole.load.totals.acked + whole.warmup.totals.acked),
    payload: Object.fromEntries(facts.scenarios.map(({ name, payload }) => [name, payload])),
    ledger: {
      partitions: run.startOffsets,
      notAcked: joinRanges(lanes.flatMap((lane) => lane.notAcked)),
      complete: lanes.every((lane) => lane.ledgerComplete),
    },
    broker,
    environment: describeEnvironment(run.brokerVersion),
  };
  return { result, histograms: tagHistograms(parts, whole, phases) };
}

/** Identities hold always; the rest only where no worker was cut off in the middle of writing its counters. */
function checkAccounting(facts: RunFacts, run: RunMeasurement, parts: readonly Part[], whole: Part): void {
  const lanes = run.workers.flatMap((worker) => worker.lanes);
  const isComplete = run.workers.every((worker) => worker.complete);
  for (const part of [...parts, whole]) {
    checkIdentities(`${part.name}, warm-up`, part.warmup.totals);
    checkIdentities(part.name, part.load.totals);
    if (!isComplete) continue;
    checkHistograms(`${part.name}, warm-up`, part.warmup);
    checkHistograms(part.name, part.load);
    const both = sumTotals([part.warmup.totals, part.load.totals]);
    checkLedger(part.name, part === whole ? lanes : lanes.filter((lane) => lane.scenario === part.name), both);
  }
  if (!isComplete) return;
  for (const [i, { name, closed, plannedCount }] of facts.scenarios.entries()) {
    const { warmup, load } = parts[i]!;
    if (!closed && plannedCount !== null) {
      checkPlanned(name, plannedCount, warmup.totals.scheduled + load.totals.scheduled);
    }
  }
  checkSeries(run.series, sumTotals([whole.warmup.totals, whole.load.totals]));
}

function loadResult(part: Part, wireBytes: number | null): PhaseResult {
  const { load, timing, closed } = part;
  const totals: ResultTotals = { ...load.totals, wireBytes };
  return { totals, rate: rateOf(timing, load.totals.acked, closed), latency: summarizePhase(load) };
}

function warmupResult({ warmup, warmupTiming, closed }: Part): PhaseResult {
  return {
    totals: { ...warmup.totals, wireBytes: null },
    rate: rateOf(warmupTiming, warmup.totals.acked, closed),
    latency: summarizePhase(warmup),
  };
}

function thresholdInputs({ load, timing, closed }: Part): ThresholdInputs {
  const { sent, acked, failed, unresolved } = load.totals;
  const { achievedPerSec, targetPerSec } = rateOf(timing, acked, closed);
  const { response, service, scheduleLag } = load;
  return { response, service, scheduleLag, sent, acked, notAcked: failed + unresolved, achievedPerSec, targetPerSec };
}

/** None at all where not every scenario's are known. */
function fitsOf({ weightsFits }: RunFacts, scenarios: readonly string[]): Pick<ThresholdInputs, 'weights'> {
  if (weightsFits === undefined || !scenarios.every((name) => weightsFits[name] !== undefined)) return {};
  return { weights: scenarios.flatMap((name) => weightsFits[name]!) };
}

function offeredLoad({ name, load, timing }: Part, { burstSize }: ScenarioFacts): OfferedLoad {
  const { targetPerSec, achievedPerSec } = rateOf(timing, load.totals.sent, false);
  const { response, scheduleLag } = summarizePhase(load);
  return {
    scenario: name,
    scheduled: load.totals.scheduled,
    targetPerSec: targetPerSec ?? 0,
    offeredPerSec: achievedPerSec,
    shed: load.totals.shed,
    unsent: load.totals.unsent,
    lagP99Us: numberOf(scheduleLag.p99),
    lagLateUs: numberOf(percentile(load.scheduleLag, latePercent(load.totals.sent, burstSize), 0)),
    lagMaxUs: numberOf(scheduleLag.max),
    responseP99Us: numberOf(response.p99),
  };
}

function numberOf(value: number | { readonly atLeast: number } | null): number {
  return value === null ? 0 : typeof value === 'number' ? value : value.atLeast;
}

function loadOnLoop({ worker, busyNs, idleNs, blockedNs }: WorkerMeasurement): LoopLoad {
  const loadNs = Math.max(1, busyNs + idleNs + blockedNs);
  return { worker, busyPct: (100 * busyNs) / loadNs, blockedPct: (100 * blockedNs) / loadNs, blockedNs };
}

/** Why the run is not the one that was planned, a sentence each. */
function incompleteReasons(facts: RunFacts, run: RunMeasurement, parts: readonly Part[]): string[] {
  const reasons: string[] = [];
  if (run.stopped !== undefined && !isPlannedEnd(facts, run, parts))
    reasons.push(`ended early by ${run.stopped.by}: ${run.stopped.reason}`);
  for (const { worker, complete, failure } of run.workers) {
    if (!complete) reasons.push(`worker ${worker} was lost: ${failure ?? 'no reason known'}`);
  }
  for (const { scenario, worker, stopped } of run.workers.flatMap((each) => each.lanes)) {
    if (stopped !== undefined) reasons.push(`scenario ${scenario} stopped on worker ${worker}: ${stopped}`);
  }
  return [...reasons, ...run.topics.lost];
}

/** A person's stop is how an endless run ends, once its warm-up is over and all else in it has ended by itself. */
function isPlannedEnd(
  { scenarios }: RunFacts,
  { stopped, loadEndNs }: RunMeasurement,
  parts: readonly Part[],
): boolean {
  if (stopped?.by === 'threshold' || stopped?.by === 'error') return false;
  if (!scenarios.some(({ endless }, i) => endless && parts[i]!.load.totals.scheduled > 0)) return false;
  return scenarios.every(({ endless, closed, endNs }, i) => {
    const { warmup, load } = parts[i]!;
    // What follows other records, or starts later, need not have begun.
    if (endless) return load.totals.scheduled > 0 || warmup.totals.scheduled === 0;
    const unsent = warmup.totals.unsent + load.totals.unsent;
    return unsent === 0 && (!closed || endNs === Number.POSITIVE_INFINITY || endNs <= loadEndNs);
  });
}

/** In each of them no worker was acknowledged a message, so neither was any in those that overlap. */
function joinOutages(outages: readonly OutageMeasurement[]): Outage[] {
  const joined: OutageMeasurement[] = [];
  for (const outage of outages.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const last = joined.at(-1);
    if (last === undefined || outage.fromNs > last.toNs) joined.push(outage);
    else joined[joined.length - 1] = { fromNs: last.fromNs, toNs: Math.max(last.toNs, outage.toNs) };
  }
  return joined.map(({ fromNs, toNs }) => ({ from: fromNs / NS_PER_SEC, to: toNs / NS_PER_SEC }));
}

function phaseSeconds(run: RunMeasurement): Result['phases'] {
  const phases = run.workers.map((worker) => worker.phases);
  const loadStartNs = Math.min(run.loadEndNs, ...phases.map((phase) => phase.loadStartNs));
  const loadEndNs = Math.max(loadStartNs, ...phases.map((phase) => phase.loadEndNs));
  const drainEndNs = Math.max(loadEndNs, ...phases.map((phase) => phase.drainEndNs));
  return {
    warmup: loadStartNs / NS_PER_SEC,
    load: (loadEndNs - loadStartNs) / NS_PER_SEC,
    drain: (drainEndNs - loadEndNs) / NS_PER_SEC,
  };
}

function tagHistograms(parts: readonly Part[], whole: Part, phases: Result['phases']): TaggedHistogram[] {
  const loadEndSec = phases.warmup + phases.load;
  const ofPhase = (prefix: string, phase: PhaseMeasurement, startSec: number, endSec: number) =>
    (['response', 'service', 'scheduleLag'] as const).map((name) => ({
      tag: prefix + name,
      startSec,
      endSec,
      cells: phase[name],
    }));
  return [
    ...ofPhase('', whole.load, phases.warmup, loadEndSec),
    ...parts.flatMap((part) => [
      ...ofPhase(`${part.name}.`, part.load, phases.warmup, loadEndSec),
      ...(part.warmup.totals.scheduled === 0 ? [] : ofPhase(`${part.name}.warmup.`, part.warmup, 0, phases.warmup)),
    ]),
  ];
}
