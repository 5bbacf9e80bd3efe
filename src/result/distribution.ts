/** A scenario's topics or clients, told as a distribution: not a line for each of a thousand. */
import type { LanePlan } from '../plan/plan.ts';
import { addMembers, type MemberCounts } from '../recorder/breakdown.ts';
import type { Percentile } from '../recorder/histogram.ts';
import { bucketRangeUs, messagesIn } from '../recorder/latency-series.ts';
import type { LaneMeasurement } from '../recorder/measurement.ts';

/** Over the members; `minOf` and `maxOf` name the first one that has it. */
export interface Spread<Value = number> {
  readonly min: Value;
  /** The lower one of the two in the middle, where their number is even. */
  readonly median: Value;
  readonly max: Value;
  readonly minOf: string;
  readonly maxOf: string;
}

/** Of the load phase. */
export interface Distribution {
  /** Topics or clients of the scenario. */
  readonly count: number;
  /** Of them those that no message was sent to, or by. */
  readonly idle: number;
  /** Messages of each. */
  readonly sent: Spread;
  readonly acked: Spread;
  /** Failed and unresolved. */
  readonly notAcked: Spread;
  /** Acknowledged messages a second, in the time of the scenario. */
  readonly achievedPerSec: Spread;
  /**
   * p99 of the response latency, µs: the upper end of its bucket, at most 12.5 % above it. Of members that were sent
   * anything; null where none was.
   */
  readonly p99: Spread<Percentile> | null;
}

type Named = readonly [name: string, counts: MemberCounts];

/** Undefined where nobody counted, or a worker was lost with what it counted. @param achievedPerSec of the scenario. */
export function distributions(
  lane: LanePlan,
  measured: readonly LaneMeasurement[],
  achievedPerSec: number,
): { readonly topics?: Distribution; readonly clients?: Distribution } {
  const own = measured.filter(({ scenario }) => scenario === lane.name);
  const of = (kind: 'topics' | 'clients', names: readonly string[]) =>
    own.length === 0 || own.some((each) => each[kind] === undefined)
      ? undefined
      : distribution(names, addMembers(own.flatMap((each) => each[kind]!)), achievedPerSec);
  const topics = lane.perTopic && of('topics', lane.topics);
  const clients = of(
    'clients',
    Array.from({ length: lane.producers ?? 0 }, (_, producer) => `client ${producer}`),
  );
  return { ...(topics && { topics }), ...(clients && { clients }) };
}

function distribution(names: readonly string[], counts: readonly MemberCounts[], achievedPerSec: number): Distribution {
  const byNumber = new Map(counts.map((each) => [each.member, each]));
  const members = names.map((name, member): Named => [name, byNumber.get(member) ?? nothingOf(member)]);
  const acked = counts.reduce((sum, each) => sum + each.acked, 0);
  const perAcked = acked === 0 ? 0 : achievedPerSec / acked;
  const active = members.filter(([, { sent }]) => sent > 0);
  const spread = (of: (counts: MemberCounts) => number) => spreadOf(members, of);
  return {
    count: names.length,
    idle: names.length - counts.length,
    sent: spread((each) => each.sent),
    acked: spread((each) => each.acked),
    notAcked: spread((each) => each.notAcked),
    achievedPerSec: spread((each) => each.acked * perAcked),
    p99: active.length === 0 ? null : spreadOf(active, p99Of),
  };
}

function nothingOf(member: number): MemberCounts {
  return { member, sent: 0, acked: 0, notAcked: 0, latencies: [] };
}

function spreadOf<Value extends Percentile>(
  members: readonly Named[],
  of: (counts: MemberCounts) => Value,
): Spread<Value> {
  const sorted = members
    .map(([name, counts]) => ({ name, value: of(counts) }))
    .sort((a, b) => ascending(a.value, b.value));
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  return {
    min: first.value,
    median: sorted[Math.floor((sorted.length - 1) / 2)]!.value,
    max: last.value,
    minOf: first.name,
    maxOf: sorted.find(({ value }) => ascending(value, last.value) === 0)!.name,
  };
}

/** Among messages that were not acknowledged it is at least the greatest latency that was seen. */
function p99Of({ sent, acked, latencies }: MemberCounts): Percentile {
  const rank = Math.ceil(0.99 * sent);
  const upTo = (bucket: number) => bucketRangeUs(bucket).toUs;
  if (rank > acked || messagesIn(latencies) < rank) return { atLeast: upTo(latencies.at(-1)?.[0] ?? 0) };
  let seen = 0;
  for (const [bucket, count] of latencies) {
    seen += count;
    if (seen >= rank) return upTo(bucket);
  }
  throw new Error('no bucket of a rank that is there');
}

/** One that is only known to be at least something comes behind all that are known. */
function ascending(a: Percentile, b: Percentile): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' ? 1 : a.atLeast - b.atLeast;
}
