/** How one of a run's shards fared with its part, as if that were all there is. */
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { ShardPlace } from '../plan/shard.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { shareOf } from '../split.ts';
import { mergeBroker } from './client-result.ts';
import { endedPlan } from './ended-plan.ts';
import { summarizePhase } from './latency.ts';
import { measureOutages } from './outages.ts';
import { rateOf } from './rate.ts';
import { lanePart, wholePart } from './result-part.ts';
import type { ShardResult } from './shard-result.ts';
import { decideVerdict } from './verdict.ts';
import { verdictEvidence } from './verdict-evidence.ts';
import type { Verdict } from './verdict-result.ts';

/** What its run measured; what became of the topics is the whole run's matter. */
export type ShardRun = Omit<RunMeasurement, 'topics'>;

export function ownResult(
  plan: Plan,
  measured: ShardRun,
): Pick<ShardResult, 'rate' | 'response' | 'scheduleLag'> & { readonly verdict: Verdict } {
  const run = { ...measured, topics: { lost: [], unknown: [] } };
  const own = endedPlan(planOfShard(plan), run);
  const measuredLanes = run.workers.flatMap(({ lanes }) => lanes);
  const loadEnd = { ns: run.loadEndNs, stopped: run.stopped !== undefined };
  const parts = own.lanes.map((lane) => lanePart(lane, measuredLanes, loadEnd));
  const whole = wholePart(own.lanes, parts, measuredLanes, loadEnd);
  const { totals } = whole.load;
  const { response, scheduleLag } = summarizePhase(whole.load);
  const { targetPerSec, achievedPerSec } = rateOf(whole.timing, totals.acked, whole.closed);
  const outages = measureOutages(
    run.workers.flatMap((worker) => worker.outages),
    run.series,
    totals.shed > 0,
  );
  const evidence = verdictEvidence(own, run, parts, { broker: mergeBroker(run.workers), outages });
  return { rate: { targetPerSec, achievedPerSec }, response, scheduleLag, verdict: decideVerdict(evidence) };
}

/** The part that `plan.shard` has of it: indexes ≡ its number (mod shards). Schedules stay whole, but for the size of bursts. */
export function planOfShard(plan: Plan): Plan {
  const { shard } = plan;
  return shard === undefined ? plan : { ...plan, lanes: plan.lanes.map((lane) => laneOfShard(lane, shard)) };
}

function laneOfShard(lane: LanePlan, { index, count: shards }: ShardPlace): LanePlan {
  const { load } = lane;
  const count = shareOf(load.count, index, shards);
  if (load.kind === 'closed') return { ...lane, load: { ...load, count } };
  const segments = load.schedule.segments.map((segment) =>
    segment.kind === 'burst' ? { ...segment, size: Math.ceil(segment.size / shards) } : segment,
  );
  return {
    ...lane,
    load: {
      ...load,
      count,
      warmupCount: shareOf(load.warmupCount, index, shards),
      targetPerSec: load.targetPerSec / shards,
      schedule: { ...load.schedule, segments },
    },
  };
}
