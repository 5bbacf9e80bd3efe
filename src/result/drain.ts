/** What became of the backlog that a group's pause built: its peak, how fast it went, and what producers felt of it. */

import type { Plan } from '../plan/plan.ts';
import type { GroupPlan } from '../plan/reading-plan.ts';
import type { ConsumerRow } from '../recorder/consumer-row.ts';
import { addCounts, bucketRangeUs, messagesIn, type SparseCounts } from '../recorder/latency-series.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { formatDuration, NS_PER_MS, NS_PER_SEC } from '../units.ts';
import type { DrainResult } from './reading-result.ts';
import type { RunEvent } from './result.ts';

/** The lag before a pause is the greatest of so many seconds: one of them alone may be a good one. */
const BEFORE_SECONDS = 5;

/**
 * To the second: rows are what is known of it; of a backlog that went in the last one, what is known of the group's end.
 * @param responses of producers, one for each row of the run.
 * @param atEnd when the group was done, and its lag then.
 * @returns undefined where the run was over before the pause.
 */
export function drainOf(
  pause: { readonly atNs: number; readonly forNs: number },
  rows: readonly ConsumerRow[],
  responses: readonly SparseCounts[],
  atEnd: { readonly endNs: number; readonly lag: number | null },
): DrainResult | undefined {
  const pausedFrom = pause.atNs / NS_PER_SEC;
  const fromSecond = (pause.atNs + pause.forNs) / NS_PER_SEC;
  if (rows.length <= pausedFrom) return undefined;
  const first = Math.floor(pausedFrom);
  const resumed = Math.floor(fromSecond);
  const before = rows.slice(Math.max(0, first - BEFORE_SECONDS), first);
  const lagBefore = Math.max(0, ...before.map(({ lag }) => lag ?? 0));
  const drainedAt = rows.findIndex(({ lag }, second) => second >= resumed && lag !== null && lag <= lagBefore);
  const end = drainedAt < 0 ? rows.length : drainedAt + 1;
  const lags = rows.slice(first, end).flatMap(({ lag }) => (lag === null ? [] : [lag]));
  const drained = rows.slice(resumed, end);
  const consumed = drained.reduce((sum, row) => sum + row.consumed, 0);
  const isDrainedAtEnd = drainedAt < 0 && atEnd.lag !== null && atEnd.lag <= lagBefore;
  const tookSeconds = Math.max(0, (isDrainedAtEnd ? atEnd.endNs / NS_PER_SEC : end) - fromSecond);
  const p99 = (from: number, to: number) => p99Of(responses.slice(from, to));
  return {
    pausedFrom,
    fromSecond,
    seconds: drainedAt < 0 && !isDrainedAtEnd ? null : tookSeconds,
    peakLag: lags.length === 0 ? null : Math.max(...lags),
    rate: tookSeconds === 0 ? 0 : consumed / tookSeconds,
    producersP99: {
      before: p99(0, first),
      paused: p99(first, resumed),
      draining: p99(resumed, end),
    },
  };
}

/** From the buckets that every second's latencies are kept in: at most an eighth too high. */
function p99Of(seconds: readonly SparseCounts[]): number | null {
  const counts = seconds.reduce<SparseCounts>(addCounts, []);
  const rank = Math.ceil(0.99 * messagesIn(counts));
  let seen = 0;
  for (const [bucket, count] of counts) {
    seen += count;
    if (seen >= rank) return bucketRangeUs(bucket).toUs;
  }
  return null;
}

/** What a group paused: until the producers were done at most. Undefined where they, or the group, were done before. */
export function pauseOf({ group, dates, pause }: GroupPlan, run: RunMeasurement): GroupPlan['pause'] {
  if (pause === undefined || pause.atNs >= run.reading!.groups[group]!.endNs) return undefined;
  if (dates === 'timestamps') return pause;
  const sentNs = Math.max(run.loadEndNs, ...run.workers.map(({ phases }) => phases.drainEndNs));
  const forNs = Math.min(pause.forNs, sentNs - pause.atNs);
  return forNs <= 0 ? undefined : { ...pause, forNs };
}

export function pauseEvents({ reading }: Plan, run: RunMeasurement): RunEvent[] {
  return (run.reading?.groups ?? []).flatMap(({ group, endNs }): RunEvent[] => {
    const planned = reading!.groups[group]!;
    const pause = pauseOf(planned, run);
    if (pause === undefined) return [];
    const until = Math.min(pause.atNs + pause.forNs, endNs) / NS_PER_SEC;
    return [
      { at: pause.atNs / NS_PER_SEC, until, kind: 'pause', text: `consumer group ${planned.name} takes no records` },
    ];
  });
}

/** Pauses that were cut short. */
export function pauseNotes({ reading }: Plan, run: RunMeasurement): string[] {
  return (run.reading === undefined ? [] : reading!.groups).flatMap((group) => {
    const forNs = pauseOf(group, run)?.forNs;
    if (forNs === undefined || forNs === group.pause!.forNs) return [];
    const [time, planned] = [forNs, group.pause!.forNs].map((ns) => formatDuration(ns, NS_PER_MS));
    return [`consumers.${group.name}: paused for ${time} of ${planned}: the producers were done`];
  });
}
