import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createHistogram, record } from '../../src/recorder/histogram.ts';
import { readLatencyBuckets } from '../../src/recorder/latency-buckets.ts';
import type { Counts } from '../../src/recorder/reader.ts';
import type { PhaseReading, RunReading } from '../../src/recorder/run-reading.ts';
import {
  formatFamilies,
  type MetricFamily,
  PROMETHEUS_CONTENT_TYPE,
  processFamilies,
  runFamilies,
} from '../../src/report/prometheus.ts';
import { rememberSecret } from '../../src/secrets.ts';
import { secondRow } from '../recorder/second-row.ts';
import { type Family, parseExposition, sumOf } from './exposition.ts';

const NO_COUNTS: Counts = { sent: 0, shed: 0, acked: 0, failed: 0, unresolved: 0, bytes: 0 };

function latency(...us: number[]) {
  const cells = createHistogram();
  for (const each of us) record(cells, each, 1);
  return readLatencyBuckets([cells]);
}

function phase(name: PhaseReading['name'], ...workers: Partial<Counts>[]): PhaseReading {
  return {
    name,
    scheduled: 100,
    workers: workers.map((counts) => ({ ...NO_COUNTS, ...counts })),
    response: latency(900, 4_000, 70_000_000),
    service: latency(800),
    scheduleLag: latency(50, 60, 5_002),
  };
}

const READING: RunReading = {
  elapsedNs: 2.5e9,
  plannedNs: 60e9,
  lanes: [
    {
      name: 'atm',
      targetPerSec: 25,
      lastSentAtMs: [1_700_000_000_123, null],
      phases: [
        phase('warmup', { sent: 10, acked: 10, bytes: 1_000 }, {}),
        phase('load', { sent: 30, shed: 1, acked: 25, failed: 2, bytes: 3_000 }, { sent: 7, acked: 4, unresolved: 1 }),
      ],
    },
    { name: 'other', targetPerSec: null, lastSentAtMs: [null, null], phases: [phase('load', { sent: 5 }, {})] },
  ],
  efforts: [
    { busyNs: 1e9, idleNs: 1.5e9, blockedNs: 0 },
    { busyNs: 0, idleNs: 2e9, blockedNs: 5e8 },
  ],
  lastRow: secondRow({
    second: 1,
    scheduled: 25,
    sent: 25,
    acked: 24,
    failed: 0,
    p50: 1_500,
    p99: null,
    max: 9_000,
    scheduleLagP99: 700,
    inFlight: 12,
    cpuPct: 37,
  }),
};

const DATABASE = {
  ...{ file: 'messages.db', bytes: 53_248, messages: 61, active: 23, phoneNumbers: 1000, starts: 1 },
  states: { sent: 20, delayed: 3, delivered: 36, failed: 2 },
  carriers: { verizon: 31, att: 20, tmobile: 10 },
};

const text = (families: readonly MetricFamily[]) => formatFamilies(families);

test('the content type is that of the library which writes the text', () => {
  expect(PROMETHEUS_CONTENT_TYPE).toBe(Registry.PROMETHEUS_CONTENT_TYPE);
});
const parsed = async (reading: RunReading) => parseExposition(await text(runFamilies(reading)));
const valuesOf = (families: Map<string, Family>, name: string) =>
  families.get(name)!.samples.map(({ labels, value }) => [Object.values(labels).join(' '), value]);

test('counters by scenario, worker and phase', async () => {
  const families = await parsed(READING);
  expect(valuesOf(families, 'kafka_load_messages_sent_total')).toEqual([
    ['atm 0 warmup', 10],
    ['atm 1 warmup', 0],
    ['atm 0 load', 30],
    ['atm 1 load', 7],
    ['other 0 load', 5],
    ['other 1 load', 0],
  ]);
  const load = { scenario: 'atm', phase: 'load' };
  expect(sumOf(families, 'kafka_load_messages_acked_total', load)).toBe(29);
  expect(sumOf(families, 'kafka_load_messages_failed_total', load)).toBe(2);
  expect(sumOf(families, 'kafka_load_messages_unresolved_total', load)).toBe(1);
  expect(sumOf(families, 'kafka_load_messages_shed_total', load)).toBe(1);
  expect(sumOf(families, 'kafka_load_sent_bytes_total')).toBe(4_000);
  expect(sumOf(families, 'kafka_load_messages_scheduled_total', load)).toBe(100);
});

test('of several processes, a series is of a shard', async () => {
  const families = await parsed({ ...READING, shards: { count: 2, present: 1, silent: [1] } });
  expect(valuesOf(families, 'kafka_load_shards')).toEqual([['', 2]]);
  expect(valuesOf(families, 'kafka_load_shards_silent')).toEqual([['', 1]]);
  const labels = new Set(
    [...families.values()].flatMap(({ samples }) => samples.flatMap((each) => Object.keys(each.labels))),
  );
  expect([labels.has('shard'), labels.has('worker')]).toEqual([true, false]);
  expect(sumOf(families, 'kafka_load_messages_sent_total', { scenario: 'atm', shard: '1' })).toBe(7);
  expect([...(await parsed(READING)).keys()].filter((name) => name.includes('shard'))).toEqual([]);
});

test('in flight is what is sent and not settled, of both phases', async () => {
  expect(valuesOf(await parsed(READING), 'kafka_load_messages_in_flight')).toEqual([
    ['atm 0', 3],
    ['atm 1', 2],
    ['other 0', 5],
    ['other 1', 0],
  ]);
});

