/** The ground truth of a plan's scenarios, told when it was run. */
import type { RunMeasurement } from '../result/measurement.ts';
import type { GroundTruth } from '../workload/ground-truth.ts';
import { messTruth } from '../workload/mess-truth.ts';
import { definitionOf } from '../workload/reference.ts';
import type { Plan, ScenarioPlan } from './plan.ts';
import { sentScenario } from './sent-scenario.ts';

type TruthPlan = Pick<Plan, 'seed' | 'runTag' | 'workers' | 'clock' | 'scenarios'>;

export function hasGroundTruth(plan: TruthPlan): boolean {
  return plan.scenarios.some((scenario) => truthsOf(plan, scenario).length > 0);
}

/** Lines of the file, scenario by scenario: lazily, there may be billions. */
export function* truthEntries(plan: TruthPlan, { workers, startedAt }: RunMeasurement): Generator<object> {
  const lanes = workers.flatMap((worker) => worker.lanes);
  for (const scenario of plan.scenarios) {
    const sent = sentScenario(plan, scenario, lanes, Date.parse(startedAt));
    for (const truth of truthsOf(plan, scenario)) {
      for (const entry of truth.entries(sent)) yield { scenario: scenario.name, ...entry };
    }
  }
}

/** What can be told of a scenario's records; empty for most. */
function truthsOf({ seed, runTag }: TruthPlan, { name, record }: ScenarioPlan): readonly GroundTruth[] {
  const identity = { seed, scenario: name, runTag };
  const ofWorkload = definitionOf(record.workload).groundTruth?.(record, identity);
  return [ofWorkload, messTruth(record, identity)].filter((truth) => truth !== undefined);
}
