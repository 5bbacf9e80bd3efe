/** What a workload does by itself about `fields:`: it weights the values that it knows. */
import type { FieldRule } from '../../../profile/profile.ts';
import type { WorkloadDefinition } from '../../definition.ts';

type Rules = Readonly<Record<string, FieldRule>>;

/** Whether the workload itself can weight a field's values. */
export function isOwnMix({ weightedFields }: WorkloadDefinition, field: string): boolean {
  return Object.hasOwn(weightedFields, field);
}

/** Whether a rule says no more than another mix of the values that the workload knows. */
export function meetsItself(definition: WorkloadDefinition, field: string, rule: FieldRule): boolean {
  return isOwnMix(definition, field) && Object.keys(rule).every((key) => key === 'weighted');
}

/** The rules that have to be put over its records. */
export function rulesForOthers(definition: WorkloadDefinition, rules: Rules): Rules {
  return Object.fromEntries(Object.entries(rules).filter(([field, rule]) => !meetsItself(definition, field, rule)));
}
