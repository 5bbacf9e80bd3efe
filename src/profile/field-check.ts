/** Whether the rules of `fields:` fit the records of a workload. */

import { suggest } from '../nearest.ts';
import { isMetByWorkload, isWeightedByWorkload, type WorkloadDefinition } from '../workload/definition.ts';
import type { FieldRule } from '../workload/record-plan.ts';
import { readSchema } from '../workload/schema/reading/read-schema.ts';
import { renewedFields } from '../workload/schema/rules/renewed-fields.ts';
import { checkRules } from '../workload/schema/rules/rule-check.ts';
import type { Path } from './document.ts';
import type { Problems } from './problems.ts';
import { fieldRuleSchema } from './schema/field-rule-schema.ts';

/** The rules that can be read, each checked against what the workload can do. */
export function checkFields(
  raw: unknown,
  path: Path,
  definition: WorkloadDefinition,
  problems: Problems,
): Readonly<Record<string, FieldRule>> {
  if (typeof raw !== 'object' || raw === null) return {};
  const rules = Object.fromEntries(
    Object.entries(raw).flatMap(([field, input]) => {
      const rule = problems.read(fieldRuleSchema, input);
      return rule === undefined ? [] : [[field, rule as FieldRule] as const];
    }),
  );
  for (const [field, { weighted }] of Object.entries(rules)) {
    if (weighted !== undefined && isWeightedByWorkload(definition, field))
      checkWeights(field, weighted, path, definition, problems);
  }
  const { name, avroSchema, trails, takesRules } = definition;
  if (takesRules === false) {
    for (const field of Object.keys(raw)) {
      problems.add([...path, field], {
        message: `\`${name}\` generates its records itself: no rule can change them`,
      });
    }
    return {};
  }
  if (avroSchema === null) {
    for (const field of Object.keys(raw)) {
      problems.add([...path, field], { message: `the records of \`${name}\` have no schema: rules do not apply` });
    }
    return {};
  }
  const workload = { ...definition, renewed: () => renewedFields(definition, Object.keys(rules)) };
  for (const { at, ...problem } of checkRules(readSchema(avroSchema, name), rules, workload)) {
    problems.add([...path, ...at], problem);
  }
  if (trails !== undefined) {
    for (const [field, rule] of Object.entries(rules)) {
      if (isMetByWorkload(definition, field, rule)) continue;
      problems.add([...path, field], {
        message: `the records of \`${name}\` depend on each other: no rule can change a field`,
      });
    }
  }
  return rules;
}

/** Weights for a field that the workload weights itself: only of the values it knows. */
function checkWeights(
  field: string,
  weighted: Readonly<Record<string, number>>,
  path: Path,
  { weightedFields }: WorkloadDefinition,
  problems: Problems,
): void {
  const values = Object.keys(weightedFields[field]!);
  for (const value of Object.keys(weighted)) {
    if (values.includes(value)) continue;
    const hint = suggest(value, values);
    const message = `\`${field}\` never is \`${value}\``;
    problems.add([...path, field, 'weighted', value], { message, ...(hint !== undefined && { hint }) });
  }
}
