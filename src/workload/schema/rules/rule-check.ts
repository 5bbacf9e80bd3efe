/** Checks `fields:` rules against the types of a schema; reports every problem with its place. */

import { suggest } from '../../../nearest.ts';
import type { FieldRule, PlainFieldRule } from '../../record-plan.ts';
import { type AvroNode, describeNode, type RecordNode } from '../reading/avro-node.ts';
import { spanOf } from '../values/number-rule.ts';
import { patternProblem } from '../values/pattern.ts';
import { literal } from '../values/plain-value.ts';
import { checkNumbers } from './number-check.ts';
import type { AddProblem, RulePath, RuleProblem } from './rule-fit.ts';
import { constantAncestor, misfits, placesOf, takesRule, WAYS } from './rule-fit.ts';
import { checkSwitch } from './switch-check.ts';
import { whyNoValue } from './value-hint.ts';

interface Workload {
  /** For messages. */
  readonly name: string;
  /** Values of the fields that the workload weights itself; their types do not list them. */
  readonly weightedFields?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Fields that differ in every record (`renewedFields`); computed on demand. */
  readonly renewed?: () => ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export function checkRules(
  root: RecordNode,
  rules: Readonly<Record<string, FieldRule>>,
  { name, weightedFields = {}, renewed = () => NONE }: Workload,
): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const add: AddProblem = (at, message, hint) => problems.push({ at, message, ...(hint !== undefined && { hint }) });
  const places = placesOf(root);
  for (const [field, rule] of Object.entries(rules)) {
    const nodes = places.get(field);
    if (nodes === undefined) {
      add([field], `\`${name}\` has no field \`${field}\``, suggest(field, [...places.keys()]));
      continue;
    }
    const whole = constantAncestor(rules, field);
    if (whole !== undefined) add([field], `has no effect: it is part of the constant \`${whole}\``, 'keep one');
    if (rule.switch === undefined) checkRule(nodes, rule, [field], add);
    else {
      checkSwitch(field, rule, { rules, places, weightedFields, renewed: renewed(), add });
      if (rule.nulls !== undefined) checkNulls(nodes, [field], add);
      for (const [at, each] of rulesOfSwitch(field, rule.switch)) checkRule(nodes, each, at, add);
    }
  }
  return problems;
}

function rulesOfSwitch(
  field: string,
  { cases, default: other }: NonNullable<FieldRule['switch']>,
): (readonly [RulePath, PlainFieldRule])[] {
  const selected = Object.entries(cases).map(([name, rule]) => [[field, 'switch', 'cases', name], rule] as const);
  return other === undefined ? selected : [...selected, [[field, 'switch', 'default'], other]];
}

function checkRule(nodes: readonly AvroNode[], rule: PlainFieldRule, at: RulePath, add: AddProblem): void {
  const ways = WAYS.filter((way) => rule[way] !== undefined);
  if (Object.keys(rule).length === 0) add(at, 'the rule is empty', `one of ${WAYS.join(', ')}`);
  if (ways.length > 1) add(at, `there are several ways to a value: ${ways.join(', ')}`, 'keep one');
  const [written] = ways.filter((way) => WITHOUT_DECIMALS.includes(way));
  if (rule.decimals !== undefined && written !== undefined) {
    add([...at, 'decimals'], `has no effect on \`${written}\``, 'leave it out');
  }
  if (rule.nulls !== undefined) checkNulls(nodes, at, add);
  for (const node of nodes) {
    const branches = node.kind === 'union' ? node.branches : [node];
    const type = branches.find((branch) => takesRule(branch, rule));
    if (type !== undefined) checkValues(type, node, rule, at, add);
    else {
      const typed = branches.find(({ kind }) => kind !== 'null') ?? node;
      for (const { kind, what } of misfits(typed, rule)) {
        add([...at, kind], `is for ${what}, and the field is ${describeNode(node)}`);
      }
    }
  }
}

/** Rules whose values are used as written. */
const WITHOUT_DECIMALS: readonly string[] = ['weighted', 'constant', 'foreignKey'];

function checkNulls(nodes: readonly AvroNode[], at: RulePath, add: AddProblem): void {
  const mayBeNull = (node: AvroNode) => node.kind === 'union' && node.branches.some(({ kind }) => kind === 'null');
  if (!nodes.every(mayBeNull)) add([...at, 'nulls'], 'the field is not a union with null');
}

function checkValues(type: AvroNode, whole: AvroNode, rule: PlainFieldRule, at: RulePath, add: AddProblem): void {
  const span = spanOf(type);
  if (rule.weighted !== undefined) checkWeighted(whole, rule.weighted, [...at, 'weighted'], add);
  if (rule.constant !== undefined && literal(whole, rule.constant) === undefined) {
    const message = `${JSON.stringify(rule.constant)} is not a value of ${describeNode(whole)}`;
    add([...at, 'constant'], message, whyNoValue(whole, rule.constant));
  }
  if (span !== null) checkNumbers(type, span, rule, at, add);
  const pattern = rule.pattern === undefined ? undefined : patternProblem(rule.pattern);
  if (pattern !== undefined) add([...at, 'pattern'], pattern.message, pattern.hint);
  if (rule.length !== undefined && rule.length[0] > rule.length[1]) {
    add([...at, 'length'], `${rule.length[0]} is more than ${rule.length[1]}`);
  }
}

function checkWeighted(
  node: AvroNode,
  weighted: Readonly<Record<string, number>>,
  at: RulePath,
  add: AddProblem,
): void {
  for (const value of Object.keys(weighted)) {
    if (literal(node, value) !== undefined) continue;
    add([...at, value], `\`${value}\` is not a value of ${describeNode(node)}`, whyNoValue(node, value));
  }
  if (!Object.values(weighted).some((weight) => weight > 0)) add(at, 'at least one weight must be greater than 0');
}
