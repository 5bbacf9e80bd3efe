/** Which thresholds of a run can stand as lines in a chart of its latency. */
import { US_PER_MS } from '../../units.ts';
import type { LatencyLimit } from './run-view.ts';
import { readThreshold } from './threshold-reading.ts';

/** Of the response latency of all scenarios: the axis of the latency chart shows these. */
export function latencyLimits(
  thresholds: readonly { readonly metric: string; readonly scenario?: string; readonly expression: string }[],
): LatencyLimit[] {
  return thresholds.flatMap(({ metric, scenario, expression }) => {
    const read = readThreshold({ metric, expression });
    if (read?.metric !== 'response_ms' || (scenario ?? read.scenario) !== undefined || read.stat === 'count') return [];
    return [{ label: expression, us: read.value * US_PER_MS }];
  });
}
