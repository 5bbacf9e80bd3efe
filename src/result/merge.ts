/**
 * From what each worker measured to one Result: adds up, checks the accounting, derives. Adding counters is all it
 * does across workers, so that results of several processes merge the same way.
 */

import type { Plan } from '../plan/plan.ts';
import { BUCKETS_PER_OCTAVE } from '../recorder/latency-series.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import {
  checkHistograms,
  checkIdentities,
  checkLatencySeries,
  checkLedger,
  checkPlanned,
  checkSeries,
  sumTotals,
} from './accounting.ts';
import { mergeBroker, mergeClient, mergeErrors } from './client-result.ts';
import { endToEndOf, mergeConsumers, unseenNotes } from './consumers.ts';
import { distributions } from './distribution.ts';
import { pauseEvents, pauseNotes } from './drain.ts';
import { endedPlan } from './ended-plan.ts';
import { encodeHistogram, encodePhase } from './hdr.ts';
import { summarize, summarizePhase } from './latency.ts';
import { compressLatencySeries } from './latency-series-coding.ts';
import { joinRanges } from './ledger-ranges.ts';
import { describeEnvironment } from './machine.ts';
import { messageCost } from './message-cost.ts';
import { measureOutages } from './outages.ts';
import { rateOf } from './rate.ts';
import { readingInputs } from './reading-thresholds.ts';
import { type PhaseResult, RESULT_VERSION, type Result, type ResultTotals, type RunEvent } from './result.ts';
import { lanePart, type Part, wholePart } from './result-part.ts';
import { byLane, laneIdentity, payloadOf, type RunContext, runIdentity } from './run-identity.ts';
import type { ShardsResult } from './shard-result.ts';
import { type TaggedHistogram, tagHistograms } from './tagged-histograms.ts';
import { judgeThresholds, type ThresholdInputs } from './thresholds.ts';
import { checkTransactions, mergeTransactions, notCommittedOf } from './transactions.ts';
import { decideVerdict } from './verdict.ts';
import { verdictEvidence } from './verdict-evidence.ts';
import { shardEvents } from './verdict-shards.ts';

export interface MergedRun {
  readonly result: Result;
  /** The histograms behind it, for the histogram log. */
  readonly histograms: readonly TaggedHistogram[];
}

/** @throws LoadError ACCOUNTING when a message is counted twice or not at all. */
export function mergeRun(context: RunContext, run: RunMeasurement): MergedRun {
  const plan = endedPlan(context.plan, run);
  const lanes = run.workers.flatMap((worker) => worker.lanes);
  const loadEnd = { ns: run.loadEndNs, stopped: run.stopped !== undefined };
  const parts = plan.lanes.map((lane) => lanePart(lane, lanes, loadEnd));
  const whole = wholePart(plan.lanes, parts, lanes, loadEnd);
  checkAccounting(plan, run, parts, whole);

  const broker = mergeBroker(run.workers);
  const hadWarmup = whole.warmup.totals.scheduled > 0;
  const wireBytes = hadWarmup ? null : (broker.wireBytes ?? null);
  const { totals, rate, latency } = loadResult(whole, wireBytes);
  const warmup = hadWarmup ? warmupResult(whole) : null;
  const ackedInAll = whole.load.totals.acked + whole.warmup.totals.acked;
  const client = mergeClient(plan, run, ackedInAll);
  const phases = phaseSeconds(run);
  const isTransactional = plan.lanes.some(({ transactions }) => transactions !== undefined);
  const outages = measureOutages(
    run.workers.flatMap((worker) => worker.outages),
    run.series,
    totals.shed > 0,
  );
  const consumers = mergeConsumers(plan, run, context.shards);
  const { verification, shards } = context;
  const environment = describeEnvironment(run.brokerVersion);
  const endToEnd = endToEndOf(run);
  const { id, profile, profileHash, startedAt, notes, ...asked } = runIdentity(context, run.startedAt);
  const result: Result = {
    version: RESULT_VERSION,
    run: {
      ...{ id, profile, profileHash, startedAt },
      durationMs: run.durationNs / NS_PER_MS,
      ...asked,
      ...(run.stopped && { stopped: run.stopped }),
      notes: [...notes, ...pauseNotes(plan, run), ...unseenNotes(plan, run, consumers, ackedInAll)],
    },
    verdict: decideVerdict(
      verdictEvidence(plan, run, parts, {
        ...{ broker, outages, shards, cpus: environment.cpus },
        ...(verification && { verification }),
      }),
    ),
    totals,
    warmup,
    rate,
    latency: { ...latency, ...(endToEnd && { endToEnd: summarize(endToEnd, 0) }) },
    histograms: { ...encodePhase(whole.load), ...(endToEnd && { endToEnd: encodeHistogram(endToEnd) }) },
    series: run.series,
    latencySeries: { bucketsPerOctave: BUCKETS_PER_OCTAVE, response: compressLatencySeries(run.latencies) },
    events: eventsOf(plan, run, shards),
    outages,
    errors: mergeErrors(lanes, run.startedAt),
    scenarios: byLane(plan.lanes, (lane, i) => {
      const series = run.scenarioSeries?.[lane.name];
      const transactions = mergeTransactions(
        lanes.filter(({ scenario }) => scenario === lane.name),
        lane.producers,
      );
      const own = endToEndOf(run, lane.lane);
      const phase = loadResult(parts[i]!, null);
      return {
        ...laneIdentity(lane),
        ...phase,
        ...(own && { latency: { ...phase.latency, endToEnd: summarize(own, 0) } }),
        ...(series && { series }),
        ...distributions(lane, lanes, phase.rate.achievedPerSec),
        ...(transactions && { transactions }),
      };
    }),
    phases,
    thresholds: judgeThresholds(context.loaded.profile.thresholds, (scenario) => {
      const part = scenario === undefined ? whole : parts.find(({ name }) => name === scenario);
      const judged = scenario === undefined ? plan.lanes.map(({ name }) => name) : [scenario];
      const cost = scenario === undefined && { cost: messageCost({ totals, warmup, client, broker }) };
      const read = readingInputs({ plan, run, verification, consumers }, scenario);
      return part && { ...thresholdInputs(part), ...fitsOf(context, judged), ...cost, ...read };
    }),
    client,
    payload: byLane(plan.lanes, payloadOf),
    ledger: {
      partitions: run.startOffsets,
      notAcked: joinRanges(lanes.flatMap((lane) => lane.notAcked)),
      ...(isTransactional && { notCommitted: notCommittedOf(lanes) }),
      complete: lanes.every((lane) => lane.ledgerComplete),
    },
    broker,
    ...(consumers && { consumers }),
    ...(verification && { verification }),
    ...(shards && { shards }),
    environment,
  };
  return { result, histograms: tagHistograms(parts, whole, phases) };
}

