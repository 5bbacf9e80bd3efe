/** Whether the rules of `fields:` can be met by the types of a schema: everything that is wrong, each with its place. */
import type { Problem } from '../../errors.ts';
import { suggest } from '../../nearest.ts';
import type { FieldRule, PlainFieldRule, RangeBounds } from '../../profile/profile.ts';
import { type AvroNode, describeNode, logicalTime, type RecordNode } from './avro-node.ts';
import { boundsOf, shareWithin } from './distribution.ts';
import { boundOf, spanOf } from './number-rule.ts';
import type { Span } from './numbers.ts';
import { patternProblem } from './pattern.ts';
import { literal } from './plain-value.ts';
import { listOf, misfits, placesOf, takesRule, WAYS } from './rule-fit.ts';

/** `at`: the steps below `fields`, the field first. */
export interface RuleProblem extends Pick<Problem, 'message' | 'hint'> {
  readonly at: readonly (string | number)[];
}

type Add = (at: readonly (string | number)[], message: string, hint?: string) => void;

/** @param name of the workload, for messages. */
export function checkRules(root: RecordNode, rules: Readonly<Record<string, FieldRule>>, name: string): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const add: Add = (at, message, hint) => problems.push({ at, message, ...(hint !== undefined && { hint }) });
  const places = placesOf(root);
  for (const [field, rule] of Object.entries(rules)) {
    const nodes = places.get(field);
    if (nodes === undefined) {
      add([field], `\`${name}\` has no field \`${field}\``, suggest(field, [...places.keys()]));
      continue;
    }
    if (rule.switch === undefined) checkRule(nodes, rule, [field], add);
    else checkSwitch(nodes, rule, field, { rules, places, add });
  }
  return problems;
}

interface SwitchContext {
  readonly rules: Readonly<Record<string, FieldRule>>;
  readonly places: ReadonlyMap<string, readonly AvroNode[]>;
  readonly add: Add;
}

function checkSwitch(nodes: readonly AvroNode[], rule: FieldRule, path: string, context: SwitchContext): void {
  const { rules, places, add } = context;
  const { field, cases, default: other } = rule.switch!;
  const at = [path, 'switch'];
  for (const way of WAYS)
    if (rule[way] !== undefined) add([path, way], `stands beside \`switch\``, 'put it under its cases');
  const selector = places.get(field);
  if (selector === undefined)
    add([...at, 'field'], `there is no field \`${field}\``, suggest(field, [...places.keys()]));
  else if (listOf(field) !== listOf(path) && listOf(field) !== '') {
    add(
      [...at, 'field'],
      `\`${field}\` is in another list than \`${path}\``,
      'a field of the same item, or outside of lists',
    );
  } else if (leadsBack(path, rules)) add([...at, 'field'], `\`${path}\` would depend on itself`);
  else checkCases(selector, rules[field], Object.keys(cases), [...at, 'cases'], add);
  for (const [name, each] of Object.entries(cases)) checkRule(nodes, each, [...at, 'cases', name], add);
  if (other !== undefined) checkRule(nodes, other, [...at, 'default'], add);
}

/** Whether one field's switch leads over others to itself. */
function leadsBack(path: string, rules: SwitchContext['rules']): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = path; at !== undefined && !seen.has(at); at = rules[at]?.switch?.field) {
    seen.add(at);
    if (rules[at]?.switch?.field === path) return true;
  }
  return false;
}

/** Where it is known what the other field can be. */
function checkCases(
  selector: readonly AvroNode[],
  rule: FieldRule | undefined,
  cases: readonly string[],
  at: readonly (string | number)[],
  add: Add,
): void {
  const symbols = selector.flatMap((node) => (node.kind === 'enum' ? node.symbols : []));
  const known = rule?.weighted !== undefined ? Object.keys(rule.weighted) : symbols;
  if (cases.length === 0) add(at, 'there is no case');
  if (known.length === 0) return;
  for (const name of cases) {
    if (!known.includes(name) && name !== 'null') add([...at, name], `it never is \`${name}\``, suggest(name, known));
  }
}

function checkRule(nodes: readonly AvroNode[], rule: PlainFieldRule, at: readonly (string | number)[], add: Add): void {
  const ways = WAYS.filter((way) => rule[way] !== undefined);
  if (Object.keys(rule).length === 0) add(at, 'the rule says nothing', `one of ${WAYS.join(', ')}`);
  if (ways.length > 1) add(at, `there are several ways to a value: ${ways.join(', ')}`, 'keep one');
  for (const node of nodes) {
    const branches = node.kind === 'union' ? node.branches : [node];
    if (rule.nulls !== undefined && (node.kind !== 'union' || branches.every(({ kind }) => kind !== 'null'))) {
      add([...at, 'nulls'], 'the field is no union with null');
    }
    const { nulls, ...values } = rule;
    const type = branches.find((branch) => takesRule(branch, values));
    if (type !== undefined) checkValues(type, node, rule, at, add);
    else {
      const typed = branches.find(({ kind }) => kind !== 'null') ?? node;
      for (const { kind, what } of misfits(typed, values)) {
        add([...at, kind], `is for ${what}, and the field is ${describeNode(node)}`);
      }
    }
  }
}

