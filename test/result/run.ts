/** A run as workers would have measured it, for tests to bend. */
import type { LanePlan, Plan } from '../../src/plan/plan.ts';
import type { ThresholdSpec } from '../../src/profile/profile.ts';
import { createHistogram, record } from '../../src/recorder/histogram.ts';
import { coarsen } from '../../src/recorder/latency-series.ts';
import type {
  LaneMeasurement,
  PhaseMeasurement,
  RunMeasurement,
  ThreadCpu,
  WorkerMeasurement,
} from '../../src/recorder/measurement.ts';
import { packCounts } from '../../src/recorder/packed-counts.ts';
import { sumHistograms } from '../../src/result/latency.ts';
import type { RunContext } from '../../src/result/run-identity.ts';
import { secondRow } from '../recorder/second-row.ts';

export const SEC = 1e9;

export interface PhaseSpec {
  readonly ackedUs?: readonly number[];
  readonly lagUs?: number;
  readonly failed?: number;
  readonly unresolved?: number;
  readonly shed?: number;
  readonly unsent?: number;
}

/** Each acknowledged message with its service latency; every sent one late by `lagUs`. */
export function phase(spec: PhaseSpec = {}): PhaseMeasurement {
  const { ackedUs = [], lagUs = 0, failed = 0, unresolved = 0, shed = 0, unsent = 0 } = spec;
  const [response, service, scheduleLag] = [createHistogram(), createHistogram(), createHistogram()];
  for (const us of ackedUs) {
    record(service, us, 1);
    record(response, us + lagUs, 1);
  }
  const acked = ackedUs.length;
  const sent = acked + failed + unresolved;
  if (sent > 0) record(scheduleLag, lagUs, sent);
  const scheduled = sent + shed + unsent;
  const totals = { scheduled, sent, shed, unsent, acked, failed, unresolved, payloadBytes: sent * 200 };
  return { totals, response, service, scheduleLag };
}

export function lane(overrides: Partial<LaneMeasurement> = {}): LaneMeasurement {
  return {
    worker: 0,
    scenario: 'atm',
    warmup: phase(),
    load: phase(),
    firstSentNs: 0,
    lastSentNs: 9.99 * SEC,
    lastAckNs: 10 * SEC,
    notAcked: [],
    ledgerComplete: true,
    errors: [],
    ...overrides,
  };
}

export function worker(
  lanes: readonly LaneMeasurement[],
  overrides: Partial<WorkerMeasurement> = {},
): WorkerMeasurement {
  const resolution = createHistogram();
  record(resolution, 120, 99);
  record(resolution, 900, 1);
  return {
    worker: 0,
    lanes,
    resolution,
    busyNs: 1 * SEC,
    idleNs: 9 * SEC,
    blockedNs: 0,
    outages: [],
    phases: { loadStartNs: 0, loadEndNs: 10 * SEC, drainEndNs: 10.5 * SEC },
    broker: {
      rttUs: { mean: 800, p50: 700, p99: 2_000, max: 5_000 },
      queueUs: { mean: 5_000, p50: 5_000, p99: 6_000, max: 9_000 },
      wireBytes: 260_000,
      batchBytes: 250_000,
      outstandingRequests: { mean: 0.1, max: 2 },
      disconnects: 0,
    },
    complete: true,
    ...overrides,
  };
}

export const QUIET_THREADS: readonly ThreadCpu[] = [
  { name: 'main', cpuPct: 2, maxCpuPct: 8, wantedPct: 2 },
  { name: 'loop-0', cpuPct: 7, maxCpuPct: 12, wantedPct: 7 },
  { name: 'rdk:broker1', cpuPct: 11, maxCpuPct: 15, wantedPct: 11 },
];