/** Identities and the latency series hold always; the rest only where no worker was cut off in the middle of writing its counters. */
function checkAccounting({ lanes: planned }: Plan, run: RunMeasurement, parts: readonly Part[], whole: Part): void {
  const lanes = run.workers.flatMap((worker) => worker.lanes);
  const isComplete = run.workers.every((worker) => worker.complete);
  for (const part of [...parts, whole]) {
    checkIdentities(`${part.name}, warm-up`, part.warmup.totals);
    checkIdentities(part.name, part.load.totals);
    if (!isComplete) continue;
    checkHistograms(`${part.name}, warm-up`, part.warmup);
    checkHistograms(part.name, part.load);
    const both = sumTotals([part.warmup.totals, part.load.totals]);
    const own = part === whole ? lanes : lanes.filter((lane) => lane.scenario === part.name);
    checkLedger(part.name, own, both);
    if (part !== whole) checkTransactions(part.name, own, both.acked);
  }
  checkLatencySeries(run.latencies, run.series.length, [whole.warmup, whole.load]);
  if (!isComplete) return;
  for (const [i, { name, load }] of planned.entries()) {
    if (load.kind === 'closed') continue;
    checkPlanned(name, load.count, parts[i]!.warmup.totals.scheduled + parts[i]!.load.totals.scheduled);
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
function fitsOf({ weightsFits }: RunContext, scenarios: readonly string[]): Pick<ThresholdInputs, 'weights'> {
  if (weightsFits === undefined || !scenarios.every((name) => weightsFits[name] !== undefined)) return {};
  return { weights: scenarios.flatMap((name) => weightsFits[name]!) };
}

/** What changed the course of the run, in order. */
function eventsOf(plan: Plan, run: RunMeasurement, shards: ShardsResult | undefined): RunEvent[] {
  const { workers, stopped, stoppedNs } = run;
  const lost = workers.flatMap(({ worker, failure, lostNs }): RunEvent[] =>
    lostNs === undefined
      ? []
      : [{ at: lostNs / NS_PER_SEC, kind: 'worker-lost', text: `worker ${worker}: ${failure}` }],
  );
  const stop: RunEvent[] =
    stopped === undefined ? [] : [{ at: (stoppedNs ?? 0) / NS_PER_SEC, kind: 'stop', text: stopped.reason }];
  return [...stop, ...lost, ...shardEvents(shards), ...pauseEvents(plan, run)].toSorted((a, b) => a.at - b.at);
}

function phaseSeconds(run: RunMeasurement): Result['phases'] {
  const phases = run.workers.map((worker) => worker.phases);
  if (phases.length === 0) return { warmup: 0, load: run.loadEndNs / NS_PER_SEC, drain: 0 };
  const loadStartNs = Math.min(run.loadEndNs, ...phases.map((phase) => phase.loadStartNs));
  const loadEndNs = Math.max(loadStartNs, ...phases.map((phase) => phase.loadEndNs));
  const drainEndNs = Math.max(loadEndNs, ...phases.map((phase) => phase.drainEndNs));
  return {
    warmup: loadStartNs / NS_PER_SEC,
    load: (loadEndNs - loadStartNs) / NS_PER_SEC,
    drain: (drainEndNs - loadEndNs) / NS_PER_SEC,
  };
}
