/** What a shard sends when it is done: its measurement without what its seconds have told, and what they must add up to. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createHistogram, type FlatHistogram, OVERFLOW_BUCKET } from '../recorder/histogram.ts';
import type {
  LaneMeasurement,
  PhaseMeasurement,
  RunMeasurement,
  Totals,
  TransactionMeasurement,
  WorkerMeasurement,
} from '../recorder/measurement.ts';
import { LATENCY } from '../recorder/run-memory.ts';
import { sumHistograms } from '../result/latency.ts';
import type { ShardResult } from '../result/shard-result.ts';
import { encodeFinalPart, type MessageHead } from './data-message.ts';
import { packHistogram } from './sparse-histogram.ts';

/** Brokers take a megabyte by default. */
const PART_BYTES = 500_000;

/** Histograms are sent for all its threads together. */
export interface FinalReport extends ReportedRun {
  /** `second` messages before it. */
  readonly messages: number;
  readonly rows: number;
  readonly joinedNs: number;
  readonly beganNs: number;
  readonly workers: readonly ReportedWorker[];
  readonly resolution: string;
  /** By lane; null where it has no transactions. */
  readonly commits: readonly (string | null)[];
  /** By place of a PlacedHistogram: messages, and their buckets' numbers summed up (mod 2^32). */
  readonly checks: readonly (readonly [count: number, weight: number])[];
  readonly own: OwnResult;
}

type ReportedRun = Pick<
  RunMeasurement,
  | 'loadEndNs'
  | 'durationNs'
  | 'cpuSeconds'
  | 'maxRssBytes'
  | 'threads'
  | 'librdkafka'
  | 'brokerVersion'
  | 'stopped'
  | 'stoppedNs'
>;

/** As if its share were all there is. */
export type OwnResult = Pick<ShardResult, 'rate' | 'response' | 'scheduleLag'> & {
  readonly verdict: NonNullable<ShardResult['verdict']>;
};

export interface ReportedWorker extends Omit<WorkerMeasurement, 'resolution' | 'lanes'> {
  readonly lanes: readonly ReportedLane[];
}

export interface ReportedLane extends Omit<LaneMeasurement, 'warmup' | 'load' | 'transactions'> {
  readonly warmup: Totals;
  readonly load: Totals;
  readonly transactions?: Omit<TransactionMeasurement, 'commitLatency'>;
}

export interface FinalFacts extends Pick<FinalReport, 'messages' | 'joinedNs' | 'beganNs' | 'own'> {
  readonly run: Omit<RunMeasurement, 'topics'>;
}

export function finalReport({ run, ...facts }: FinalFacts): FinalReport {
  const { loadEndNs, durationNs, cpuSeconds, maxRssBytes, threads, librdkafka } = run;
  const { brokerVersion, stopped, stoppedNs } = run;
  return {
    ...facts,
    ...{ loadEndNs, durationNs, cpuSeconds, maxRssBytes, threads, librdkafka, rows: run.series.length },
    ...(brokerVersion !== undefined && { brokerVersion }),
    ...(stopped && { stopped }),
    ...(stoppedNs !== undefined && { stoppedNs }),
    workers: run.workers.map(reportedWorker),
    resolution: packHistogram(sumHistograms(run.workers.map(({ resolution }) => resolution))),
    commits: commitsOf(run.workers),
    checks: checksOf(run.workers),
  };
}

function reportedWorker({ resolution: _, lanes, ...worker }: WorkerMeasurement): ReportedWorker {
  return { ...worker, lanes: lanes.map(reportedLane) };
}

function reportedLane({ warmup, load, transactions, ...lane }: LaneMeasurement): ReportedLane {
  if (transactions === undefined) return { ...lane, warmup: warmup.totals, load: load.totals };
  const { commitLatency: _, ...counts } = transactions;
  return { ...lane, warmup: warmup.totals, load: load.totals, transactions: counts };
}

function commitsOf(workers: readonly WorkerMeasurement[]): (string | null)[] {
  return (workers[0]?.lanes ?? []).map(({ transactions }, lane) => {
    if (transactions === undefined) return null;
    return packHistogram(sumHistograms(workers.map(({ lanes }) => lanes[lane]!.transactions!.commitLatency)));
  });
}

/** Of what the workers reported, not of what was read from them meanwhile. */
function checksOf(workers: readonly WorkerMeasurement[]): [number, number][] {
  const lanes = workers[0]?.lanes.length ?? 0;
  const sum = createHistogram();
  return Array.from({ length: lanes }, (_, lane) => lane).flatMap((lane) =>
    (['warmup', 'load'] as const).flatMap((phase) =>
      (Object.keys(LATENCY) as (keyof typeof LATENCY)[]).map((latency) => {
        sum.fill(0);
        return checkOf(workers.map(({ lanes }) => lanes[lane]![phase][latency]));
      }),
    ),
  );
}

function checkOf(histograms: readonly FlatHistogram[]): [number, number] {
  let count = 0;
  let weight = 0;
  for (const cells of histograms) {
    for (let bucket = 0; bucket <= OVERFLOW_BUCKET; bucket++) {
      if (cells[bucket] === 0) continue;
      count += cells[bucket]!;
      weight = (weight + weightOf(bucket, cells[bucket]!)) % WEIGHTS;
    }
  }
  return [count, weight];
}

export const WEIGHTS = 2 ** 32;

/** What `count` messages in a bucket add to the check sum. */
export function weightOf(bucket: number, count: number): number {
  return ((bucket + 1) * count) % WEIGHTS;
}

export function encodeFinal(report: FinalReport, head: Omit<MessageHead, 'sequence'>): Uint8Array[] {
  const bytes = deflateRawSync(JSON.stringify(report));
  const parts = Math.max(1, Math.ceil(bytes.length / PART_BYTES));
  return Array.from({ length: parts }, (_, sequence) => {
    const part = bytes.subarray(sequence * PART_BYTES, (sequence + 1) * PART_BYTES);
    return encodeFinalPart({ ...head, sequence, parts, bytes: part });
  });
}

/** @param parts all of them, in order. */
export function decodeFinal(parts: readonly Uint8Array[]): FinalReport {
  return JSON.parse(inflateRawSync(Buffer.concat(parts)).toString()) as FinalReport;
}

export type LatencyPhase = keyof Pick<LaneMeasurement, 'warmup' | 'load'>;
export type LatencyKind = keyof Pick<PhaseMeasurement, 'response' | 'service' | 'scheduleLag'>;
