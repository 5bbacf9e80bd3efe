/** The ground truth of a plan's scenarios, told when it was run. */

import type { LanePlan, Plan } from '../plan/plan.ts';
import type { RunMeasurement } from '../recorder/measurement.ts';
import { anomalyTruth } from '../workload/anomaly-truth.ts';
import type { GroundTruth } from '../workload/ground-truth.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { isFollowing } from '../workload/trail.ts';
import { sentScenario } from './sent-scenario.ts';

type TruthPlan = Pick<Plan, 'seed' | 'runTag' | 'workers' | 'clock' | 'lanes'>;

export function hasGroundTruth(plan: TruthPlan): boolean {
  return plan.lanes.some((scenario) => truthsOf(plan, scenario).length > 0);
}

/** Lines of the file, scenario by scenario: lazily, there may be billions. */
export function* truthEntries(plan: TruthPlan, { workers, startedAt }: RunMeasurement): Generator<object> {
  const lanes = workers.flatMap((worker) => worker.lanes);
  const sentOf = (scenario: LanePlan) => sentScenario(plan, scenario, lanes, Date.parse(startedAt));
  for (const scenario of plan.lanes) {
    const sent = sentOf(scenario);
    const trails = plan.lanes.filter((each) => isFollowing(each) && each.record.trail!.scenario === scenario.name);
    const following = Object.fromEntries(trails.map((each) => [each.record.trail!.name, sentOf(each)]));
    for (const truth of truthsOf(plan, scenario)) {
      for (const entry of truth.entries(sent, following)) yield { scenario: scenario.name, ...entry };
    }
  }
}

/** The ground truth of a scenario's records; empty for most scenarios. */
function truthsOf({ seed, runTag }: TruthPlan, scenario: LanePlan): readonly GroundTruth[] {
  const { name, record } = scenario;
  const identity = { seed, scenario: name, runTag };
  // What follows is listed with what it follows.
  const tells = isFollowing(scenario) ? undefined : definitionOf(record.workload).groundTruth;
  const ofWorkload = tells?.(record, identity);
  return [ofWorkload, anomalyTruth(record, identity)].filter((truth) => truth !== undefined);
}
