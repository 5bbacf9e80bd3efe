import { expect, test } from 'vitest';
import type { LanePlan } from '../../src/plan/plan.ts';
import type { MemberCounts } from '../../src/recorder/breakdown.ts';
import { bucketOf, bucketRangeUs, type SparseCounts } from '../../src/recorder/latency-series.ts';
import type { LaneMeasurement } from '../../src/recorder/measurement.ts';
import { distributions } from '../../src/result/distribution.ts';
import { distributionWords } from '../../src/result/distribution-words.ts';

const LANE = { name: 'many', topics: ['t-0', 't-1', 't-2', 't-3'], perTopic: true } as unknown as LanePlan;
const at = (us: number, count: number): SparseCounts => [[bucketOf(us), count]];
const of = (member: number, sent: number, latencies: SparseCounts, notAcked = 0): MemberCounts => ({
  ...{ member, sent, acked: sent - notAcked, notAcked, latencies },
});
const measured = (topics?: readonly MemberCounts[]) =>
  ({ scenario: 'many', ...(topics && { topics }) }) as unknown as LaneMeasurement;
const upper = (us: number) => bucketRangeUs(bucketOf(us)).toUs;

test('two workers add up by topic; extremes have names, the rate is shared by what was acknowledged', () => {
  const workers = [
    measured([of(0, 10, at(1000, 10)), of(2, 100, at(2000, 100))]),
    measured([of(0, 30, at(1000, 29), 1), of(1, 60, at(9000, 60))]),
  ];
  const { topics, clients } = distributions(LANE, workers, 99.5);
  expect(clients).toBeUndefined();
  expect(topics).toEqual({
    count: 4,
    idle: 1,
    sent: { min: 0, median: 40, max: 100, minOf: 't-3', maxOf: 't-2' },
    acked: { min: 0, median: 39, max: 100, minOf: 't-3', maxOf: 't-2' },
    notAcked: { min: 0, median: 0, max: 1, minOf: 't-1', maxOf: 't-0' },
    achievedPerSec: { min: 0, median: 19.5, max: 50, minOf: 't-3', maxOf: 't-2' },
    // One of 40 was not acknowledged: its p99 is among those, later than all that were.
    p99: { min: upper(2000), median: upper(9000), max: { atLeast: upper(1000) }, minOf: 't-2', maxOf: 't-0' },
  });
  expect(distributionWords(topics!, 'topics')).toBe(
    '4 topics: 0/s to 50/s each (median 19.5/s), p99 2.05 to > 1.02 ms (t-0), up to 1 not acknowledged (t-0), 1 without a message',
  );
});

test('nothing is said where a worker was lost with what it counted, or nobody counted', () => {
  expect(distributions(LANE, [measured([of(0, 1, at(5, 1))]), measured()], 1)).toEqual({});
  const { perTopic: _, ...plain } = LANE;
  expect(distributions(plain, [measured()], 1)).toEqual({});
  expect(distributions(LANE, [measured([])], 0).topics).toMatchObject({ idle: 4, p99: null });
});

test('of those that are only known to be at least something the greatest is the last', () => {
  const counts = [
    of(0, 10, at(9000, 5), 5),
    of(1, 10, at(1000, 5), 5),
    of(2, 10, at(4000, 10)),
    of(3, 10, at(2000, 5), 5),
  ];
  expect(distributions(LANE, [measured(counts)], 1).topics!.p99).toEqual({
    ...{ min: upper(4000), median: { atLeast: upper(1000) }, max: { atLeast: upper(9000) } },
    ...{ minOf: 't-2', maxOf: 't-0' },
  });
});

test('where all have the same rate it is shown once', () => {
  const counts = [0, 1, 2, 3].map((topic) => of(topic, 10, at(2000, 10)));
  const { topics } = distributions(LANE, [measured(counts)], 40);
  expect(distributionWords(topics!, 'topics')).toBe('4 topics: 10/s each, p99 2.05 to 2.05 ms (t-0)');
});
