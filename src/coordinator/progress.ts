/** Where a run stands by what its memory holds. */
import { isEndless } from '../plan/endless.ts';
import { inFlightMax } from '../plan/in-flight-max.ts';
import type { Plan } from '../plan/plan.ts';
import { STATE } from '../recorder/control-memory.ts';
import { dueBy, targetPerSecAt } from '../recorder/due.ts';
import type { Progress } from '../recorder/progress.ts';
import { inFlightOf, type RunReader } from '../recorder/reader.ts';
import type { SecondRow } from '../recorder/second-row.ts';
import { shareOf } from '../split.ts';
import { NS_PER_MS } from '../units.ts';

interface WatchedRun {
  readonly plan: Plan;
  readonly reader: RunReader;
  readonly startedAtMs: number;
  readonly lastRow?: SecondRow;
}

export function progressOf({ plan, reader, startedAtMs, lastRow }: WatchedRun, elapsedNs: number): Progress {
  const { durationNs, lanes, shard } = plan;
  const counts = reader.counts({ lanes });
  const { sent, acked, failed, unresolved, shed } = counts;
  return {
    phase: phaseOf(plan, reader, elapsedNs),
    elapsedNs,
    plannedNs: durationNs > 0 ? durationNs : null,
    endsAtMs: durationNs > 0 ? startedAtMs + durationNs / NS_PER_MS : null,
    plannedCount: plannedCount(plan),
    scheduled: scheduledUntil(plan, reader, elapsedNs),
    sent,
    acked,
    failed: failed + unresolved,
    shed,
    inFlight: inFlightOf(counts),
    inFlightMax: inFlightMax(plan),
    targetPerSec: targetPerSecAt(lanes, elapsedNs, shard),
    ...(lastRow === undefined ? {} : { lastRow }),
    scenarios: lanes.length,
  };
}

function phaseOf({ lanes }: Plan, reader: RunReader, elapsedNs: number): Progress['phase'] {
  const states = reader.states();
  if (states.every((state) => state === STATE.done)) return 'done';
  if (states.every((state) => state >= STATE.draining)) return 'drain';
  const loads = lanes.map(({ load }) => load);
  if (loads.length === 0) return 'load';
  const first = loads.reduce((a, b) => (b.warmupEndNs < a.warmupEndNs ? b : a));
  const hasWarmup = first.startNs < first.warmupEndNs;
  return hasWarmup && elapsedNs < first.warmupEndNs ? 'warmup' : 'load';
}

function plannedCount({ lanes, shard = { index: 0, count: 1 } }: Plan): number | null {
  if (lanes.some(({ load }) => isEndless(load))) return null;
  const total = lanes.reduce((sum, { load }) => sum + shareOf(load.count, shard.index, shard.count), 0);
  return Number.isFinite(total) ? total : null;
}

/** Of a closed loop what was sent. */
function scheduledUntil({ lanes, shard }: Plan, reader: RunReader, elapsedNs: number): number {
  const endsNs = reader.loadEndsNs();
  return lanes.reduce((sum, lane) => {
    return sum + (dueBy([lane], elapsedNs, endsNs, { shard }) ?? reader.counts({ lanes: [lane] }).sent);
  }, 0);
}