function checkValues(
  type: AvroNode,
  whole: AvroNode,
  rule: PlainFieldRule,
  at: readonly (string | number)[],
  add: Add,
): void {
  const span = spanOf(type);
  const inside = (...steps: (string | number)[]) => [...at, ...steps];
  if (rule.weighted !== undefined) checkWeighted(whole, rule.weighted, inside('weighted'), add);
  if (rule.constant !== undefined && literal(whole, rule.constant) === undefined) {
    const message = `${JSON.stringify(rule.constant)} is no value of ${describeNode(whole)}`;
    add(inside('constant'), message, valueHint(whole, String(rule.constant)));
  }
  if (span !== null) checkNumbers(type, span, rule, at, add);
  const pattern = rule.pattern === undefined ? undefined : patternProblem(rule.pattern);
  if (pattern !== undefined) add(inside('pattern'), pattern.message, pattern.hint);
  if (rule.length !== undefined && rule.length[0] > rule.length[1]) {
    add(inside('length'), `${rule.length[0]} is more than ${rule.length[1]}`);
  }
}

function checkWeighted(
  node: AvroNode,
  weighted: Readonly<Record<string, number>>,
  at: readonly (string | number)[],
  add: Add,
): void {
  for (const value of Object.keys(weighted)) {
    if (literal(node, value) !== undefined) continue;
    add([...at, value], `\`${value}\` is no value of ${describeNode(node)}`, valueHint(node, value));
  }
  if (!Object.values(weighted).some((weight) => weight > 0)) add(at, 'one weight at least must be greater than 0');
}

/** What a value could be: the nearest symbol, or the length that it has to have. */
function valueHint(node: AvroNode, value: string): string | undefined {
  const branches = node.kind === 'union' ? node.branches : [node];
  const fixed = branches.find((each) => each.kind === 'fixed');
  if (fixed?.kind === 'fixed' && fixed.logical === null) {
    return `it has ${fixed.size} bytes, not ${Buffer.byteLength(value)}`;
  }
  return suggest(
    value,
    branches.flatMap((each) => (each.kind === 'enum' ? each.symbols : [])),
  );
}

function checkNumbers(
  type: AvroNode,
  span: Span,
  rule: PlainFieldRule,
  at: readonly (string | number)[],
  add: Add,
): void {
  const { range, ranges, distribution, sequence, decimals } = rule;
  const limits = { ...span, decimals: decimals ?? span.decimals };
  if (decimals !== undefined && span.decimals !== null && decimals > span.decimals) {
    add([...at, 'decimals'], `the field has ${span.decimals} digits behind the point`);
  }
  if (range !== undefined) checkRange(type, limits, range, [...at, 'range'], add);
  for (const [i, each] of (ranges ?? []).entries())
    checkRange(type, limits, each.range, [...at, 'ranges', i, 'range'], add);
  if (ranges !== undefined && !ranges.some(({ weight }) => weight > 0)) {
    add([...at, 'ranges'], 'one weight at least must be greater than 0');
  }
  if (
    sequence !== undefined &&
    span.decimals === 0 &&
    !(Number.isInteger(sequence.start) && Number.isInteger(sequence.step))
  ) {
    add([...at, 'sequence'], `${describeNode(type)} takes whole numbers`);
  }
  if (sequence !== undefined && (sequence.start < span.least || sequence.start > span.most)) {
    add([...at, 'sequence', 'start'], outside(type, span));
  }
  if (distribution === undefined) return;
  const [kind] = Object.keys(distribution);
  const { min = -Infinity, max = Infinity } = boundsOf(distribution);
  const isOutside = min > span.most || max < span.least || ('zipf' in distribution && max > span.most);
  if (min > max) add([...at, 'distribution', kind!], `min ${min} is more than max ${max}`);
  else if (isOutside) add([...at, 'distribution', kind!], outside(type, span));
  else if (shareWithin(distribution, span) < SHARE_MIN) {
    if (shareWithin(distribution) >= SHARE_MIN) {
      add([...at, 'distribution', kind!], `hardly any of it fits: ${outside(type, span)}`);
      return;
    }
    const percent = Math.round(shareWithin(distribution) * 100_000) / 1000;
    add(
      [...at, 'distribution', kind!],
      `only ${percent} % of it lies between min and max`,
      'move the bounds, or the distribution',
    );
  }
}

/** With less, there are too few numbers left to tell apart: the quantiles of a far tail are coarse. */
const SHARE_MIN = 0.001;

function checkRange(
  type: AvroNode,
  limits: Span,
  [from, to]: RangeBounds,
  at: readonly (string | number)[],
  add: Add,
): void {
  const [least, most] = [boundOf(type, from), boundOf(type, to)];
  const time = logicalTime(type);
  const example = time?.startsWith('time-') ? '08:30' : '2026-01-31';
  const expected = time === null ? 'a number' : `a number or ISO 8601, as ${example}`;
  for (const [i, bound] of [least, most].entries()) {
    if (bound === undefined) add([...at, i], `expected ${expected}, not \`${[from, to][i]}\``);
  }
  if (least === undefined || most === undefined) return;
  if (least > most) add(at, `${from} is more than ${to}`);
  else if (least < limits.least || most > limits.most) add(at, outside(type, limits));
  else if (limits.decimals !== null) {
    const scale = 10 ** limits.decimals;
    const isEmpty = Math.ceil(least * scale - 1e-6) > Math.floor(most * scale + 1e-6);
    if (isEmpty)
      add(
        at,
        limits.decimals === 0 ? 'there is no whole number in it' : `no number with ${limits.decimals} digits is in it`,
      );
  }
}

function outside(type: AvroNode, { least, most }: Span): string {
  return `${describeNode(type)} holds numbers from ${least} to ${most}`;
}
