/** What the client cost and saw: CPU, threads, librdkafka's statistics, error counts, added up over workers. */

import { inFlightMax } from '../plan/in-flight-max.ts';
import type { Plan } from '../plan/plan.ts';
import { maximum, percentile } from '../recorder/histogram.ts';
import { addCounts } from '../recorder/latency-series.ts';
import type { ErrorCount, LaneMeasurement, RunMeasurement, WorkerMeasurement } from '../recorder/measurement.ts';
import type { BrokerStatistics } from '../transport/transport.ts';
import { NS_PER_MS } from '../units.ts';
import { sumHistograms } from './latency.ts';
import type { BrokerResult, ClientResult, ErrorSummary, Spread } from './result.ts';

/** @param acked in the whole run, warm-up included, as cpuSeconds is. */
export function mergeClient(plan: Pick<Plan, 'lanes'>, run: RunMeasurement, acked: number): ClientResult {
  const resolution = sumHistograms(run.workers.map((worker) => worker.resolution));
  const at = (percent: number) => percentile(resolution, percent, 0);
  return {
    workers: run.workers.length,
    inFlightMax: inFlightMax(plan),
    cpuSeconds: run.cpuSeconds,
    cpuSecondsPerMillion: acked === 0 ? null : (run.cpuSeconds * 1e6) / acked,
    maxRssBytes: run.maxRssBytes,
    librdkafka: run.librdkafka,
    resolutionUs: { p50: finite(at(50)), p99: finite(at(99)), max: maximum(resolution) },
    threads: run.threads.map(({ name, cpuPct, maxCpuPct, wantedPct }) => ({ name, cpuPct, maxCpuPct, wantedPct })),
  };
}

/** By code and by whom, most frequent first. */
export function mergeErrors(lanes: readonly LaneMeasurement[], startedAt: string): ErrorSummary[] {
  const byCode = new Map<string, ErrorCount>();
  for (const error of lanes.flatMap((lane) => lane.errors)) {
    const key = `${error.by} ${error.code}`;
    const known = byCode.get(key);
    const first = known === undefined || error.firstAtNs < known.firstAtNs ? error : known;
    const seconds = known === undefined ? error.seconds : addCounts(known.seconds, error.seconds);
    byCode.set(key, { ...first, count: error.count + (known?.count ?? 0), seconds });
  }
  const startedAtMs = Date.parse(startedAt);
  return [...byCode.values()]
    .map(({ code, by, name, count, firstAtNs, example, seconds }) => {
      const firstAt = new Date(startedAtMs + firstAtNs / NS_PER_MS).toISOString();
      return { code, by, name, count, firstAt, example, seconds };
    })
    .toSorted((a, b) => b.count - a.count || a.code - b.code);
}

/**
 * Over workers: the mean of means, the greatest of each percentile, the sums of bytes, disconnects and outstanding
 * requests (their max is then an upper bound: the workers' greatest need not have come together).
 */
export function mergeBroker(workers: readonly WorkerMeasurement[]): BrokerResult {
  const parts = workers.flatMap(({ broker }) => (broker === undefined ? [] : [broker]));
  if (parts.length === 0) return {};
  const sum = (pick: (part: BrokerStatistics) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    rttUs: mergeSpread(parts.map((part) => part.rttUs)),
    queueUs: mergeSpread(parts.map((part) => part.queueUs)),
    outstandingRequests: {
      mean: sum((part) => part.outstandingRequests.mean),
      max: sum((part) => part.outstandingRequests.max),
    },
    disconnects: sum((part) => part.disconnects),
    ...(parts.every(({ wireBytes }) => wireBytes !== null) && { wireBytes: sum((part) => part.wireBytes ?? 0) }),
    ...(parts.every(({ batchBytes }) => batchBytes !== null) && { batchBytes: sum((part) => part.batchBytes ?? 0) }),
  };
}

function mergeSpread(spreads: readonly Spread[]): Spread {
  const greatest = (pick: (spread: Spread) => number) => Math.max(...spreads.map(pick));
  return {
    mean: spreads.reduce((total, { mean }) => total + mean, 0) / spreads.length,
    p50: greatest((spread) => spread.p50),
    p99: greatest((spread) => spread.p99),
    max: greatest((spread) => spread.max),
  };
}

function finite(value: number | { readonly atLeast: number } | null): number | null {
  return value === null || typeof value === 'number' ? value : value.atLeast;
}
