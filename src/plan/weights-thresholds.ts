/** Thresholds on weights, checked before the run. */
import { InputError, type Problem } from '../errors.ts';
import type { ThresholdSpec } from '../profile/profile.ts';
import type { Weighting } from '../workload/weighting.ts';
import { openWeightings } from '../workload/workload.ts';
import type { LanePlan, Plan } from './plan.ts';

/** @throws InputError where a threshold on weights has no weights to look at. */
export function checkWeightsThresholds(
  thresholds: readonly Pick<ThresholdSpec, 'metric' | 'scenario'>[],
  plan: Pick<Plan, 'seed' | 'runTag' | 'lanes'>,
): void {
  const asked = thresholds.filter(({ metric }) => metric === 'weights');
  if (asked.length === 0) return;
  const weighted = plan.lanes.filter((scenario) => weightingsOf(plan, scenario).length > 0).map(({ name }) => name);
  const problems = asked.flatMap(({ scenario }): Problem[] => {
    if (scenario === undefined ? weighted.length > 0 : weighted.includes(scenario)) return [];
    const [path, whose] =
      scenario === undefined ? ['weights', 'no record'] : [`weights{scenario:${scenario}}`, `no record of ${scenario}`];
    return [{ path: `thresholds.${path}`, message: `${whose} has a field with weights` }];
  });
  if (problems.length > 0) throw new InputError(problems);
}

export function weightingsOf(
  { seed, runTag }: Pick<Plan, 'seed' | 'runTag'>,
  { name, record }: LanePlan,
): readonly Weighting[] {
  // Records that follow others are a choice of them: its weights are not theirs.
  if (record.trail !== undefined) return [];
  return openWeightings(record, { seed, scenario: name, runTag });
}