test('what is not known is absent, not zero', async () => {
  const families = await parsed(READING);
  expect(valuesOf(families, 'kafka_load_last_send_timestamp_seconds')).toEqual([['atm 0', 1_700_000_000.123]]);
  expect(valuesOf(families, 'kafka_load_target_messages_per_second')).toEqual([['atm', 25]]);
  expect(valuesOf(families, 'kafka_load_last_second_response_seconds').toSorted()).toEqual([
    ['0.5', 0.0015],
    ['1', 0.009],
  ]);
  const { lastRow: _, ...early } = { ...READING, elapsedNs: null, plannedNs: null };
  const first = await parsed(early);
  expect(first.has('kafka_load_last_second_response_seconds')).toBe(false);
  expect(valuesOf(first, 'kafka_load_run_planned_seconds')).toEqual([]);
  expect(valuesOf(first, 'kafka_load_run_elapsed_seconds')).toEqual([['', 0]]);
});

test('histograms are cumulative, their count is the last bucket, seconds are the unit', async () => {
  const families = await parsed(READING);
  for (const [name, { type, samples }] of families) {
    if (type !== 'histogram') continue;
    expect(name).toMatch(/_seconds$/);
    for (const { labels, value: count } of samples.filter((each) => each.name.endsWith('_count'))) {
      const buckets = samples.filter(
        (each) =>
          each.name.endsWith('_bucket') &&
          each.labels.scenario === labels.scenario &&
          each.labels.phase === labels.phase,
      );
      const bounds = buckets.map((each) => Number(each.labels.le!.replace('+Inf', 'Infinity')));
      const counts = buckets.map(({ value }) => value);
      expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
      expect(counts.at(-1)).toBe(count);
    }
  }
  const of = (le: string) =>
    sumOf(families, 'kafka_load_response_seconds', { scenario: 'atm', phase: 'load', le }, '_bucket');
  expect([of('0.0005'), of('0.001'), of('0.005'), of('60'), of('+Inf')]).toEqual([0, 1, 2, 2, 3]);
  const sum = sumOf(families, 'kafka_load_response_seconds', { scenario: 'atm', phase: 'load' }, '_sum');
  expect(sum).toBeCloseTo(70.0049, 6);
  const lag = { scenario: 'atm', phase: 'load', le: '0.005' };
  expect(sumOf(families, 'kafka_load_schedule_lag_seconds', lag, '_bucket')).toBe(3);
});

test('names and types as Prometheus wants them: counters end in _total, each has its help', async () => {
  const families = await parsed(READING);
  for (const [name, { type, help }] of families) {
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help).toMatch(/\.$/);
  }
});

test('labels carry any text, and no secret', async () => {
  rememberSecret('s3cret-of-a-label');
  const reading = { cpuSeconds: 1.5, residentBytes: 2 ** 20, startedAtMs: 5_000 };
  const families = parseExposition(
    await text(processFamilies({ profile: 'a "b"\\c\nd', run: 'x s3cret-of-a-label' }, reading)),
  );
  expect(families.get('kafka_load_info')!.samples).toEqual([
    { name: 'kafka_load_info', labels: { profile: 'a "b"\\c\nd', run: 'x ***' }, value: 1 },
  ]);
  expect(sumOf(families, 'process_cpu_seconds_total')).toBe(1.5);
  expect(sumOf(families, 'process_resident_memory_bytes')).toBe(2 ** 20);
  expect(sumOf(families, 'process_start_time_seconds')).toBe(5);
});

test('a message database: states, who is active, carriers, rows; none without one', async () => {
  const families = await parsed({ ...READING, database: DATABASE });
  const states = [
    ['sent', 20],
    ['delayed', 3],
    ['delivered', 36],
    ['failed', 2],
  ];
  expect(valuesOf(families, 'kafka_load_database_messages')).toEqual(states);
  expect(valuesOf(families, 'kafka_load_database_active_messages')).toEqual([['', 23]]);
  expect(valuesOf(families, 'kafka_load_database_carrier_messages')).toEqual(Object.entries(DATABASE.carriers));
  expect(valuesOf(families, 'kafka_load_database_rows')).toEqual([
    ['messages', 61],
    ['phone_numbers', 1000],
  ]);
  expect(valuesOf(families, 'kafka_load_database_bytes')).toEqual([['', 53_248]]);
  expect([...(await parsed(READING)).keys()].filter((name) => name.includes('database'))).toEqual([]);
});

test('of more than 50 scenarios the histograms are of all together, and the counters of each', () => {
  const [atm] = READING.lanes;
  const lanes = Array.from({ length: 51 }, (_, i) => ({ ...atm!, name: `s-${i}` }));
  const families = new Map(runFamilies({ ...READING, lanes }).map((each) => [each.name, each.samples]));
  const response = families.get('kafka_load_response_seconds')!;
  expect(response).toHaveLength(2 * 21);
  expect(response.filter(({ suffix }) => suffix === '_count').map(({ labels, value }) => [labels, value])).toEqual([
    [{ phase: 'warmup' }, 51 * 3],
    [{ phase: 'load' }, 51 * 3],
  ]);
  expect(response.find(({ labels }) => labels.le === '0.001')!.value).toBe(51);
  expect(families.get('kafka_load_messages_sent_total')).toHaveLength(51 * 2 * 2);
});
