/** A running load at one moment, read from shared memory: what the metrics endpoint is made from. */
import { monotonicMs } from '../clock.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import type { ShardPlace } from '../plan/shard.ts';
import { NS_PER_MS } from '../units.ts';
import { STATE } from './control-memory.ts';
import { dueBy, targetPerSecAt } from './due.ts';
import type { LatencyBuckets } from './latency-buckets.ts';
import type { MessageSummary } from './message-summary.ts';
import type { ShardsProgress } from './progress.ts';
import type { Counts, Effort, RunReader } from './reader.ts';
import { LATENCY, LOAD, MOMENT, type Phase, WARMUP } from './run-memory.ts';
import type { SecondRow } from './second-row.ts';

export interface RunReading {
  /** Of the run so far, ns; null before its start. Stands still when all workers are done. */
  readonly elapsedNs: number | null;
  /** Planned length of the schedule; null where only a number of messages or a stop bounds it. */
  readonly plannedNs: number | null;
  readonly lanes: readonly LaneReading[];
  /** Of each worker's loop. */
  readonly efforts: readonly Pick<Effort, 'busyNs' | 'idleNs' | 'blockedNs'>[];
  /** The last whole second; absent during the first. */
  readonly lastRow?: SecondRow;
  /** Of a run with a message database: what was in it after the last whole second. */
  readonly database?: MessageSummary;
  /** Of a run in several processes: what is read is of all of them, a row a shard in place of one a worker. */
  readonly shards?: ShardsProgress;
}

export interface LaneReading {
  readonly name: string;
  /** What the schedule asks for in the second around now; null in a closed loop. */
  readonly targetPerSec: number | null;
  /** Of each worker the time of its last send in the load phase, ms since 1970; null before the first. */
  readonly lastSentAtMs: readonly (number | null)[];
  /** The load phase, and before it the warm-up where there is one. */
  readonly phases: readonly PhaseReading[];
}

export interface PhaseReading {
  readonly name: 'warmup' | 'load';
  /** Due by now, and when the load has ended by then; in a closed loop what was sent. */
  readonly scheduled: number;
  readonly workers: readonly Counts[];
  readonly response: LatencyBuckets;
  readonly service: LatencyBuckets;
  readonly scheduleLag: LatencyBuckets;
}

/** @param nowMs on the scale of `monotonicMs`. */
export function readRun(plan: Plan, reader: RunReader, nowMs = monotonicMs()): RunReading {
  const { loadNs, elapsedNs } = readTimes(reader, nowMs);
  return {
    elapsedNs,
    plannedNs: plan.durationNs > 0 ? plan.durationNs : null,
    lanes: plan.lanes.map((lane) => readLane(lane, reader, loadNs, plan.shard)),
    efforts: reader.efforts(),
  };
}

/** How long the load has gone on, and the run with its drain; -1 and null before the start. */
function readTimes(reader: RunReader, nowMs: number): { loadNs: number; elapsedNs: number | null } {
  if (reader.epochMs === 0) return { loadNs: -1, elapsedNs: null };
  const nowNs = (nowMs - reader.epochMs) * NS_PER_MS;
  const states = reader.states();
  const efforts = reader.efforts();
  // A worker that was lost has no end: the clock goes on.
  const endNs = (state: number, moment: 'loadEndNs' | 'drainEndNs') => {
    const latestNs = Math.max(...efforts.map((effort) => effort[moment]));
    return states.every((each) => each >= state) && latestNs > 0 ? latestNs : nowNs;
  };
  return {
    loadNs: endNs(STATE.draining, 'loadEndNs'),
    elapsedNs: Math.max(0, endNs(STATE.done, 'drainEndNs')),
  };
}

function readLane(lane: LanePlan, reader: RunReader, loadNs: number, shard: ShardPlace | undefined): LaneReading {
  const { name, load } = lane;
  const hasWarmup = load.kind === 'open' ? load.warmupCount > 0 : load.warmupEndNs > load.startNs;
  return {
    name,
    targetPerSec: targetPerSecAt([lane], loadNs, shard),
    lastSentAtMs: reader
      .momentsNs(lane, MOMENT.lastSent)
      .map((sentNs) => (sentNs === 0 ? null : reader.startedAtMs + sentNs / NS_PER_MS)),
    phases: (hasWarmup ? [WARMUP, LOAD] : [LOAD]).map((phase) => readPhase(lane, reader, { phase, shard }, loadNs)),
  };
}

interface Part {
  readonly phase: Phase;
  readonly shard: ShardPlace | undefined;
}

function readPhase(lane: LanePlan, reader: RunReader, part: Part, loadNs: number): PhaseReading {
  const { phase } = part;
  const selection = { lanes: [lane], phases: [phase] };
  const workers = reader.countsByWorker(selection);
  const due = dueBy([lane], loadNs, reader.loadEndsNs(), part);
  return {
    name: phase === WARMUP ? 'warmup' : 'load',
    scheduled: due ?? workers.reduce((sum, { sent, shed }) => sum + sent + shed, 0),
    workers,
    response: reader.latencyBuckets(selection, LATENCY.response),
    service: reader.latencyBuckets(selection, LATENCY.service),
    scheduleLag: reader.latencyBuckets(selection, LATENCY.scheduleLag),
  };
}
