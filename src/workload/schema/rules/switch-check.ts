/** Checks that a `switch` can read its field, and that the field can have the values of its cases. */

import { suggest } from '../../../nearest.ts';
import type { FieldRule } from '../../record-plan.ts';
import { type AvroNode, logicalTime } from '../reading/avro-node.ts';
import { fits, literal } from '../values/plain-value.ts';
import { recordTime } from '../values/times.ts';
import type { AddProblem, RulePath } from './rule-fit.ts';
import { listOf, WAYS } from './rule-fit.ts';

type Rules = Readonly<Record<string, FieldRule>>;

export interface SwitchContext {
  readonly rules: Rules;
  readonly places: ReadonlyMap<string, readonly AvroNode[]>;
  /** Values of the fields that the workload weights itself. */
  readonly weightedFields: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Fields that differ in every record and have no rule. */
  readonly renewed: ReadonlySet<string>;
  readonly add: AddProblem;
}

/** Does not check the rules of the cases. @param path of the field that has the rule. */
export function checkSwitch(path: string, rule: FieldRule, context: SwitchContext): void {
  const { rules, places, renewed, add } = context;
  const { field, cases } = rule.switch!;
  const at = [path, 'switch', 'field'];
  for (const key of [...WAYS, 'decimals'] as const) {
    if (rule[key] !== undefined) add([path, key], 'cannot be combined with `switch`', 'move it into its cases');
  }
  if (Object.keys(cases).length === 0) add([path, 'switch', 'cases'], 'it has no cases');
  const selector = places.get(field);
  if (selector === undefined) {
    add(at, `unknown field \`${field}\``, suggest(field, [...places.keys()]));
  } else if (listOf(field) !== listOf(path) && listOf(field) !== '') {
    const hint = 'a field of the same item, or outside of lists';
    add(at, `\`${field}\` is in a different list from \`${path}\``, hint);
  } else if (leadsBack(path, rules)) add(at, `\`${path}\` would depend on itself`);
  else if (!selector.some(isSingle)) add(at, `\`${field}\` is not a single value`, innerField(field, places));
  else if (ruleOf(rules, field) === undefined && (renewed.has(field) || selector.some(isRecordTime))) {
    add(at, `\`${field}\` differs in every record`, 'a field of a few values, or one with a rule');
  } else checkCases(field, selector, Object.keys(cases), [path, 'switch', 'cases'], context);
}

function ruleOf(rules: Rules, field: string): FieldRule | undefined {
  return Object.hasOwn(rules, field) ? rules[field] : undefined;
}

/** Whether a field's switch depends on itself through other fields. */
function leadsBack(path: string, rules: Rules): boolean {
  const seen = new Set<string>();
  let at: string | undefined = path;
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    at = ruleOf(rules, at)?.switch?.field;
  }
  return at === path;
}

function isSingle(node: AvroNode): boolean {
  if (node.kind === 'union') return node.branches.some((branch) => branch.kind !== 'null' && isSingle(branch));
  return !['record', 'array', 'map'].includes(node.kind);
}

/** Holds the record time, which neither keys nor pooled bodies depend on. */
function isRecordTime(node: AvroNode): boolean {
  if (node.kind === 'union') return node.branches.some(isRecordTime);
  const time = logicalTime(node);
  return time !== null && recordTime(time) !== undefined;
}

/** Suggests a field inside the record instead. */
function innerField(field: string, places: SwitchContext['places']): string | undefined {
  const inner = [...places.keys()].find((path) => path.startsWith(`${field}.`));
  return inner && `a field in it, as \`${inner}\``;
}

function checkCases(
  field: string,
  selector: readonly AvroNode[],
  cases: readonly string[],
  at: RulePath,
  { rules, weightedFields, add }: SwitchContext,
): void {
  const known = knownValues(
    selector,
    ruleOf(rules, field),
    Object.hasOwn(weightedFields, field) ? weightedFields[field] : undefined,
  );
  for (const name of cases) {
    const isNever = !selector.some((node) => canBe(node, name));
    if (!isNever && (known === undefined || known.includes(name) || isNull(selector, name))) continue;
    const values = selector.map((node) => literal(node, name)).find((value) => value !== undefined);
    const written = isNever && values !== undefined && values !== null ? `as \`${String(values)}\`` : undefined;
    add([...at, name], `it is never \`${name}\``, suggest(name, known ?? []) ?? written);
  }
}

/** The values as they appear in a record; undefined if unknown. */
function knownValues(
  selector: readonly AvroNode[],
  rule: FieldRule | undefined,
  own: Readonly<Record<string, number>> | undefined,
): string[] | undefined {
  const weights = rule?.weighted ?? own;
  if (weights !== undefined) {
    const drawn = Object.keys(weights).filter((value) => weights[value]! > 0);
    return drawn.map((value) =>
      String(selector.map((node) => literal(node, value)).find((each) => each !== undefined)),
    );
  }
  const branches = selector.flatMap((node) => (node.kind === 'union' ? node.branches : [node]));
  const isClosed = branches.every(({ kind }) => ['enum', 'boolean', 'null'].includes(kind));
  if (!isClosed) return undefined;
  return branches.flatMap((node) =>
    node.kind === 'enum' ? node.symbols : node.kind === 'boolean' ? ['true', 'false'] : [],
  );
}

function isNull(selector: readonly AvroNode[], name: string): boolean {
  return (
    name === 'null' &&
    selector.some((node) => node.kind === 'union' && node.branches.some(({ kind }) => kind === 'null'))
  );
}

/** Whether some value of the type reads as the name: numbers without zeros of no account, dates as their days. */
function canBe(node: AvroNode, name: string): boolean {
  if (node.kind === 'union') return node.branches.some((branch) => canBe(branch, name));
  if (!isSingle(node)) return false;
  const isBinary = (node.kind === 'bytes' || node.kind === 'fixed') && node.logical === null;
  if (isBinary) return fits(node, name);
  const value = literal(node, name);
  return value !== undefined && String(value) === name;
}
