/** How one of a run's shards fared with its part, as if that were all there is. */
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { ShardPlace } from '../plan/shard.ts';
import type { PhaseMeasurement, RunMeasurement, WorkerMeasurement } from '../recorder/measurement.ts';
import { dueCountBefore } from '../schedule/schedule.ts';
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

/** @param joinedNs what was due before was another's, where it took its place. */
export function ownResult(
  plan: Plan,
  measured: ShardRun,
  joinedNs = 0,
): Pick<ShardResult, 'rate' | 'response' | 'scheduleLag'> & { readonly verdict: Verdict } {
  const { lanes, workers } = sinceJoined(plan, measured, joinedNs);
  const run = { ...measured, workers, topics: { lost: [], unknown: [] } };
  const own = endedPlan({ ...plan, lanes }, run);
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

/** What it had to do itself, and what it measured of that. */
function sinceJoined(plan: Plan, run: ShardRun, joinedNs: number): { lanes: LanePlan[]; workers: WorkerMeasurement[] } {
  const { lanes } = planOfShard(plan);
  if (joinedNs <= 0) return { lanes: [...lanes], workers: [...run.workers] };
  const before = (lane: number, worker: number) => {
    const { load } = plan.lanes[lane]!;
    if (load.kind === 'closed') return { all: 0, warmup: 0 };
    const all = shareOf(dueCountBefore(load.schedule, joinedNs), worker, plan.workers);
    return { all, warmup: Math.min(all, shareOf(load.warmupCount, worker, plan.workers)) };
  };
  const workers = run.workers.map((worker) => ({
    ...worker,
    lanes: worker.lanes.map((lane, i) => {
      const { all, warmup } = before(i, worker.worker);
      return { ...lane, warmup: less(lane.warmup, warmup), load: less(lane.load, all - warmup) };
    }),
  }));
  const left = lanes.map((lane, i): LanePlan => {
    const { load } = lane;
    if (load.kind === 'closed') return lane;
    const others = run.workers.map(({ worker }) => before(i, worker));
    const [startNs, warmupEndNs] = [Math.max(load.startNs, joinedNs), Math.max(load.warmupEndNs, joinedNs)];
    const count = others.reduce((sum, { all }) => sum - all, load.count);
    const warmupCount = others.reduce((sum, { warmup }) => sum - warmup, load.warmupCount);
    return { ...lane, load: { ...load, count, warmupCount, startNs, warmupEndNs } };
  });
  return { lanes: left, workers };
}

function less(phase: PhaseMeasurement, messages: number): PhaseMeasurement {
  const { scheduled, unsent } = phase.totals;
  return { ...phase, totals: { ...phase.totals, scheduled: scheduled - messages, unsent: unsent - messages } };
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
