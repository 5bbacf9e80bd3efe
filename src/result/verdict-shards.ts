/** What the shards of a run mean for its verdict: those that were lost, that were at a limit, or whose clocks are apart. */
import type { RunMeasurement, WorkerMeasurement } from '../recorder/measurement.ts';
import { formatCount, US_PER_MS } from '../units.ts';
import type { RunEvent } from './result.ts';
import type { ShardInstance, ShardResult, ShardsResult } from './shard-result.ts';

/** Below this share of the seconds of all shards a run is not the one that was planned. */
export const COVERAGE_MIN = 0.99;
/** As far as a schedule lag that never matters: LAG_P99_MIN_US. */
const SKEW_NOTED_US = 10_000;
/** So many shards are named; all are in the result. */
const SHARDS_NAMED = 3;

export interface ShardEvidence {
  /** Whose own verdict is GENERATOR_LIMITED, a sentence each. */
  readonly limited: readonly string[];
  /** Why the run is not the one that was planned. */
  readonly incomplete: readonly string[];
  /** What else a reader should know. */
  readonly notes: readonly string[];
  /** Messages of the load phase that a lost shard left, and the run is complete without. By scenario. */
  readonly excused: Readonly<Record<string, number>>;
}

export const NO_SHARDS: ShardEvidence = { limited: [], incomplete: [], notes: [], excused: {} };

export function shardEvidence(shards: ShardsResult | undefined, run: RunMeasurement): ShardEvidence {
  if (shards === undefined) return NO_SHARDS;
  const isCovered = shards.coverage >= COVERAGE_MIN;
  const { lost, broken } = gapsOf(shards);
  const own = shards.shards.flatMap((shard) => ownReasons(shard, run));
  return {
    limited: limitedShards(shards),
    incomplete: [...(isCovered ? [] : [coverageText(shards), ...lost]), ...broken, ...own],
    notes: [
      ...(isCovered && lost.length > 0 ? [...lost, coverageText(shards)] : []),
      ...named(withStatus(shards, 'BROKER_LIMITED').map((text) => `${text} (the brokers were its limit)`)),
      ...skewNotes(shards),
    ],
    excused: isCovered ? excusedOf(shards, run.workers) : {},
  };
}

/** Whether a process of this worker's shard was lost, also before the start: then the shard is what counts, not the worker. */
export function isOfLostShard(
  shards: ShardsResult | undefined,
  { worker }: Pick<WorkerMeasurement, 'worker'>,
): boolean {
  const all = shards?.shards ?? [];
  const instances = all[worker % all.length]?.instances;
  return instances !== undefined && !(instances.length === 1 && instances[0]!.complete && instances[0]!.joinedAt === 0);
}

export function shardName({ shard, instances }: ShardResult, instance = instances.at(-1)): string {
  return instance === undefined ? `shard ${shard}` : `shard ${shard} (${instance.host})`;
}

/** Shards that were lost, and those that took their place. */
export function shardEvents(shards: ShardsResult | undefined): RunEvent[] {
  return (shards?.shards ?? []).flatMap((shard) =>
    shard.instances.flatMap((instance, i): RunEvent[] => {
      const name = shardName(shard, instance);
      const joined: RunEvent = {
        at: instance.joinedAt,
        kind: 'shard-joined',
        text: `${name} ${i > 0 ? 'takes the place of a lost one' : 'joined late'}`,
      };
      const lost: RunEvent = { at: lostAt(shard, i), kind: 'shard-lost', text: `${name}: ${reasonOf(instance)}` };
      return [...(instance.joinedAt > 0 ? [joined] : []), ...(isLost(shard, i) ? [lost] : [])];
    }),
  );
}

/** Also one that said how it ended, where another goes on with its part. */
function isLost({ instances }: ShardResult, i: number): boolean {
  return !instances[i]!.complete || i < instances.length - 1;
}

