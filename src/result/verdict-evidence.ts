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
import type { ShardsResult } from './shard-result.ts';
import { numberList } from './shard-words.ts';
import { type LoopLoad, latePercent, type OfferedLoad, type VerdictEvidence } from './verdict-limits.ts';
import { describeFirst } from './verdict-reasons.ts';
import { isOfLostShard, shardEvidence } from './verdict-shards.ts';

interface Beside {
  readonly broker: BrokerResult;
  readonly outages: readonly Outage[];
  /** By scenario, where it was asked for. */
  readonly verification?: Readonly<Record<string, VerificationResult>>;
  readonly shards?: ShardsResult | undefined;
  /** Of this machine. */
  readonly cpus?: number;
}

export function verdictEvidence(
  plan: Plan,
  run: RunMeasurement,
  parts: readonly Part[],
  { broker, outages, verification, shards, cpus }: Beside,
): VerdictEvidence {
  const split = shardEvidence(shards, run);
  const reading = plan.lanes.length === 0 ? readingLoad(plan, run) : undefined;
  return {
    open: parts.flatMap((part, i) =>
      part.closed ? [] : [offeredLoad(part, plan.lanes[i]!, split.excused[part.name] ?? 0)],
    ),
    failures: parts.map(({ name, load: { totals } }) => {
      return { scenario: name, sent: totals.sent, notAcked: totals.failed + totals.unresolved };
    }),
    loops: run.workers.map(loadOnLoop),
    isTransactional: plan.lanes.some(({ transactions }) => transactions !== undefined),
    threads: run.threads,
    ...(cpus !== undefined && shards === undefined && { cpus }),
    broker,
    outages,
    unknown: [...run.topics.unknown, ...split.notes],
    incomplete: [
      ...incompleteReasons(plan, run, parts, shards),
      ...split.incomplete,
      ...unreadReasons(plan, run, verification),
    ],
    limitedShards: split.limited,
    ...(reading && { reading }),
  };
}

/** @param excused messages that nobody was there to send. */
function offeredLoad({ name, load, timing }: Part, lane: LanePlan, excused: number): OfferedLoad {
  const scheduled = load.totals.scheduled - excused;
  const { targetPerSec, achievedPerSec } = rateOf(timing, load.totals.sent, false);
  const { response, scheduleLag } = summarizePhase(load);
  return {
    scenario: name,
    scheduled,
    targetPerSec: excused === 0 ? (targetPerSec ?? 0) : ((targetPerSec ?? 0) * scheduled) / load.totals.scheduled,
    offeredPerSec: achievedPerSec,
    shed: load.totals.shed,
    unsent: load.totals.unsent - excused,
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
function incompleteReasons(
  plan: Plan,
  run: RunMeasurement,
  parts: readonly Part[],
  shards: ShardsResult | undefined,
): string[] {
  const reasons: string[] = [];
  if (run.stopped !== undefined && !isPlannedEnd(plan, run, parts))
    reasons.push(`ended early by ${run.stopped.by}: ${run.stopped.reason}`);
  for (const each of run.workers) {
    const { worker, complete, failure } = each;
    if (!complete && !isOfLostShard(shards, each))
      reasons.push(
        [`worker ${worker} was lost: ${failure ?? 'no reason known'}`, ...clientsOf(plan, worker)].join('; with it '),
      );
  }
  const stopped = run.workers.flatMap(({ lanes }) => lanes.filter((lane) => lane.stopped !== undefined));
  const describe = (lane: (typeof stopped)[number]) =>
    `scenario ${lane.scenario} stopped on worker ${lane.worker}: ${lane.stopped}`;
  return [...reasons, ...describeFirst(stopped, describe, 'the same {} more times'), ...run.topics.lost];
}

/** The clients of a worker, where a scenario has its own. */
function clientsOf({ lanes, workers }: Plan, worker: number): string[] {
  return lanes.flatMap(({ name, producers }) => {
    if (producers === undefined) return [];
    const numbers = Array.from({ length: producers / workers }, (_, k) => worker + k * workers);
    return [`client${numbers.length === 1 ? '' : 's'} ${numberList(numbers)} of scenario ${name}`];
  });
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
