/** A reading of a run as Prometheus metrics: names, labels, units and the text format. */
import { BOUNDS_US, type LatencyBuckets } from '../recorder/latency-buckets.ts';
import type { MessageSummary } from '../recorder/message-summary.ts';
import type { ShardsProgress } from '../recorder/progress.ts';
import type { Counts } from '../recorder/reader.ts';
import type { LaneReading, RunReading } from '../recorder/run-reading.ts';
import { scrub } from '../secrets.ts';
import { MS_PER_SEC, NS_PER_SEC, US_PER_SEC } from '../units.ts';

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  /** A summary has quantiles alone: Prometheus keeps that label for summaries. */
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  /** `_bucket`, `_sum` or `_count` of a histogram; else empty. */
  readonly suffix?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Of the process, as Prometheus' own clients name it. */
export interface ProcessReading {
  /** All threads, librdkafka's included. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly startedAtMs: number;
}

const COUNTERS: readonly (readonly [keyof Counts, string, string])[] = [
  ['sent', 'kafka_load_messages_sent_total', 'Messages sent.'],
  ['acked', 'kafka_load_messages_acked_total', 'Messages acknowledged by the broker.'],
  ['failed', 'kafka_load_messages_failed_total', 'Messages that are not in the log: refused, timed out or purged.'],
  ['unresolved', 'kafka_load_messages_unresolved_total', 'Messages whose delivery outcome is not known.'],
  ['shed', 'kafka_load_messages_shed_total', 'Messages dropped on purpose by the overload policy.'],
  ['bytes', 'kafka_load_sent_bytes_total', 'Payload and key bytes of the messages sent.'],
];

const HISTOGRAMS: readonly (readonly ['response' | 'service' | 'scheduleLag', string, string])[] = [
  ['response', 'kafka_load_response_seconds', 'From due to acknowledged, of acknowledged messages.'],
  ['service', 'kafka_load_service_seconds', 'From sent to acknowledged, of acknowledged messages.'],
  ['scheduleLag', 'kafka_load_schedule_lag_seconds', 'From due to sent, of sent messages.'],
];

/** With more scenarios histograms are of all together: each scenario's own would be 63 series. */
const SCENARIO_HISTOGRAMS_MAX = 50;

/** Of a run, once it is ready to start. Of one in several processes a series is of a shard, not of a worker. */
export function runFamilies(reading: RunReading): MetricFamily[] {
  const { lanes, shards } = reading;
  const who = shards === undefined ? 'worker' : 'shard';
  const phases = lanes.flatMap((lane) => lane.phases.map((phase) => ({ scenario: lane.name, phase })));
  return [
    family('counter', 'kafka_load_messages_scheduled_total', 'Messages due by the plan so far.', [
      ...phases.map(({ scenario, phase }) => sample({ scenario, phase: phase.name }, phase.scheduled)),
    ]),
    ...COUNTERS.map(([count, name, help]) =>
      family('counter', name, help, [
        ...phases.flatMap(({ scenario, phase }) =>
          phase.workers.map((counts, worker) =>
            sample({ scenario, [who]: String(worker), phase: phase.name }, counts[count]),
          ),
        ),
      ]),
    ),
    family('gauge', 'kafka_load_messages_in_flight', 'Messages sent and not settled yet.', [
      ...lanes.flatMap((lane) => inFlight(lane, who)),
    ]),
    family(
      'gauge',
      'kafka_load_last_send_timestamp_seconds',
      'When the last message of the load phase was sent, in Unix time.',
      lanes.flatMap((lane) => lastSent(lane, who)),
    ),
    family('gauge', 'kafka_load_target_messages_per_second', 'What the plan asks for now; absent in a closed loop.', [
      ...lanes.flatMap(({ name, targetPerSec }) =>
        targetPerSec === null ? [] : [sample({ scenario: name }, targetPerSec)],
      ),
    ]),
    ...HISTOGRAMS.map(([latency, name, help]) =>
      family(
        'histogram',
        name,
        help,
        lanes.length > SCENARIO_HISTOGRAMS_MAX
          ? (['warmup', 'load'] as const).flatMap((phase) => {
              const own = phases.flatMap((each) => (each.phase.name === phase ? [each.phase[latency]] : []));
              return own.length === 0 ? [] : bucketSamples({ phase }, own.reduce(addBuckets));
            })
          : phases.flatMap(({ scenario, phase }) => bucketSamples({ scenario, phase: phase.name }, phase[latency])),
      ),
    ),
    ...lastSecond(reading),
    ...progress(reading),
    ...(reading.database === undefined ? [] : databaseFamilies(reading.database)),
    ...(shards === undefined ? [] : shardFamilies(shards)),
  ];
}

/** What there is from the start on; `identity` tells which run of what this is. */
export function processFamilies(
  identity: Readonly<Record<string, string>>,
  { cpuSeconds, residentBytes, startedAtMs }: ProcessReading,
): MetricFamily[] {
  return [
    family('gauge', 'kafka_load_info', 'Always 1; what runs, as labels.', [sample(identity, 1)]),
    family('counter', 'process_cpu_seconds_total', 'CPU time of all threads.', [sample({}, cpuSeconds)]),
    family('gauge', 'process_resident_memory_bytes', 'Resident memory.', [sample({}, residentBytes)]),
    family('gauge', 'process_start_time_seconds', 'Start of the process in Unix time.', [
      sample({}, startedAtMs / MS_PER_SEC),
    ]),
  ];
}

/** Of `load consume`. */
export function consumeFamilies(read: { readonly records: number; readonly bytes: number }): MetricFamily[] {
  return [
    family('counter', 'kafka_load_records_read_total', 'Records read and printed.', [sample({}, read.records)]),
    family('counter', 'kafka_load_read_bytes_total', 'Bytes of their values.', [sample({}, read.bytes)]),
  ];
}

/** The text format. Remembered secrets are taken out of labels. */
export function formatFamilies(families: readonly MetricFamily[]): string {
  const texts = families.map(({ name, help, type, samples }) => {
    const lines = samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${labelsText(labels)} ${value}`);
    return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
  });
  return `${texts.join('\n\n')}\n`;
}

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

function labelsText(labels: Readonly<Record<string, string>>): string {
  const escaped = (text: string) => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(scrub(value))}"`);
  return texts.length === 0 ? '' : `{${texts.join()}}`;
}

type Who = 'worker' | 'shard';

function inFlight({ name, phases }: LaneReading, who: Who): MetricSample[] {
  const workers = phases[0]!.workers.map((_, worker) =>
    phases.reduce((sum, phase) => {
      const { sent, acked, failed, unresolved } = phase.workers[worker]!;
      return sum + sent - acked - failed - unresolved;
    }, 0),
  );
  return workers.map((count, worker) => sample({ scenario: name, [who]: String(worker) }, count));
}

function lastSent({ name, lastSentAtMs }: LaneReading, who: Who): MetricSample[] {
  return lastSentAtMs.flatMap((ms, worker) =>
    ms === null ? [] : [sample({ scenario: name, [who]: String(worker) }, ms / MS_PER_SEC)],
  );
}

function addBuckets(a: LatencyBuckets, b: LatencyBuckets): LatencyBuckets {
  return {
    atOrBelow: a.atOrBelow.map((count, i) => count + b.atOrBelow[i]!),
    count: a.count + b.count,
    sumUs: a.sumUs + b.sumUs,
  };
}

/** Of one histogram, with these labels. */
export function bucketSamples(
  labels: Readonly<Record<string, string>>,
  { atOrBelow, count, sumUs }: LatencyBuckets,
): MetricSample[] {
  return [
    ...atOrBelow.map((n, i) => ({
      suffix: '_bucket',
      labels: { ...labels, le: String(BOUNDS_US[i]! / US_PER_SEC) },
      value: n,
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sumUs / US_PER_SEC },
    { suffix: '_count', labels, value: count },
  ];
}

/** Percentiles to HdrHistogram's precision, where buckets are coarse; a second without messages has none. */
function lastSecond({ lastRow }: RunReading): MetricFamily[] {
  if (lastRow === undefined) return [];
  const { p50, p99, max, scheduleLagP99, cpuPct } = lastRow;
  const quantiles = (values: Readonly<Record<string, number | null>>) =>
    Object.entries(values).flatMap(([quantile, us]) => (us === null ? [] : [sample({ quantile }, us / US_PER_SEC)]));
  return [
    family('summary', 'kafka_load_last_second_response_seconds', 'Response latency in the last whole second.', [
      ...quantiles({ '0.5': p50, '0.99': p99, '1': max }),
    ]),
    family('summary', 'kafka_load_last_second_schedule_lag_seconds', 'Schedule lag in the last whole second.', [
      ...quantiles({ '0.99': scheduleLagP99 }),
    ]),
    family('gauge', 'kafka_load_last_second_cpu_ratio', 'CPU of all threads in the last whole second; 1 is one core.', [
      sample({}, cpuPct / 100),
    ]),
  ];
}

function progress({ elapsedNs, plannedNs, efforts, shards }: RunReading): MetricFamily[] {
  const who: Who = shards === undefined ? 'worker' : 'shard';
  const states = ['busy', 'idle', 'blocked'] as const;
  return [
    family('counter', 'kafka_load_loop_seconds_total', 'How each loop spent the load: blocked is a full window.', [
      ...efforts.flatMap((effort, worker) =>
        states.map((state) => sample({ [who]: String(worker), state }, effort[`${state}Ns`] / NS_PER_SEC)),
      ),
    ]),
    family('gauge', 'kafka_load_run_elapsed_seconds', 'Since the first message could be due; 0 before.', [
      sample({}, (elapsedNs ?? 0) / NS_PER_SEC),
    ]),
    family('gauge', 'kafka_load_run_planned_seconds', 'Planned length; absent where a number of messages bounds it.', [
      ...(plannedNs === null ? [] : [sample({}, plannedNs / NS_PER_SEC)]),
    ]),
  ];
}

function shardFamilies({ count, silent }: ShardsProgress): MetricFamily[] {
  return [
    family('gauge', 'kafka_load_shards', 'Processes that the run is split over.', [sample({}, count)]),
    family('gauge', 'kafka_load_shards_silent', 'Of them those that have not been heard of for some seconds.', [
      sample({}, silent.length),
    ]),
  ];
}

/** Of a run with a message database, as it was written last. */
function databaseFamilies({ states, active, carriers, messages, phoneNumbers, bytes }: MessageSummary): MetricFamily[] {
  const samples = (label: string, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([value, count]) => sample({ [label]: value }, count));
  const rows = { messages, phone_numbers: phoneNumbers };
  const of = 'in the message database';
  return [
    family(
      'gauge',
      'kafka_load_database_messages',
      `Messages ${of}, by the state they are in.`,
      samples('state', states),
    ),
    family('gauge', 'kafka_load_database_active_messages', `Messages ${of} that are neither delivered nor failed.`, [
      sample({}, active),
    ]),
    family(
      'gauge',
      'kafka_load_database_carrier_messages',
      `Messages ${of}, by carrier.`,
      samples('carrier', carriers),
    ),
    family('gauge', 'kafka_load_database_rows', 'Rows of the message database.', samples('table', rows)),
    family('gauge', 'kafka_load_database_bytes', 'Size of the message database.', [sample({}, bytes)]),
  ];
}

export function family(
  type: MetricFamily['type'],
  name: string,
  help: string,
  samples: readonly MetricSample[],
): MetricFamily {
  return { name, help, type, samples };
}

export function sample(labels: Readonly<Record<string, string>>, value: number): MetricSample {
  return { labels, value };
}
