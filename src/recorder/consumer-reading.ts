/** Consumer groups at one moment, read from shared memory: what the metrics endpoint is made from. */
import type { ReadingPlan } from '../plan/reading-plan.ts';
import type { LatencyBuckets } from './latency-buckets.ts';
import type { ConsumerProgress } from './progress.ts';
import type { ConsumerCounts, ReadingReader } from './reading-reader.ts';
import { LOAD, WARMUP } from './run-memory.ts';

export interface ConsumerReading {
  readonly group: string;
  readonly counts: ConsumerCounts;
  /** By phase in which the messages were due. */
  readonly endToEnd: Readonly<Record<'warmup' | 'load', LatencyBuckets>>;
  /** As it was a moment ago; absent before the start. */
  readonly progress?: ConsumerProgress;
}

export function readConsumers(
  { groups }: ReadingPlan,
  reader: ReadingReader,
  progress: Readonly<Record<string, ConsumerProgress>> = {},
): ConsumerReading[] {
  return groups.map((group) => {
    const now = Object.hasOwn(progress, group.name) ? progress[group.name] : undefined;
    return {
      group: group.name,
      counts: reader.counts(group),
      endToEnd: {
        warmup: reader.endToEndBuckets(group, { phases: [WARMUP] }),
        load: reader.endToEndBuckets(group, { phases: [LOAD] }),
      },
      ...(now !== undefined && { progress: now }),
    };
  });
}
