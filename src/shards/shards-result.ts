/** The shards of a run side by side, and how much of it was heard of. */
import type { OffsetBound } from '../clock-offset.ts';
import type { Plan } from '../plan/plan.ts';
import { STATE } from '../recorder/control-memory.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { sumTotals } from '../result/accounting.ts';
import type { ShardInstance, ShardResult, ShardRow, ShardsResult } from '../result/shard-result.ts';
import { NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { Instance } from './instance.ts';
import type { ShardRows } from './shard-rows.ts';
import type { Collected, ShardState } from './shard-state.ts';

/** Of all shards: 40 MB of result.json. */
const ROWS_MAX = 400_000;

export function shardsResult({ plan, bus, shards }: Collected, run: RunMeasurement): ShardsResult {
  const plannedNs = run.stopped === undefined ? plan.durationNs : 0;
  // A load ends some moments after its end: what is planned counts, of what took longer whole seconds.
  const planned = Math.max(1, Math.ceil(plannedNs / NS_PER_SEC), Math.floor(run.loadEndNs / NS_PER_SEC));
  const secondsPlanned = planned * shards.length;
  const secondsReceived = shards.reduce((sum, state) => sum + coveredSeconds(state, planned), 0);
  return {
    bus,
    coverage: secondsPlanned === 0 ? 1 : secondsReceived / secondsPlanned,
    ...{ secondsPlanned, secondsReceived },
    clockSkewUs: clockSkewUs(shards),
    startLateMs: startLateMs(shards),
    shards: shards.map((state) => shardResult(plan, state, run, shards.length)),
  };
}

/** A shard that is done has no more seconds to tell of. */
function coveredSeconds({ instances, rows }: ShardState, planned: number): number {
  const last = instances.at(-1);
  const isEnded = last?.isDone === true && last.mismatch === undefined;
  const end = isEnded ? Math.min(planned, last.final!.rows) : planned;
  let covered = planned - end;
  for (let second = 0; second < end; second++) if (rows.isCovered(second)) covered++;
  return covered;
}

/** Each shard takes the middle of what its bound allows: two of them are at most half of both bounds apart. */
function clockSkewUs(shards: readonly ShardState[]): number | null {
  const halves = shards.map((state) => {
    const bound = clockOf(state);
    return bound === null ? null : (bound.maxUs - bound.minUs) / 2;
  });
  if (halves.some((half) => half === null)) return null;
  const [first = 0, second = 0] = (halves as number[]).toSorted((a, b) => b - a);
  return halves.length === 1 ? 0 : first + second;
}

function clockOf({ instances, clocks }: ShardState): OffsetBound | null {
  const known = instances.map(({ id }) => clocks.get(id)).findLast((bound) => bound !== undefined);
  return known ?? [...clocks.values()].at(-1) ?? null;
}

/** Of those that were there from the start; loops that begin before the run's zero count as 0. */
function startLateMs(shards: readonly ShardState[]): number | null {
  const began = shards.flatMap(({ instances }) =>
    instances.filter(({ joinedNs, state, isDone }) => joinedNs === 0 && (state >= STATE.load || isDone)),
  );
  if (began.length === 0) return null;
  return Math.max(...began.flatMap(({ loops }) => loops.map(({ beganNs }) => beganNs))) / NS_PER_MS;
}

function shardResult(plan: Plan, state: ShardState, run: RunMeasurement, shards: number): ShardResult {
  const { shard, instances } = state;
  const workers = run.workers.filter(({ worker }) => worker % shards === shard);
  const lanes = workers.flatMap((worker) => worker.lanes);
  const last = instances.at(-1);
  const own = last?.isDone === true ? last.final!.own : undefined;
  const { acked } = sumTotals(lanes.map(({ load }) => load.totals));
  return {
    shard,
    workers: plan.workers / shards,
    totals: sumTotals(lanes.flatMap(({ warmup, load }) => [warmup.totals, load.totals])),
    // The last of several processes knows its own time alone.
    rate: (instances.length === 1 ? own?.rate : undefined) ?? lostRate(plan, run, shards, acked),
    response: own?.response ?? null,
    scheduleLag: own?.scheduleLag ?? null,
    verdict: own?.verdict ?? null,
    clockOffsetUs: clockOf(state),
    cpuSeconds: instances.reduce((sum, instance) => sum + instance.cpuSeconds, 0),
    maxRssBytes: Math.max(0, ...instances.map(({ final, rssBytes }) => final?.maxRssBytes ?? rssBytes)),
    instances: instances.map((instance, i) => instanceResult(state, instance, instances[i + 1])),
    series: shardSeries(state.rows, run.series.length, Math.ceil((shards * run.series.length) / ROWS_MAX)),
  };
}

/** Of one that did not say itself: over the load phase of the others. */
function lostRate({ lanes }: Plan, { loadEndNs }: RunMeasurement, shards: number, acked: number): ShardResult['rate'] {
  const startNs = Math.min(loadEndNs, ...lanes.map(({ load }) => load.warmupEndNs));
  const seconds = (loadEndNs - startNs) / NS_PER_SEC;
  const target = lanes.reduce<number | null>(
    (sum, { load }) => (sum === null || load.kind === 'closed' ? null : sum + load.targetPerSec),
    0,
  );
  return {
    targetPerSec: target === null || lanes.length === 0 ? null : target / shards,
    achievedPerSec: seconds > 0 ? acked / seconds : 0,
  };
}

function instanceResult({ hosts, lossesBefore }: ShardState, instance: Instance, next?: Instance): ShardInstance {
  const { id, joinedNs, rows, isDone, mismatch, lostFor } = instance;
  const lost = lostFor ?? (next && lossesBefore.get(next.id));
  const failure = mismatch ?? (!isDone ? lost : next && stopOf(instance));
  return {
    instance: id,
    host: hosts.get(id) ?? 'unknown',
    joinedAt: joinedNs / NS_PER_SEC,
    lastSecond: rows === 0 ? null : rows - 1,
    complete: isDone && mismatch === undefined,
    ...(failure !== undefined && { failure }),
    ...(mismatch !== undefined && { mismatch: true as const }),
  };
}

function stopOf({ final }: Instance): string | undefined {
  if (final?.stopped === undefined) return undefined;
  const { by, reason } = final.stopped;
  return by === 'error' ? reason : `ended by ${by}: ${reason}`;
}

/** @param every so many seconds are one row. */
export function shardSeries(rows: ShardRows, seconds: number, every: number): ShardRow[] {
  if (every <= 1) return Array.from({ length: seconds }, (_, second) => rows.row(second));
  return Array.from({ length: Math.ceil(seconds / every) }, (_, i) => {
    const first = i * every;
    const part = Array.from({ length: Math.min(every, seconds - first) }, (_, k) => rows.row(first + k));
    return part.length === 1 ? part[0]! : meanRow(part);
  });
}

function meanRow(rows: readonly ShardRow[]): ShardRow {
  const mean = (of: 'sent' | 'acked' | 'failed' | 'cpuPct') =>
    Math.round(rows.reduce((sum, row) => sum + row[of], 0) / rows.length);
  const lags = rows.flatMap(({ scheduleLagP99 }) => scheduleLagP99 ?? []);
  return {
    ...{ second: rows[0]!.second, sent: mean('sent'), acked: mean('acked'), failed: mean('failed') },
    inFlight: Math.max(...rows.map(({ inFlight }) => inFlight)),
    scheduleLagP99: lags.length === 0 ? null : Math.max(...lags),
    cpuPct: mean('cpuPct'),
  };
}
