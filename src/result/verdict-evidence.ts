/** What a verdict is decided from, of what was planned and measured. */
import { isEndless } from '../plan/endless.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { type Percentile, percentile } from '../recorder/histogram.ts';
import type { RunMeasurement, WorkerMeasurement } from '../recorder/measurement.ts';
import { summarizePhase } from './latency.ts';
import { rateOf } from './rate.ts';
import type { VerificationResult } from './reading-result.ts';
import { readingLoad, unreadReasons } from './reading-verdict.ts';
import type { BrokerResult, Outage } from './result.ts';
import type { Part } from './result-part.ts';
import { type LoopLoad, latePercent, type OfferedLoad, type VerdictEvidence } from './verdict-limits.ts';

interface Beside {
  readonly broker: BrokerResult;
  readonly outages: readonly Outage[];
  /** By scenario, where it was asked for. */
  readonly verification?: Readonly<Record<string, VerificationResult>>;
}

export function verdictEvidence(
  plan: Plan,
  run: RunMeasurement,
  parts: readonly Part[],
  { broker, outages, verification }: Beside,
): VerdictEvidence {
  const reading = plan.lanes.length === 0 ? readingLoad(plan, run) : undefined;
  return {
    open: parts.flatMap((part, i) => (part.closed ? [] : [offeredLoad(part, plan.lanes[i]!)])),
    failures: parts.map(({ name, load: { totals } }) => {
      return { scenario: name, sent: totals.sent, notAcked: totals.failed + totals.unresolved };
    }),
    loops: run.workers.map(loadOnLoop),
    isTransactional: plan.lanes.some(({ transactions }) => transactions !== undefined),
    threads: run.threads,
    broker,
    outages,
    unknown: run.topics.unknown,
    incomplete: [...incompleteReasons(plan, run, parts), ...unreadReasons(plan, run, verification)],
    ...(reading && { reading }),
  };
}

function offeredLoad({ name, load, timing }: Part, lane: LanePlan): OfferedLoad {
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
    lagLateUs: numberOf(percentile(load.scheduleLag, latePercent(load.totals.sent, burstSizeOf(lane)), 0)),
    lagMaxUs: numberOf(scheduleLag.max),
    responseP99Us: numberOf(response.p99),
  };
}

/** Messages that are due, and so late, together. */
export function burstSizeOf({ load }: LanePlan): number {
  if (load.kind === 'closed') return 1;
  return Math.max(1, ...load.schedule.segments.map((segment) => (segment.kind === 'burst' ? segment.size : 1)));
}

function numberOf(value: Percentile | null): number {
  return value === null ? 0 : typeof value === 'number' ? value : value.atLeast;
}

function loadOnLoop({ worker, busyNs, idleNs, blockedNs }: WorkerMeasurement): LoopLoad {
  const loadNs = Math.max(1, busyNs + idleNs + blockedNs);
  return { worker, busyPct: (100 * busyNs) / loadNs, blockedPct: (100 * blockedNs) / loadNs, blockedNs };
}

/** Why the run is not the one that was planned, a sentence each. */
function incompleteReasons(plan: Plan, run: RunMeasurement, parts: readonly Part[]): string[] {
  const reasons: string[] = [];
  if (run.stopped !== undefined && !isPlannedEnd(plan, run, parts))
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
function isPlannedEnd({ lanes }: Plan, { stopped, loadEndNs }: RunMeasurement, parts: readonly Part[]): boolean {
  if (stopped?.by === 'threshold' || stopped?.by === 'error') return false;
  if (!lanes.some(({ load }, i) => isEndless(load) && parts[i]!.load.totals.scheduled > 0)) return false;
  return lanes.every(({ load: planned }, i) => {
    const { warmup, load } = parts[i]!;
    // What follows other records, or starts later, need not have begun.
    if (isEndless(planned)) return load.totals.scheduled > 0 || warmup.totals.scheduled === 0;
    const unsent = warmup.totals.unsent + load.totals.unsent;
    return (
      unsent === 0 &&
      (planned.kind === 'open' || planned.endNs === Number.POSITIVE_INFINITY || planned.endNs <= loadEndNs)
    );
  });
}
