/** What thresholds look at of records that were read back. */
import type { Plan } from '../plan/plan.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { endToEndOf } from './consumers.ts';
import type { ConsumerResult, VerificationResult } from './reading-result.ts';
import type { ThresholdInputs } from './thresholds.ts';

export interface ReadResults {
  readonly plan: Plan;
  readonly run: RunMeasurement;
  readonly verification: Readonly<Record<string, VerificationResult>> | undefined;
  readonly consumers: Readonly<Record<string, ConsumerResult>> | undefined;
}

/** Of one scenario, or of all. */
export function readingInputs(
  { plan, run, verification, consumers }: ReadResults,
  scenario: string | undefined,
): Pick<ThresholdInputs, 'endToEnd' | 'consumerLagMax' | 'verified'> {
  const lane = plan.lanes.find(({ name }) => name === scenario)?.lane;
  const endToEnd = endToEndOf(run, lane);
  const consumerLagMax = consumerLagMaxOf(consumers);
  const verified = Object.entries(verification ?? {}).flatMap(([name, each]) =>
    scenario === undefined || scenario === name ? [each] : [],
  );
  return {
    ...(endToEnd && { endToEnd }),
    ...(consumerLagMax !== undefined && { consumerLagMax }),
    // A refused verification found nothing, and says nothing.
    ...(verified.length > 0 && verified.every(({ refused }) => refused === undefined) && { verified: total(verified) }),
  };
}

/** Of the worst group; undefined where there is none, or the cluster did not tell. */
export function consumerLagMaxOf(
  consumers: Readonly<Record<string, { readonly lag: { readonly max: number | null } }>> = {},
): number | undefined {
  const lags = Object.values(consumers).map(({ lag }) => lag.max);
  return lags.length > 0 && lags.every((lag) => lag !== null) ? Math.max(...lags) : undefined;
}

function total(all: readonly VerificationResult[]): NonNullable<ThresholdInputs['verified']> {
  const sum = (of: (each: VerificationResult) => number) => all.reduce((all, each) => all + of(each), 0);
  return {
    expected: sum(({ expected }) => expected),
    consumed: sum(({ consumed }) => consumed),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
    corrupted: sum(({ corrupted }) => corrupted),
  };
}
