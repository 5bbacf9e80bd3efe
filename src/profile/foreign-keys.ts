/** Fields that hold keys of another scenario's records: which scenarios depend on which, and whether they can. */

import { suggest } from '../nearest.ts';
import type { FieldRule, PlainFieldRule } from '../workload/record-plan.ts';
import { readSchema } from '../workload/schema/reading/read-schema.ts';
import { placesOf } from '../workload/schema/rules/rule-fit.ts';
import type { Path } from './document.ts';
import type { Problems } from './problems.ts';
import type { CheckedWorkload } from './workload-check.ts';

type Rules = Readonly<Record<string, FieldRule>>;

/** What a scenario's records are; the rest of it may have problems of its own. */
type Records = Pick<CheckedWorkload, 'definition' | 'key' | 'fields'>;

/** The scenarios whose keys some field of the record holds. */
export function foreignScenarios(rules: Rules): string[] {
  return [
    ...new Set(Object.entries(rules).flatMap((entry) => foreignKeysIn(...entry).map(({ scenario }) => scenario))),
  ];
}

/** Those whose keys the record's own key depends on. */
export function scenariosOfKey({ key, fields }: Pick<Records, 'key' | 'fields'>): string[] {
  const deciding: Record<string, FieldRule> = {};
  // The field, the one that a switch looks at for it, and so on.
  for (let at = key.kind === 'field' ? key.field : undefined; at !== undefined && !Object.hasOwn(deciding, at); ) {
    const rule = Object.hasOwn(fields, at) ? fields[at]! : {};
    deciding[at] = rule;
    at = rule.switch?.field;
  }
  return foreignScenarios(deciding);
}

interface FoundKey {
  readonly scenario: string;
  /** Below `fields`. */
  readonly at: Path;
}

function foreignKeysIn(field: string, rule: FieldRule): FoundKey[] {
  const { cases = {}, default: other } = rule.switch ?? {};
  const rules: (readonly [PlainFieldRule | undefined, Path])[] = [
    [rule, [field]],
    [other, [field, 'switch', 'default']],
    ...Object.entries(cases).map(([name, each]) => [each, [field, 'switch', 'cases', name]] as const),
  ];
  return rules.flatMap(([each, at]) =>
    each?.foreignKey === undefined
      ? []
      : [{ scenario: each.foreignKey.scenario, at: [...at, 'foreignKey', 'scenario'] }],
  );
}

/** @param names of all scenarios, those among them whose records could not be read. */
export function checkForeignKeys(
  scenarios: Readonly<Record<string, Records>>,
  names: readonly string[],
  problems: Problems,
): void {
  for (const [name, records] of Object.entries(scenarios)) {
    for (const [field, rule] of Object.entries(records.fields)) {
      for (const found of foreignKeysIn(field, rule)) {
        const problem = problemOf(found.scenario, { name, records, field }, scenarios, names);
        if (problem !== undefined) problems.add(['scenarios', name, 'fields', ...found.at], problem);
      }
    }
  }
}

interface Referrer {
  readonly name: string;
  readonly records: Records;
  readonly field: string;
}

function problemOf(
  scenario: string,
  { name, records, field }: Referrer,
  scenarios: Readonly<Record<string, Records>>,
  names: readonly string[],
): { readonly message: string; readonly hint?: string } | undefined {
  if (!names.includes(scenario)) {
    const hint = suggest(scenario, names);
    return { message: `there is no scenario \`${scenario}\``, ...(hint !== undefined && { hint }) };
  }
  const other = scenarios[scenario];
  if (other === undefined) return undefined;
  if (other.key.kind === 'none')
    return { message: `the records of \`${scenario}\` have no key`, hint: 'give it a `key`' };
  const circle = circleFrom(name, scenarios);
  if (circle !== undefined) return { message: `circular keys: ${circle.join(' → ')}` };
  const wanted = kindOf(records, field);
  const isNumber = wanted === 'int' || wanted === 'long';
  const given = other.key.kind === 'field' ? kindOf(other, other.key.field) : 'string';
  if (!isNumber || given === 'int' || given === 'long') return undefined;
  return { message: `\`${field}\` takes numbers, and the keys of \`${scenario}\` are text`, hint: 'make it a string' };
}

/** Scenarios from one to itself, each key made of the next one's. */
function circleFrom(
  start: string,
  scenarios: Readonly<Record<string, Records>>,
  way: readonly string[] = [start],
): readonly string[] | undefined {
  const at = scenarios[way.at(-1)!];
  for (const next of at === undefined ? [] : scenariosOfKey(at)) {
    if (next === start) return [...way, next];
    const circle = way.includes(next) ? undefined : circleFrom(start, scenarios, [...way, next]);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** What a field is, null aside; undefined where there is no schema. */
function kindOf({ definition }: Records, field: string): string | undefined {
  if (definition.avroSchema === null) return undefined;
  const nodes = placesOf(readSchema(definition.avroSchema, definition.name)).get(field) ?? [];
  const branches = nodes.flatMap((node) => (node.kind === 'union' ? node.branches : [node]));
  return branches.find(({ kind }) => ['string', 'int', 'long'].includes(kind))?.kind;
}
