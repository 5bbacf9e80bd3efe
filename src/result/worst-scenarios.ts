/** Scenarios in the order in which one looks for trouble. */
import type { Percentile } from '../recorder/histogram.ts';
import type { ScenarioResult } from './result.ts';

/** By the share of messages that were not acknowledged, then by response p99; equal ones as in the profile. */
export function worstFirst<S extends Pick<ScenarioResult, 'totals' | 'latency'>>(
  scenarios: Readonly<Record<string, S>>,
): (readonly [name: string, scenario: S])[] {
  const missing = ({ totals: { sent, failed, unresolved } }: S) => (sent === 0 ? 0 : (failed + unresolved) / sent);
  return Object.entries(scenarios).toSorted(
    ([, a], [, b]) => missing(b) - missing(a) || orderOf(b.latency.response.p99) - orderOf(a.latency.response.p99),
  );
}

/** Nothing measured comes last; what is only known to be more comes first. */
export function orderOf(value: Percentile | null): number {
  if (value === null) return -1;
  return typeof value === 'number' ? value : value.atLeast;
}
