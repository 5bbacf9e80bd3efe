/** What the plan has due at a moment of the run: what the counters are held against. */
import { isEndless } from '../plan/endless.ts';
import type { LanePlan, OpenLoad } from '../plan/plan.ts';
import { type ShardPlace, workerOf } from '../plan/shard.ts';
import { dueCount, dueCountBefore, ratePerSecAt } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import { type Phase, WARMUP } from './run-memory.ts';

type Lanes = readonly Pick<LanePlan, 'load'>[];

interface DueOptions {
  /** Of this phase alone; by default of both. */
  readonly phase?: Phase;
  /** Strictly before the moment, not at it. */
  readonly before?: boolean;
  /** Of this shard alone; by default of the whole run. */
  readonly shard?: ShardPlace | undefined;
}

const WHOLE: ShardPlace = { index: 0, count: 1 };

/**
 * Messages of the lanes that are due at `ns` or earlier. Null where one of them is a closed loop, which plans none.
 * @param endsNs when the load of each thread ended, of the shard or of the run, or of each shard; Infinity while it goes
 * on: of an endless load, the share of each ends there.
 */
export function dueBy(lanes: Lanes, ns: number, endsNs: readonly number[], options: DueOptions = {}): number | null {
  let sum = 0;
  for (const { load } of lanes) {
    if (load.kind === 'closed') return null;
    sum += dueOfLoad(load, ns, endsNs, options);
  }
  return sum;
}

function dueOfLoad(load: OpenLoad, ns: number, endsNs: readonly number[], options: DueOptions): number {
  const { phase, before, shard = WHOLE } = options;
  const { schedule, warmupCount } = load;
  const due = before ? dueCountBefore(schedule, ns) : dueCount(schedule, ns);
  const share = (count: number, part: number, parts: number) =>
    dueInPhase(shareOf(count, part, parts), shareOf(warmupCount, part, parts), phase);
  if (!isEndless(load) || endsNs.every((endNs) => endNs >= ns)) return share(due, shard.index, shard.count);
  const workers = endsNs.length * shard.count;
  return endsNs.reduce((sum, endNs, thread) => {
    return sum + share(endNs < ns ? dueCount(schedule, endNs) : due, workerOf({ workers, shard }, thread), workers);
  }, 0);
}

function dueInPhase(due: number, warmup: number, phase: Phase | undefined): number {
  if (phase === undefined) return due;
  return phase === WARMUP ? Math.min(due, warmup) : Math.max(0, due - warmup);
}

/** What the schedules ask for at `ns`, of a shard its part; null where one of the lanes is a closed loop. */
export function targetPerSecAt(lanes: Lanes, ns: number, { count } = WHOLE): number | null {
  let sum = 0;
  for (const { load } of lanes) {
    if (load.kind === 'closed') return null;
    sum += ratePerSecAt(load.schedule, ns);
  }
  return sum / count;
}