function gapsOf({ shards }: ShardsResult): { lost: string[]; broken: string[] } {
  const lost: string[] = [];
  const broken: string[] = [];
  for (const shard of shards) {
    if (shard.instances.length === 0) lost.push(`${shardName(shard)} sent nothing`);
    for (const [i, instance] of shard.instances.entries()) {
      const name = shardName(shard, instance);
      if (i === 0 && instance.joinedAt > 0) {
        lost.push(`${name} joined at ${formatCount(instance.joinedAt, 1)} s: what was due before is unsent`);
      }
      if (!isLost(shard, i)) continue;
      const next = shard.instances[i + 1];
      const after = next === undefined ? '' : `, replaced at ${formatCount(next.joinedAt, 1)} s`;
      if (instance.mismatch === true) broken.push(`${name}: ${reasonOf(instance)}`);
      else lost.push(`${name} was lost at ${formatCount(lostAt(shard, i), 1)} s${after}: ${reasonOf(instance)}`);
    }
  }
  return { lost, broken };
}

/** Its last second may be one in which the next one had taken its part up. */
function lostAt({ instances }: ShardResult, i: number): number {
  const { lastSecond, joinedAt } = instances[i]!;
  return Math.min(
    lastSecond === null ? joinedAt : lastSecond + 1,
    instances[i + 1]?.joinedAt ?? Number.POSITIVE_INFINITY,
  );
}

function reasonOf({ failure = 'no reason known' }: ShardInstance): string {
  return failure;
}

function coverageText({ coverage, secondsPlanned, secondsReceived }: ShardsResult): string {
  const seconds = `${formatCount(secondsReceived)} of ${formatCount(secondsPlanned)} seconds of all shards were received`;
  return `${seconds} (${formatCount(100 * coverage, 1)} %)`;
}

/** Where the run as a whole was stopped, each of them has that as its reason. */
function ownReasons(shard: ShardResult, run: RunMeasurement): string[] {
  if (run.stopped !== undefined || shard.verdict?.status !== 'INCOMPLETE') return [];
  // What one of its processes left is reported with that one.
  if (shard.instances.some(({ complete }) => !complete)) return [];
  return [`${shardName(shard)}: ${shard.verdict.reasons[0]}`];
}

/** What all of them have in common is one sentence. */
function limitedShards(shards: ShardsResult): string[] {
  const count = shards.shards.length;
  const limited = shards.shards.filter(({ verdict }) => verdict?.status === 'GENERATOR_LIMITED');
  const reasons = new Set(limited.map(({ verdict }) => verdict!.reasons[0]));
  if (count > 1 && limited.length === count && reasons.size === 1) return [`all ${count} shards: ${[...reasons][0]}`];
  return named(withStatus(shards, 'GENERATOR_LIMITED'));
}

function withStatus({ shards }: ShardsResult, status: 'GENERATOR_LIMITED' | 'BROKER_LIMITED'): string[] {
  return shards
    .filter(({ verdict }) => verdict?.status === status)
    .map((shard) => `${shardName(shard)}: ${shard.verdict!.reasons[0]}`);
}

function named(texts: readonly string[]): string[] {
  if (texts.length <= SHARDS_NAMED) return [...texts];
  return [...texts.slice(0, SHARDS_NAMED), `and ${formatCount(texts.length - SHARDS_NAMED)} more shards like these`];
}

function skewNotes({ shards, clockSkewUs }: ShardsResult): string[] {
  if (shards.length < 2) return [];
  if (clockSkewUs === null)
    return ['how far the shards’ clocks are apart is not known: their schedules may have started apart'];
  if (clockSkewUs <= SKEW_NOTED_US) return [];
  return [
    `shards may have started up to ${formatCount(clockSkewUs / US_PER_MS, 0)} ms apart: that is how well their clocks are known`,
  ];
}

function excusedOf(shards: ShardsResult, workers: readonly WorkerMeasurement[]): Record<string, number> {
  const excused: Record<string, number> = {};
  for (const worker of workers) {
    if (!isOfLostShard(shards, worker)) continue;
    for (const { scenario, load } of worker.lanes) excused[scenario] = (excused[scenario] ?? 0) + load.totals.unsent;
  }
  return excused;
}
