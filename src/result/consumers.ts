/** From what the members of consumer groups measured to the result of each group. */
import type { Plan } from '../plan/plan.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import { type FlatHistogram, minimum, totalCount } from '../recorder/histogram.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { unpackCounts } from '../recorder/packed-counts.ts';
import type { GroupMeasurement, ReadingMeasurement } from '../recorder/reading-measurement.ts';
import { LOAD } from '../recorder/run-memory.ts';
import { formatCount, NS_PER_SEC, NS_PER_US } from '../units.ts';
import { refuse } from './accounting.ts';
import { acrossShards, type ClockEvidence, clockBound } from './clock-bound.ts';
import { drainOf, pauseOf } from './drain.ts';
import { encodeHistogram } from './hdr.ts';
import { sumHistograms, summarize } from './latency.ts';
import type { ConsumerResult } from './reading-result.ts';
import type { ShardsResult } from './shard-result.ts';

/** Undefined where nothing is read. */
export function mergeConsumers(
  plan: Plan,
  run: RunMeasurement,
  shards?: ShardsResult,
): Record<string, ConsumerResult> | undefined {
  const { reading } = run;
  if (reading === undefined || plan.reading === undefined) return undefined;
  const responses = unpackCounts(run.latencies.join(''));
  return Object.fromEntries(
    plan.reading.groups.map((group) => {
      const measured = reading.groups[group.group]!;
      checkGroup(group, measured);
      return [
        group.name,
        groupResult(plan, group, measured, { reading, responses, shards, pause: pauseOf(group, run) }),
      ] as const;
    }),
  );
}

/**
 * Of groups that read what all lanes send: records that were acknowledged and neither read nor left unread at the end.
 * The log had dropped them, or lost them, and a lag that is 0 does not show it.
 */
export function unseenNotes(
  { lanes, reading, target }: Plan,
  run: RunMeasurement,
  consumers: Readonly<Record<string, ConsumerResult>> = {},
  acked: number,
): string[] {
  if (lanes.some(({ transactions }) => transactions !== undefined)) return [];
  return (reading?.groups ?? []).flatMap(({ name, group, topics, from, verify }) => {
    const read = new Set(topics);
    const { consumed, foreign, lag } = consumers[name]!;
    const isWhole = run.reading?.groups[group]?.members.every(({ complete }) => complete);
    if (!isWhole || from !== 'run' || verify || lag.atEnd === null) return [];
    if (!lanes.every((lane) => lane.topics.every((topic) => read.has(topic)))) return [];
    const unseen = acked - (consumed - foreign) - lag.atEnd;
    if (unseen <= 0) return [];
    const why =
      target.kind === 'embedded'
        ? 'the embedded cluster keeps about 5 MB a partition and had dropped them'
        : 'the log had dropped them before, or they are lost: --verify tells';
    return [`${name} did not see ${formatCount(unseen)} of ${formatCount(acked)} acknowledged records: ${why}`];
  });
}

interface Beside {
  readonly reading: ReadingMeasurement;
  readonly responses: ReturnType<typeof unpackCounts>;
  readonly shards: ShardsResult | undefined;
  readonly pause: GroupPlan['pause'];
}

function groupResult(
  plan: Plan,
  group: GroupPlan,
  { counts, endToEnd, rows, lagAtEnd, endNs }: GroupMeasurement,
  { reading, responses, shards, pause }: Beside,
): ConsumerResult {
  const { consumed, bytes, foreign, negative, negativeMinNs, rebalances, firstRecordNs, lastRecordNs } = counts;
  const latency = sumHistograms(endToEnd.map((phases) => phases[LOAD]!));
  const isDated = totalCount(latency) > 0;
  const max = rows.reduce<{ lag: number; second: number } | null>(
    (most, { lag, second }) => (lag !== null && lag > (most?.lag ?? -1) ? { lag, second } : most),
    null,
  );
  const tookNs = firstRecordNs === null || lastRecordNs === null ? 0 : lastRecordNs - firstRecordNs;
  const drain = pause && drainOf(pause, rows, responses, { endNs, lag: lagAtEnd });
  return {
    members: group.members.length,
    topics: group.topics,
    consumed,
    bytes,
    foreign: group.dates === 'timestamps' ? consumed : foreign,
    rate: tookNs > 0 ? (consumed * NS_PER_SEC) / tookNs : 0,
    endToEnd: isDated ? summarize(latency, 0) : null,
    endToEndHistogram: isDated ? encodeHistogram(latency) : null,
    clock: acrossShards(clockBound(plan, group, evidenceOf(group, reading, { endToEnd, counts })), shards),
    negative: { count: negative, minUs: negative === 0 ? null : negativeMinNs / NS_PER_US },
    rebalances,
    lag: { max: max?.lag ?? null, maxAtSecond: max?.second ?? null, atEnd: lagAtEnd },
    ...(drain && { drain }),
    series: rows,
  };
}

function evidenceOf(
  { group }: GroupPlan,
  { appendTimeTopics, clockProbes }: ReadingMeasurement,
  { endToEnd, counts }: Pick<GroupMeasurement, 'endToEnd' | 'counts'>,
): ClockEvidence {
  const { negative, negativeMinNs } = counts;
  const lowestUs = negative > 0 ? negativeMinNs / NS_PER_US : minimum(sumHistograms(endToEnd.flat()));
  return { appendTimeTopics, lowestUs, probe: clockProbes?.find((probe) => probe.group === group) };
}

/** Of all groups together, messages of one lane or of all; undefined where nothing was read or dated. */
export function endToEndOf(run: RunMeasurement, lane?: number): FlatHistogram | undefined {
  const groups = run.reading?.groups ?? [];
  const parts = groups.flatMap(({ endToEnd }) => (lane === undefined ? endToEnd : [endToEnd[lane]!]));
  const sum = sumHistograms(parts.map((phases) => phases[LOAD]!));
  return totalCount(sum) === 0 ? undefined : sum;
}

/**
 * The rows add up to what was read, and no record was dated twice. Where a member was lost in the middle of its counters
 * neither need hold.
 */
function checkGroup({ name, dates }: GroupPlan, { counts, endToEnd, rows, members }: GroupMeasurement): void {
  if (!members.every(({ failure }) => failure === undefined)) return;
  const where = `consumer group ${name}`;
  const sum = (pick: (row: GroupMeasurement['rows'][number]) => number) =>
    rows.reduce((all, row) => all + pick(row), 0);
  const series = { consumed: sum((row) => row.consumed), bytes: sum((row) => row.bytes) };
  const { consumed, bytes, foreign } = counts;
  if (series.consumed !== consumed || series.bytes !== bytes) {
    refuse(where, 'its rows do not add up to what was read', { consumed, bytes, series });
  }
  const dated = endToEnd.flat().reduce((all, histogram) => all + totalCount(histogram), 0);
  const marked = dates === 'timestamps' ? consumed : consumed - foreign;
  // Fewer where a record has no timestamp, and needs one.
  if (dated > marked) refuse(where, 'more records have a latency than were read', { consumed, foreign, dated });
}
