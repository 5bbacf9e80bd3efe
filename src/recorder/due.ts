/** What the plan has due at a moment of the run: what the counters are held against. */
import { isEndless } from '../plan/endless.ts';
import type { LanePlan, OpenLoad } from '../plan/plan.ts';
import { dueCount, dueCountBefore, ratePerSecAt } from '../schedule/schedule.ts';
import { shareOf } from '../split.ts';
import { type Phase, WARMUP } from './run-memory.ts';

type Lanes = readonly Pick<LanePlan, 'load'>[];

interface DueOptions {
  /** Of this phase alone; by default of both. */
  readonly phase?: Phase;
  /** Strictly before the moment, not at it. */
  readonly before?: boolean;
}

/**
 * Messages of the lanes that are due at `ns` or earlier. Null where one of them is a closed loop, which plans none.
 * @param endsNs when each worker's load ended, Infinity while it goes on: of an endless load, a worker's share ends there.
 */
export function dueBy(lanes: Lanes, ns: number, endsNs: readonly number[], options: DueOptions = {}): number | null {
  let sum = 0;
  for (const { load } of lanes) {
    if (load.kind === 'closed') return null;
    sum += dueOfLoad(load, ns, endsNs, options);
  }
  return sum;
}

function dueOfLoad(load: OpenLoad, ns: number, endsNs: readonly number[], { phase, before }: DueOptions): number {
  const { schedule, warmupCount } = load;
  const due = before ? dueCountBefore(schedule, ns) : dueCount(schedule, ns);
  if (!isEndless(load) || endsNs.every((endNs) => endNs >= ns)) return dueInPhase(due, warmupCount, phase);
  return endsNs.reduce((sum, endNs, worker) => {
    const share = shareOf(endNs < ns ? dueCount(schedule, endNs) : due, worker, endsNs.length);
    return sum + dueInPhase(share, shareOf(warmupCount, worker, endsNs.length), phase);
  }, 0);
}

function dueInPhase(due: number, warmup: number, phase: Phase | undefined): number {
  if (phase === undefined) return due;
  return phase === WARMUP ? Math.min(due, warmup) : Math.max(0, due - warmup);
}

/** What the schedules ask for at `ns`; null where one of the lanes is a closed loop. */
export function targetPerSecAt(lanes: Lanes, ns: number): number | null {
  let sum = 0;
  for (const { load } of lanes) {
    if (load.kind === 'closed') return null;
    sum += ratePerSecAt(load.schedule, ns);
  }
  return sum;
}
