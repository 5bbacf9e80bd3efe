/** From counters to the latencies of a result. */

import {
  add,
  createHistogram,
  type FlatHistogram,
  maximum,
  mean,
  minimum,
  overflowCount,
  percentiles,
  totalCount,
} from '../recorder/histogram.ts';
import type { PhaseMeasurement } from '../recorder/measurement.ts';
import type { Latencies, LatencySummary } from './result.ts';

/** @param censored messages that have no latency and rank above all that have one. */
export function summarize(cells: FlatHistogram, censored: number): LatencySummary {
  const [p50, p75, p90, p95, p99, p999, p9999] = percentiles(cells, [50, 75, 90, 95, 99, 99.9, 99.99], censored);
  const max = maximum(cells);
  return {
    count: totalCount(cells),
    censored,
    overflow: overflowCount(cells),
    min: minimum(cells),
    mean: mean(cells),
    ...{ p50, p75, p90, p95, p99, p999, p9999 },
    max: censored > 0 ? { atLeast: max ?? 0 } : max,
  };
}

/** Failed and unresolved messages have no service and no response, but every sent one has its schedule lag. */
export function summarizePhase(phase: PhaseMeasurement): Latencies<LatencySummary> {
  const censored = phase.totals.failed + phase.totals.unresolved;
  return {
    response: summarize(phase.response, censored),
    service: summarize(phase.service, censored),
    scheduleLag: summarize(phase.scheduleLag, 0),
  };
}

/** The sum of histograms; of a single one, that one. */
export function sumHistograms(parts: readonly FlatHistogram[]): FlatHistogram {
  if (parts.length === 1) return parts[0]!;
  const sum = createHistogram();
  for (const part of parts) add(sum, part);
  return sum;
}
