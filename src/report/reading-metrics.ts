/** Consumer groups and verification as Prometheus metrics. */
import type { ConsumerReading } from '../recorder/consumer-reading.ts';
import type { ConsumerCounts } from '../recorder/reading-reader.ts';
import type { ConsumerResult, DrainResult, VerificationResult } from '../result/reading-result.ts';
import { US_PER_SEC } from '../units.ts';
import { bucketSamples, family, type MetricFamily, sample } from './prometheus.ts';

const COUNTERS: readonly (readonly [keyof ConsumerCounts, string, string])[] = [
  ['consumed', 'kafka_load_records_consumed_total', 'Records read by the members of a consumer group.'],
  ['bytes', 'kafka_load_consumed_bytes_total', 'Bytes of their keys and values.'],
  ['foreign', 'kafka_load_records_foreign_total', 'Records read that have no mark of this run.'],
  ['negative', 'kafka_load_end_to_end_negative_total', 'End-to-end latencies below 0, which count as 0.'],
  ['rebalances', 'kafka_load_consumer_rebalances_total', 'Changes of the assignment after the first one.'],
];

export function consumerGroupFamilies(groups: readonly ConsumerReading[]): MetricFamily[] {
  if (groups.length === 0) return [];
  return [
    ...COUNTERS.map(([count, name, help]) =>
      family('counter', name, help, [...groups.map(({ group, counts }) => sample({ group }, counts[count] ?? 0))]),
    ),
    family('gauge', 'kafka_load_consumer_lag', 'Log end offset less position, over all partitions of a group.', [
      ...groups.flatMap(({ group, progress }) => (progress?.lag == null ? [] : [sample({ group }, progress.lag)])),
    ]),
    family(
      'histogram',
      'kafka_load_end_to_end_seconds',
      'From due to consumed, of records whose message is known.',
      groups.flatMap(({ group, endToEnd }) =>
        Object.entries(endToEnd)
          .filter(([phase, { count }]) => phase === 'load' || count > 0)
          .flatMap(([phase, buckets]) => bucketSamples({ group, phase }, buckets)),
      ),
    ),
    family('summary', 'kafka_load_last_second_end_to_end_seconds', 'End-to-end latency in the last whole second.', [
      ...groups.flatMap(({ group, progress }) => {
        const { p50 = null, p99 = null } = progress?.lastRow ?? {};
        return Object.entries({ '0.5': p50, '0.99': p99 }).flatMap(([quantile, us]) =>
          us === null ? [] : [sample({ group, quantile }, us / US_PER_SEC)],
        );
      }),
    ]),
  ];
}

const DRAIN = {
  seconds: [
    'kafka_load_consumer_drain_seconds',
    'From the end of the pause until the lag was back where it was before.',
  ],
  peakLag: ['kafka_load_consumer_drain_peak_lag', 'Highest lag from the pause until it was drained.'],
  rate: ['kafka_load_consumer_drain_records_per_second', 'Records read per second while it drained.'],
} as const satisfies Partial<Record<keyof DrainResult, readonly [string, string]>>;

/** Known at the end of a run. */
export function drainFamilies(consumers: Readonly<Record<string, ConsumerResult>>): MetricFamily[] {
  const drains = Object.entries(consumers).flatMap(([group, { drain }]) =>
    drain === undefined ? [] : [{ group, drain }],
  );
  if (drains.length === 0) return [];
  return (Object.keys(DRAIN) as (keyof typeof DRAIN)[]).map((key) => {
    const [name, help] = DRAIN[key];
    const known = drains.flatMap(({ group, drain }) => (drain[key] === null ? [] : [sample({ group }, drain[key])]));
    return family('gauge', name, help, known);
  });
}

const OUTCOMES = {
  expected: 'expected',
  consumed: 'consumed',
  lost: 'lost',
  duplicated: 'duplicated',
  outOfOrder: 'out_of_order',
  corrupted: 'corrupted',
  foreign: 'foreign',
  notAckedInLog: 'not_acked_in_log',
  abortedInLog: 'aborted_in_log',
} as const satisfies Partial<Record<keyof VerificationResult, string>>;

/** Known at the end of a run. What was refused has no counts. */
export function verificationFamilies(verification: Readonly<Record<string, VerificationResult>>): MetricFamily[] {
  const all = Object.entries(verification);
  if (all.length === 0) return [];
  const judged = all.filter(([, { refused }]) => refused === undefined);
  return [
    family('counter', 'kafka_load_verified_messages_total', 'What verification found, by outcome.', [
      ...judged.flatMap(([scenario, found]) =>
        (Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[]).map((count) =>
          sample({ scenario, outcome: OUTCOMES[count] }, found[count]),
        ),
      ),
    ]),
    family('gauge', 'kafka_load_verification_refused', '1 where a scenario could not be verified, else 0.', [
      ...all.map(([scenario, { refused }]) => sample({ scenario }, refused === undefined ? 0 : 1)),
    ]),
  ];
}
