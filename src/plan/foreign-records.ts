/** Records beside which the plans of others travel: those whose keys they hold. */

import { foreignScenarios, scenariosOfKey } from '../profile/foreign-keys.ts';
import type { RecordPlan } from '../workload/record-plan.ts';

/** @param planOf the record of a scenario's own lane. */
export function withForeign(record: RecordPlan, planOf: (scenario: string) => RecordPlan): RecordPlan {
  return linked(record, foreignScenarios(record.fields), planOf);
}

/** Of the others only their keys are asked for: what these depend on comes along, and no more. */
function linked(
  record: RecordPlan,
  scenarios: readonly string[],
  planOf: (scenario: string) => RecordPlan,
): RecordPlan {
  if (scenarios.length === 0) return record;
  const foreign = scenarios.map((scenario) => {
    const other = planOf(scenario);
    return [scenario, linked(other, scenariosOfKey(other), planOf)] as const;
  });
  return { ...record, foreign: Object.fromEntries(foreign) };
}
