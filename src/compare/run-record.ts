/** The figures of a run: what tables, comparisons and analyses of several runs are made of. */
import { InputError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { type Measure, parseMeasure, writtenMeasure } from '../objective-grammar.ts';
import { ownValue } from '../own-value.ts';
import { createHistogram, type Percentile, percentile } from '../recorder/histogram.ts';
import { exitCodeOf } from '../result/exit-code.ts';
import { decodeHistogram } from '../result/hdr.ts';
import { messageCost } from '../result/message-cost.ts';
import { consumerLagMaxOf } from '../result/reading-thresholds.ts';
import type { Latencies, LatencySummary, Result } from '../result/result.ts';
import { inMs, measure as measureInputs, type ThresholdInputs } from '../result/thresholds.ts';
import { writtenMetric } from '../threshold-grammar.ts';

/** What tables, runs.csv and comparisons show, in this order. */
export const STANDARD_MEASURES: readonly Measure[] = [
  'throughput',
  'response_ms p(50)',
  'response_ms p(99)',
  'response_ms p(99.9)',
  'cpu_us',
  'wire_bytes',
  'compression_ratio',
].map((text) => parseMeasure(text));

/** What a comparison of two runs needs to be equal. */
export interface RunIdentityFacts {
  readonly profile: string;
  readonly profileHash: string;
  readonly target: 'embedded' | 'null' | 'kafka';
  /** By scenario. */
  readonly payload: Readonly<Record<string, { workload: string; mode: string; bytesMean: number }>>;
  /** By topic. */
  readonly partitions: Readonly<Record<string, number>>;
  /** Null where the run did not learn it. */
  readonly brokerVersion: string | null;
  readonly librdkafka: string;
  readonly machine: {
    readonly cpuModel: string;
    readonly cpus: number;
    readonly memoryBytes: number;
    /** Without its release: `Linux x64`. */
    readonly os: string;
  };
  readonly nodeMajor: number;
  readonly engineVersion: string;
  /** Processes that it was split over; absent: one. */
  readonly shards?: number;
}

/** What is read of a result, and kept of it in a baseline file: anything that can be measured comes from here. */
export interface MeasuredRun {
  readonly run: Pick<Result['run'], 'id' | 'startedAt' | 'stopped'>;
  readonly verdict: Pick<Result['verdict'], 'status' | 'reasons'>;
  readonly totals: MessageCounts;
  readonly warmup: { readonly totals: MessageCounts } | null;
  readonly rate: Rates;
  readonly latency: Latencies<LatencySummary>;
  readonly histograms: Latencies<string>;
  readonly scenarios: Readonly<Record<string, ScenarioFigures>>;
  /** Of a run with consumer groups. */
  readonly consumers?: Readonly<
    Record<string, { readonly consumed: number; readonly lag: { readonly max: number | null } }>
  >;
  readonly thresholds: readonly Pick<Result['thresholds'][number], 'metric' | 'expression' | 'value' | 'ok'>[];
  readonly client: Pick<Result['client'], 'cpuSecondsPerMillion'>;
  readonly broker: Pick<Result['broker'], 'batchBytes'>;
}

export interface ScenarioFigures {
  readonly totals: MessageCounts;
  readonly rate: Rates;
  readonly latency: Latencies<LatencySummary>;
}

type MessageCounts = Pick<Result['totals'], 'sent' | 'acked' | 'failed' | 'unresolved' | 'payloadBytes'>;
type Rates = Pick<Result['rate'], 'targetPerSec' | 'achievedPerSec'>;

export interface RunRecord {
  readonly id: string;
  /** As shown; of a run of an experiment relative to its directory: `runs/001`. */
  readonly path: string;
  /** From 1; null outside an experiment. */
  readonly round: number | null;
  /** 2: the repeat of one that did not count, after the last round. Its round's other runs were long before. */
  readonly attempt: number;
  /** Invalid: GENERATOR_LIMITED or INCOMPLETE. Failed: without a result, or nothing acknowledged. */
  readonly status: 'ok' | 'invalid' | 'failed';
  /** Why it is not ok. */
  readonly reason?: string;
  readonly exitCode: number;
  readonly verdict: Result['verdict']['status'] | null;
  readonly startedAt: string;
  /** By writtenMeasure; null where not measured, `{ atLeast }` where it fell among messages without a latency. */
  readonly figures: Readonly<Record<string, Percentile | null>>;
  /** Base64 as in result.json. */
  readonly histograms: Pick<Latencies<string>, 'response' | 'service' | 'scheduleLag'>;
  /** With it the response histogram is decoded; null of a run without a result. */
  readonly response: LatencySummary | null;
  /** Null of a run without a result. */
  readonly identity: RunIdentityFacts | null;
}

export interface RunPlace {
  readonly path: string;
  readonly round?: number | null;
  readonly attempt?: number;
  /** What its process ended with, where that is known. */
  readonly exitCode?: number;
  /** Figures beside those of STANDARD_MEASURES. */
  readonly measures?: readonly Measure[];
}

export interface RunSet {
  readonly label: string;
  readonly kind: 'run' | 'repeats' | 'cell' | 'baseline';
  /** Id: sets with equal ids are paired by round. */
  readonly experiment?: string;
  /** Of a cell. */
  readonly factors?: Readonly<Record<string, string>>;
  /** Of an experiment that ended when it was decided: at which each of its looks decides. */
  readonly alpha?: number;
  readonly runs: readonly RunRecord[];
}

/** Those that count. */
export function usable(set: RunSet): RunRecord[] {
  return set.runs.filter(({ status }) => status === 'ok');
}

export function recordOfResult(result: Result, where: RunPlace): RunRecord {
  return recordOf(result, identityOf(result), where);
}

export function recordOf(run: MeasuredRun, identity: RunIdentityFacts, where: RunPlace): RunRecord {
  const { path, round = null, attempt = 1, measures = [] } = where;
  const stoppedBy = run.run.stopped?.by;
  const { response, service, scheduleLag } = run.histograms;
  return {
    id: run.run.id,
    path,
    round,
    attempt,
    ...statusOf(run),
    exitCode: where.exitCode ?? exitCodeOf(run, stoppedBy === undefined ? {} : { stoppedBy }),
    verdict: run.verdict.status,
    startedAt: run.run.startedAt,
    figures: Object.fromEntries(
      [...STANDARD_MEASURES, ...measures].map((each) => [writtenMeasure(each), measureOf(run, each)]),
    ),
    histograms: { response, service, scheduleLag },
    response: run.latency.response,
    identity,
  };
}

const LATENCY_OF: Readonly<Record<string, keyof Latencies<unknown>>> = {
  response_ms: 'response',
  service_ms: 'service',
  schedule_lag_ms: 'scheduleLag',
  end_to_end_ms: 'endToEnd',
};
/** The percentiles that a summary has: of these no histogram is decoded. */
const SUMMARY_PERCENTILES: Readonly<Record<number, keyof LatencySummary>> = {
  50: 'p50',
  75: 'p75',
  90: 'p90',
  95: 'p95',
  99: 'p99',
  99.9: 'p999',
  99.99: 'p9999',
};

/**
 * Any measure of a stored result, in the metric's unit.
 * @throws InputError where the run has no such scenario, or a scenario's percentile that was not stored.
 */
export function measureOf(run: MeasuredRun, measure: Measure): Percentile | null {
  const { scenario, metric, stat, p } = measure;
  const part = scenario === undefined ? run : ownValue(run.scenarios, scenario);
  if (part === undefined) {
    const hint = suggest(scenario!, Object.keys(run.scenarios));
    throw new InputError([
      { place: writtenMeasure(measure), message: `there is no scenario \`${scenario}\``, ...(hint && { hint }) },
    ]);
  }
  if (metric === 'weights') return run.thresholds.find((each) => each.metric === writtenMetric(measure))?.value ?? null;
  const latency = LATENCY_OF[metric];
  if (latency === undefined) return measureInputs(metric, { stat, ...(p !== undefined && { p }) }, inputsOf(run, part));
  const summary = part.latency[latency];
  if (summary === undefined) return null;
  const key = stat === 'p' ? SUMMARY_PERCENTILES[p!] : stat === 'avg' ? 'mean' : stat;
  if (key !== undefined) return key === 'count' ? summary.count : inMs(summary[key as keyof LatencySummary]);
  if (scenario !== undefined) {
    const hint = `stored of a scenario are p(${Object.keys(SUMMARY_PERCENTILES).join('), p(')}), avg, min, max and count`;
    throw new InputError([{ place: writtenMeasure(measure), message: `p(${p}) of a scenario is not stored`, hint }]);
  }
  const histogram = run.histograms[latency];
  return histogram === undefined ? null : inMs(percentile(decodeHistogram(histogram, summary), p!, summary.censored));
}

const NOTHING = createHistogram();

/** Of what needs no histogram. */
function inputsOf(run: MeasuredRun, { totals, rate }: ScenarioFigures): ThresholdInputs {
  const consumerLagMax = consumerLagMaxOf(run.consumers);
  const { sent, acked, failed, unresolved } = totals;
  return {
    response: NOTHING,
    service: NOTHING,
    scheduleLag: NOTHING,
    sent,
    acked,
    notAcked: failed + unresolved,
    ...rate,
    cost: messageCost(run),
    ...(consumerLagMax !== undefined && { consumerLagMax }),
  };
}

/** A run that left no result. */
export function failedRecord(where: RunPlace, reason: string): RunRecord {
  return {
    id: '',
    path: where.path,
    round: where.round ?? null,
    attempt: where.attempt ?? 1,
    status: 'failed',
    reason,
    exitCode: where.exitCode ?? 1,
    verdict: null,
    startedAt: '',
    figures: {},
    histograms: { response: '', service: '', scheduleLag: '' },
    response: null,
    identity: null,
  };
}

function statusOf({ totals, verdict }: MeasuredRun): Pick<RunRecord, 'status' | 'reason'> {
  if (totals.acked === 0) return { status: 'failed', reason: 'nothing was acknowledged' };
  const { status, reasons } = verdict;
  if (status !== 'GENERATOR_LIMITED' && status !== 'INCOMPLETE') return { status: 'ok' };
  return { status: 'invalid', reason: [status, ...reasons.slice(0, 1)].join(': ') };
}

interface IdentifiedRun {
  readonly run: Pick<Result['run'], 'profile' | 'profileHash' | 'target'>;
  readonly scenarios: Readonly<Record<string, Pick<Result['scenarios'][string], 'workload'>>>;
  readonly client: Pick<Result['client'], 'librdkafka'>;
  readonly payload: Readonly<Record<string, { readonly mode: string; readonly bytesMean: number }>>;
  readonly ledger: { readonly partitions: readonly { readonly topic: string }[] };
  readonly environment: Omit<Result['environment'], 'gitCommit'>;
  readonly shards?: { readonly shards: readonly unknown[] };
}

export function identityOf(result: IdentifiedRun): RunIdentityFacts {
  const { run, payload, scenarios, ledger, client, environment, shards } = result;
  const partitions: Record<string, number> = {};
  for (const { topic } of ledger.partitions) partitions[topic] = (ownValue(partitions, topic) ?? 0) + 1;
  const [kind = '', ...release] = environment.os.split(' ');
  return {
    profile: run.profile,
    profileHash: run.profileHash,
    target: run.target === 'embedded' || run.target === 'null' ? run.target : 'kafka',
    payload: Object.fromEntries(
      Object.entries(payload).map(([name, { mode, bytesMean }]) => [
        name,
        { workload: scenarios[name]?.workload ?? '', mode, bytesMean },
      ]),
    ),
    partitions,
    brokerVersion: environment.brokerVersion ?? null,
    librdkafka: client.librdkafka,
    machine: {
      cpuModel: environment.cpuModel,
      cpus: environment.cpus,
      memoryBytes: environment.memoryBytes,
      os: [kind, ...release.slice(-1)].join(' '),
    },
    nodeMajor: Number.parseInt(environment.node.replace(/^v/, ''), 10),
    engineVersion: environment.engineVersion,
    ...(shards && { shards: shards.shards.length }),
  };
}