/** The series is one row that holds everything, unless the test gives its own. */
export function run(workers: readonly WorkerMeasurement[], overrides: Partial<RunMeasurement> = {}): RunMeasurement {
  const measured = workers.flatMap(({ lanes }) => lanes.flatMap(({ warmup, load }) => [warmup, load]));
  const totals = measured.map((phase) => phase.totals);
  const sum = (pick: (one: (typeof totals)[number]) => number) => totals.reduce((all, one) => all + pick(one), 0);
  const row = secondRow({
    second: 0,
    scheduled: sum((t) => t.scheduled),
    sent: sum((t) => t.sent),
    acked: sum((t) => t.acked),
    failed: sum((t) => t.failed),
    p50: 1_000,
    p99: 2_000,
    max: 3_000,
    scheduleLagP99: 500,
    inFlight: 0,
    cpuPct: 20,
  });
  return {
    startedAt: '2026-03-01T12:00:00.000Z',
    loadEndNs: 10 * SEC,
    durationNs: 10.5 * SEC,
    workers,
    series: [row],
    latencies: [packCounts(coarsen(sumHistograms(measured.map(({ response }) => response))))],
    topics: { lost: [], unknown: [] },
    startOffsets: [{ topic: 'atm-transactions', partition: 0, startOffset: 0 }],
    cpuSeconds: 1.5,
    maxRssBytes: 120 * 2 ** 20,
    threads: QUIET_THREADS,
    librdkafka: '2.15.1',
    ...overrides,
  };
}

/** What a lane was planned to be; `plannedCount` null: only time bounds a closed loop. */
export interface ScenarioSpec {
  readonly name: string;
  readonly executor: string;
  readonly closed: boolean;
  readonly plannedCount: number | null;
  readonly warmupCount: number;
  readonly burstSize?: number;
  readonly endless?: true;
  readonly startNs: number;
  readonly loadStartNs: number;
  readonly endNs: number;
}

export function scenario(spec: Partial<ScenarioSpec> = {}): LanePlan {
  const { name = 'atm', executor = 'constant-arrival-rate', closed = false, plannedCount = 1_000 } = spec;
  const { warmupCount = 0, burstSize, endless, startNs = 0, loadStartNs = 0, endNs = 10 * SEC } = spec;
  const times = { startNs, warmupEndNs: loadStartNs, endNs, count: plannedCount ?? Number.POSITIVE_INFINITY };
  const segments = burstSize === undefined ? [] : [{ kind: 'burst', size: burstSize }];
  const open = { kind: 'open', schedule: { segments }, warmupCount, ...(endless && { endless }) };
  const record = { workload: 'atm', mode: 'pooled', poolSize: 4_200, mark: 'auto', reason: 'pooled' };
  const load = closed ? { kind: 'closed', ...times } : { ...open, ...times };
  return { name, executor, record, bytesMean: 187.4, inFlight: 100_000, load } as unknown as LanePlan;
}

interface ContextSpec {
  readonly target?: 'embedded';
  readonly acks?: string;
  readonly thresholds?: readonly ThresholdSpec[];
}

/** The run of these lanes, with any other plan or context. */
export function facts(
  lanes: readonly LanePlan[] = [scenario()],
  { target, acks, thresholds = [], ...overrides }: Partial<RunContext> & ContextSpec = {},
): RunContext {
  const properties = { 'bootstrap.servers': 'broker1:9092', ...(acks !== undefined && { acks }) };
  const plan = {
    ...{ name: 'atm', seed: 42, runTag: '00c0ffee00c0ffee', workers: 1, workersReason: 'one is enough' },
    ...{ target: { kind: 'kafka' }, clients: [{ properties }], lanes },
  };
  return {
    plan: plan as unknown as Plan,
    isEmbedded: target === 'embedded',
    loaded: { hash: 'a1b2c3', profile: { thresholds } },
    command: 'load atm',
    notes: [],
    ...overrides,
  };
}

/** `count` latencies 1, 2, … times `stepUs`. */
export function ramp(count: number, stepUs: number): number[] {
  return Array.from({ length: count }, (_, i) => (i + 1) * stepUs);
}
