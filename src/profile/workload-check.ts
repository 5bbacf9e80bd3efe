/** What only the workload knows: whether it exists, its parameters, its fields and which of them can be a key. */

import { suggest } from '../nearest.ts';
import type { WorkloadDefinition } from '../workload/definition.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { paramsOf } from '../workload/parameters.ts';
import type { FieldRule, KeySpec } from '../workload/record-plan.ts';
import { referenceOf, type WorkloadReference } from '../workload/reference.ts';
import { constantAncestor } from '../workload/schema/rules/rule-fit.ts';
import type { Path } from './document.ts';
import { checkFields } from './field-check.ts';
import type { Problems } from './problems.ts';
import type { ScenarioProfile } from './profile.ts';
import { SCENARIO_KEYS } from './schema/schema.ts';
import { describeIssues } from './schema/schema-problem.ts';

export interface CheckedWorkload {
  readonly reference: WorkloadReference;
  readonly definition: WorkloadDefinition;
  readonly key: KeySpec;
  /** What the profile says, or the one format there is. */
  readonly format: ScenarioProfile['format'];
  readonly params: Readonly<Record<string, unknown>>;
  readonly fields: Readonly<Record<string, FieldRule>>;
}

/**
 * @param directory where paths start.
 * @returns undefined when there is something wrong that was reported.
 */
export function checkWorkload(
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  directory: string,
  problems: Problems,
): CheckedWorkload | undefined {
  const written = problems.read(SCENARIO_KEYS.workload, raw.workload);
  if (written === undefined) return undefined;
  const named = problems.attempt([...path, 'workload'], () => {
    const reference = referenceOf(written, directory);
    return { reference, definition: definitionOf(reference) };
  });
  if (named === undefined) return undefined;
  const { definition } = named;
  const before = problems.found.length;
  const key = problems.read(SCENARIO_KEYS.key, raw.key) ?? definition.defaultKey;
  if (raw.key !== undefined && key.kind === 'field') {
    checkKeyField(key.field, { definition, other: ['none'] }, [...path, 'key'], problems);
  }
  const spread = problems.read(SCENARIO_KEYS.spread, raw.spread);
  const spreadField = spread?.kind === 'field' ? spread.field : undefined;
  if (spreadField !== undefined) {
    checkKeyField(spreadField, { definition, other: [] }, [...path, 'spread', 'field'], problems);
  }
  const params = checkParams(raw, path, definition, problems);
  const fields = checkFields(raw.fields, [...path, 'fields'], definition, problems);
  const byField = { key: key.kind === 'field' ? key.field : undefined, spread: spreadField };
  for (const [place, field] of Object.entries(byField)) {
    const whole = field === undefined ? undefined : constantAncestor(fields, field, true);
    if (whole === undefined) continue;
    const hint = 'give the fields in it rules of their own';
    problems.add([...path, place], { message: `is part of \`${whole}\`, whose rule sets all of it`, hint });
  }
  const format = checkFormat(raw.format, definition, path, problems);
  const sound = problems.found.length === before && params !== undefined;
  return sound ? { ...named, key, format, params, fields } : undefined;
}

const KEYS_SHOWN = 24;

/** @param other what could stand there in place of a field. */
function checkKeyField(
  field: string,
  { definition, other }: { readonly definition: WorkloadDefinition; readonly other: readonly string[] },
  path: Path,
  problems: Problems,
): void {
  if (definition.keyFields.includes(field)) return;
  const noKey = Object.hasOwn(definition.noKeys ?? {}, field) ? definition.noKeys![field] : undefined;
  const isField = definition.fieldNames.includes(field);
  const known = [...definition.keyFields, ...other];
  // The name is right where there is such a field: a similar name would not help.
  const hint =
    (isField || noKey !== undefined) && known.length <= KEYS_SHOWN
      ? `one of ${known.join(', ')}`
      : suggest(field, known);
  problems.add(path, {
    message: noKey ?? `\`${field}\` is not a ${isField ? 'key ' : ''}field of \`${definition.name}\``,
    ...(hint !== undefined && { hint }),
  });
}

function checkFormat(
  raw: unknown,
  definition: WorkloadDefinition,
  path: Path,
  problems: Problems,
): ScenarioProfile['format'] {
  const { name, onlyFormat } = definition;
  if (onlyFormat === undefined) return problems.read(SCENARIO_KEYS.format, raw) ?? 'avro';
  if (raw === 'avro') {
    const message = `there is no Avro schema for the records of \`${name}\``;
    problems.add([...path, 'format'], { message, hint: `give it one, or set format: ${onlyFormat}` });
  }
  return onlyFormat;
}

function checkParams(
  raw: Readonly<Record<string, unknown>>,
  path: Path,
  definition: WorkloadDefinition,
  problems: Problems,
): Readonly<Record<string, unknown>> | undefined {
  const at: Path = [...path, 'params'];
  const given = problems.read(SCENARIO_KEYS.params, raw.params);
  if (given === undefined) return undefined;
  const parsed = paramsOf(definition).safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
      for (const key of issue.keys) {
        const executorKey = definition.executorFlags?.[key]?.key;
        const hint =
          executorKey === undefined
            ? suggest(key, Object.keys(paramsOf(definition).shape))
            : `it is \`${executorKey}\` of the executor, beside params`;
        problems.add([...at, key], {
          message: `\`${definition.name}\` has no parameter \`${key}\``,
          ...(hint !== undefined && { hint }),
        });
      }
    } else {
      const input = { scenarios: { [String(path[1])]: raw } };
      problems.found.push(...describeIssues([issue], input, at));
    }
  }
  return parsed.data;
}
