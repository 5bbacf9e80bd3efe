/** Which thresholds of a run can stand as lines in a chart of its latency. */
import { parseThreshold, parseThresholdMetric } from '../threshold-grammar.ts';
import { US_PER_MS } from '../units.ts';
import type { LatencyLimit } from './run-view.ts';

/** Of the response latency of all scenarios: the axis of the latency chart shows these. */
export function latencyLimits(
  thresholds: readonly { readonly metric: string; readonly scenario?: string; readonly expression: string }[],
): LatencyLimit[] {
  return thresholds.flatMap(({ metric: written, scenario, expression }) => {
    const metric = parseThresholdMetric(written);
    const { stat, value } = parseThreshold(expression);
    const isLatency = metric.metric === 'response_ms' && (scenario ?? metric.scenario) === undefined;
    return isLatency && stat !== 'count' ? [{ label: expression, us: value * US_PER_MS }] : [];
  });
}
