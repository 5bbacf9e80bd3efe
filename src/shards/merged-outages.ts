/** Outages of the whole run: where one shard waits in vain and others do not, it is that of a part. */
import type { OutageMeasurement } from '../recorder/measurement.ts';
import { NS_PER_SEC } from '../units.ts';
import type { ShardState } from './shard-state.ts';

/** Shards notice an outage some moments apart: what is left of it at either side is none of its own. */
const OUTAGE_NS_MIN = NS_PER_SEC;

export function mergedOutages(shards: readonly Pick<ShardState, 'instances'>[]): OutageMeasurement[] {
  const byShard = shards.map(({ instances }) =>
    instances.flatMap(({ final }) => (final?.workers ?? []).flatMap(({ outages }) => outages)),
  );
  if (byShard.length === 1) return byShard[0]!;
  const partial = byShard.flat().filter(({ isPartial }) => isPartial === true);
  const whole = byShard.map((outages) => joined(outages.filter(({ isPartial }) => isPartial !== true)));
  const silent = whole.map((outages, i) => [...outages, ...afterEnd(shards[i]!)]);
  const common = silent.reduce(overlaps).filter((outage) => isLong(outage) && outage.toNs < Number.POSITIVE_INFINITY);
  const rest = whole.flatMap((outages) => without(outages, common)).filter(isLong);
  return [...common, ...partial, ...rest.map((outage) => ({ ...outage, isPartial: true }))].toSorted(
    (a, b) => a.fromNs - b.fromNs || a.toNs - b.toNs,
  );
}

/** A shard that is done, or lost, is acknowledged nothing. */
function afterEnd({ instances }: Pick<ShardState, 'instances'>): OutageMeasurement[] {
  const ends = instances.map(({ isDone, final, rows }) => {
    if (!isDone) return rows * NS_PER_SEC;
    return Math.max(...final!.workers.map(({ phases }) => phases.drainEndNs));
  });
  return [{ fromNs: Math.max(0, ...ends), toNs: Number.POSITIVE_INFINITY }];
}

function isLong({ fromNs, toNs }: OutageMeasurement): boolean {
  return toNs - fromNs >= OUTAGE_NS_MIN;
}

function joined(outages: readonly OutageMeasurement[]): OutageMeasurement[] {
  const result: { fromNs: number; toNs: number }[] = [];
  for (const { fromNs, toNs } of outages.toSorted((a, b) => a.fromNs - b.fromNs)) {
    const last = result.at(-1);
    if (last === undefined || fromNs > last.toNs) result.push({ fromNs, toNs });
    else last.toNs = Math.max(last.toNs, toNs);
  }
  return result;
}

/** Times in both. */
function overlaps(a: readonly OutageMeasurement[], b: readonly OutageMeasurement[]): OutageMeasurement[] {
  return a.flatMap((one) =>
    b.flatMap((other) => {
      const fromNs = Math.max(one.fromNs, other.fromNs);
      const toNs = Math.min(one.toNs, other.toNs);
      return fromNs < toNs ? [{ fromNs, toNs }] : [];
    }),
  );
}

/** What is left of the first; a moment apart from the others, so that they are not joined again. */
function without(outages: readonly OutageMeasurement[], taken: readonly OutageMeasurement[]): OutageMeasurement[] {
  return taken.reduce<OutageMeasurement[]>(
    (left, { fromNs, toNs }) =>
      left.flatMap((outage) => {
        if (toNs <= outage.fromNs || fromNs >= outage.toNs) return [outage];
        const parts = [
          { fromNs: outage.fromNs, toNs: fromNs - 1 },
          { fromNs: toNs + 1, toNs: outage.toNs },
        ];
        return parts.filter((part) => part.fromNs < part.toNs);
      }),
    [...outages],
  );
}
