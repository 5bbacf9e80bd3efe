import { expect, test } from 'vitest';
import type { ReadingPlan } from '../../src/plan/reading-plan.ts';
import { readConsumers } from '../../src/recorder/consumer-reading.ts';
import { record } from '../../src/recorder/histogram.ts';
import type { ConsumerProgress } from '../../src/recorder/progress.ts';
import { allocateReadingMemory, endToEndHistogram, MEMBER, memberCells } from '../../src/recorder/reading-memory.ts';
import { ReadingReader } from '../../src/recorder/reading-reader.ts';
import { LOAD } from '../../src/recorder/run-memory.ts';
import { formatFamilies } from '../../src/report/prometheus.ts';
import { consumerGroupFamilies, drainFamilies, verificationFamilies } from '../../src/report/reading-metrics.ts';
import { consumer, consumerRow, DRAIN, FOUND, verification } from '../result/reading.ts';
import { parseExposition, sumOf } from './exposition.ts';

const PLAN = {
  groups: [
    { name: 'audit', group: 0, members: [0, 1] },
    { name: 'billing', group: 1, members: [2] },
  ],
} as unknown as ReadingPlan;

const PROGRESS: ConsumerProgress = {
  ...{ members: 2, state: 'reading', consumed: 30, lag: 12, left: null },
  lastRow: consumerRow({ second: 1, p50: 1_500, p99: null }),
};

function families() {
  const memory = allocateReadingMemory({ members: 3, groups: 2, places: 1, producers: [1], seconds: 5 });
  for (const [member, consumed] of [10, 20, 5].entries()) {
    memberCells(memory, member)[MEMBER.consumed] = consumed;
    memberCells(memory, member)[MEMBER.bytes] = consumed * 200;
    for (let i = 0; i < consumed; i++) record(endToEndHistogram(memory, member, 0, LOAD), 900 + i, 1);
  }
  memberCells(memory, 0)[MEMBER.negative] = 3;
  const readings = readConsumers(PLAN, new ReadingReader(memory), { audit: PROGRESS });
  return parseExposition(formatFamilies(consumerGroupFamilies(readings)));
}

test('counts of a group are those of all its members', () => {
  const found = families();
  expect(sumOf(found, 'kafka_load_records_consumed_total', { group: 'audit' })).toBe(30);
  expect(sumOf(found, 'kafka_load_records_consumed_total', { group: 'billing' })).toBe(5);
  expect(sumOf(found, 'kafka_load_consumed_bytes_total')).toBe(7_000);
  expect(sumOf(found, 'kafka_load_end_to_end_negative_total')).toBe(3);
});

test('end-to-end latency is a histogram by group and phase', () => {
  const found = families();
  const name = 'kafka_load_end_to_end_seconds';
  expect(sumOf(found, name, { group: 'audit', phase: 'load' }, '_count')).toBe(30);
  expect(sumOf(found, name, { group: 'audit', phase: 'load', le: '0.0005' }, '_bucket')).toBe(0);
  expect(sumOf(found, name, { group: 'billing', phase: 'load', le: '0.001' }, '_bucket')).toBe(5);
  expect(found.get(name)!.samples.some(({ labels }) => labels.phase === 'warmup')).toBe(false);
});

test('what is not known is absent', () => {
  const found = families();
  expect(found.get('kafka_load_consumer_lag')!.samples).toEqual([
    { name: 'kafka_load_consumer_lag', labels: { group: 'audit' }, value: 12 },
  ]);
  expect(found.get('kafka_load_last_second_end_to_end_seconds')!.samples.map(({ labels }) => labels)).toEqual([
    { group: 'audit', quantile: '0.5' },
  ]);
  expect(consumerGroupFamilies([])).toEqual([]);
});

test('verification: counts by outcome, none where it was refused', () => {
  const refused = verification({ refused: 'mark: none' });
  const found = parseExposition(formatFamilies(verificationFamilies({ atm: FOUND, sms: refused })));
  const of = (outcome: string) => sumOf(found, 'kafka_load_verified_messages_total', { scenario: 'atm', outcome });
  expect(['expected', 'lost', 'duplicated', 'out_of_order', 'corrupted', 'aborted_in_log'].map(of)).toEqual([
    ...[1_000, 2, 3, 4, 1, 6],
  ]);
  expect(sumOf(found, 'kafka_load_verified_messages_total', { scenario: 'sms' })).toBe(0);
  expect(sumOf(found, 'kafka_load_verification_refused', { scenario: 'sms' })).toBe(1);
  expect(sumOf(found, 'kafka_load_verification_refused', { scenario: 'atm' })).toBe(0);
  expect(verificationFamilies({})).toEqual([]);
});

test('how a pause was drained, where a group had one', () => {
  const consumers = {
    audit: consumer([1], [], { drain: DRAIN }),
    billing: consumer([1], []),
    late: consumer([1], [], { drain: { ...DRAIN, seconds: null, peakLag: null } }),
  };
  const found = parseExposition(formatFamilies(drainFamilies(consumers)));
  const valuesOf = (name: string) => found.get(name)!.samples.map(({ labels, value }) => [labels.group, value]);
  expect(valuesOf('kafka_load_consumer_drain_seconds')).toEqual([['audit', 2.4]]);
  expect(valuesOf('kafka_load_consumer_drain_peak_lag')).toEqual([['audit', 302]]);
  expect(valuesOf('kafka_load_consumer_drain_records_per_second')).toEqual([
    ['audit', 226.5],
    ['late', 226.5],
  ]);
  expect(drainFamilies({ billing: consumers.billing })).toEqual([]);
});
