/** `load sample --explain`: which parameter, weight or rule each field of a record comes from. */

import type { LanePlan, Plan } from '../plan/plan.ts';
import { keyText } from '../report/record-line.ts';
import { formatCount } from '../units.ts';
import { describeAnomalies } from '../workload/anomalies.ts';
import { isMetByWorkload, isWeightedByWorkload, type WorkloadDefinition } from '../workload/definition.ts';
import { parseJson, plainJson } from '../workload/encoding/exact-json.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { KEY_FUNCTION } from '../workload/module/module-generator.ts';
import { paramsOf } from '../workload/parameters.ts';
import type { KeySpec } from '../workload/record-plan.ts';
import { ruleText } from '../workload/schema/rules/rule-text.ts';
import { openRecords } from '../workload/workload.ts';

const VALUE_CHARACTERS_MAX = 36;

/** @param index of the record whose values stand beside the fields. */
export function explainScenario(plan: Plan, scenario: LanePlan, index: number, timeMs: number): string {
  const { name, record } = scenario;
  const workload = definitionOf(record.workload);
  const { anomalies: _, ...clean } = record;
  const { key, json } = openRecords(clean, { seed: plan.seed, scenario: name, runTag: plan.runTag })(index, timeMs);
  const rows = [
    ['key', keyText(key), keyOrigin(record.key)],
    ...Object.entries(parseJson(json) as object).flatMap(([field, each]) => [
      [field, shown(each), fieldOrigin(scenario, workload, field)] as const,
      ...innerRules(scenario, field),
    ]),
  ] as const;
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return [
    `Where the fields of ${name} come from (seed ${plan.seed}; the values are those of #${index})`,
    ...rows.map(([field, each, origin]) => `  ${field.padEnd(width(0))}  ${each.padEnd(width(1))}  ${origin}`),
    `  ${workload.origin ?? drawing(scenario)}`,
    ...(record.anomalies === undefined
      ? []
      : [`  Anomalies are not shown here: ${describeAnomalies(record.anomalies)}`]),
    ...parameterLines(scenario, workload),
  ].join('\n');
}

function fieldOrigin({ record }: LanePlan, workload: WorkloadDefinition, field: string): string {
  const doc = workload.avroSchema?.fields.find((each) => each.name === field)?.doc;
  const origin = workload.explain?.[field] ?? doc ?? '';
  const rule = Object.hasOwn(record.fields, field) ? record.fields[field] : undefined;
  if (rule !== undefined && !isMetByWorkload(workload, field, rule)) return ruleText(rule) + BY_RULE;
  const weights =
    rule?.weighted ?? (isWeightedByWorkload(workload, field) ? workload.weightedFields[field] : undefined);
  if (weights === undefined) return origin;
  return `${origin}: ${weightsText(weights)}${rule === undefined ? ' (the default)' : BY_RULE}`;
}

/** A row for each rule about something inside of the field. */
function innerRules({ record }: LanePlan, field: string): (readonly [string, string, string])[] {
  return Object.entries(record.fields)
    .filter(([path]) => path.startsWith(`${field}.`) || path.startsWith(`${field}[`))
    .map(([path, rule]) => [`  ${path}`, '', ruleText(rule) + BY_RULE]);
}

const BY_RULE = ' (`fields:` of the profile)';

function weightsText(weights: Readonly<Record<string, number>>): string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const shares = Object.entries(weights).filter(([, weight]) => weight > 0);
  return shares.map(([value, weight]) => `${value} ${formatCount((weight / total) * 100, 2)} %`).join(', ');
}

function keyOrigin(key: KeySpec): string {
  switch (key.kind) {
    case 'none':
      return 'no key';
    case 'field':
      return key.field === KEY_FUNCTION ? `the module's ${key.field}` : `the field ${key.field}`;
    case 'uniform':
      return `one of ${formatCount(key.cardinality)} keys, all equally likely`;
    case 'zipf':
      return `one of ${formatCount(key.cardinality)} keys, key k in proportion to 1 / k^${key.exponent}`;
    case 'hotspot': {
      const { cardinality, hotKeys, hotShare } = key;
      const hot = `the first ${formatCount(hotKeys)} in ${formatCount(hotShare * 100, 2)} % of the records`;
      return `one of ${formatCount(cardinality)} keys, ${hot}`;
    }
    case 'sequential':
      return `${formatCount(key.cardinality)} keys in turn`;
  }
}

function drawing({ name, record }: LanePlan): string {
  const scenario = record.trail?.scenario ?? name;
  const stream = `what is drawn is a function of the seed, ${scenario}, the field and`;
  if (record.mode === 'fresh') return `Fresh records: ${stream} the record's index.`;
  const pool = formatCount(record.poolSize);
  return `A pool of ${pool}: ${stream} the index modulo ${pool}; id and time are each record's own, weights come out exactly over the pool.`;
}

function parameterLines({ record }: LanePlan, workload: WorkloadDefinition): string[] {
  const defaults = paramsOf(workload).parse({}) as Readonly<Record<string, unknown>>;
  const said = Object.entries(record.params).map(([name, value]) => {
    const isDefault = JSON.stringify(value) === JSON.stringify(defaults[name]);
    return `${name} ${shown(value)}${isDefault ? ' (the default)' : ''}`;
  });
  return said.length === 0 ? [] : [`  Parameters: ${said.join(', ')}`];
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : plainJson(value);
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX - 1)}…` : text;
}
