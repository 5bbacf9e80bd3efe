/** Describes where a field's values come from. */

import { countOf } from '../../../units.ts';
import type { Distribution, FieldRule, PlainFieldRule } from '../../record-plan.ts';
import { type AvroNode, type FieldNode, logicalOf, logicalTime } from '../reading/avro-node.ts';
import { idWord } from '../values/texts.ts';
import { recordTime } from '../values/times.ts';

export function ruleText(rule: FieldRule): string {
  if (rule.switch === undefined) return plainText(rule);
  const { field, cases, default: other } = rule.switch;
  const caseTexts = Object.entries(cases).map(([name, each]) => `${name}: ${plainText(each)}`);
  return `by \`${field}\`: ${[...caseTexts, ...(other === undefined ? [] : [`else ${plainText(other)}`])].join('; ')}`;
}

function plainText(rule: PlainFieldRule): string {
  const { decimals, nulls } = rule;
  return [
    wayText(rule),
    ...(decimals === undefined ? [] : [digitsText(decimals)]),
    ...(nulls === undefined ? [] : [`${percent(nulls)} null`]),
  ]
    .filter((text) => text !== '')
    .join(', ');
}

function wayText({
  weighted,
  constant,
  range,
  ranges,
  distribution,
  pattern,
  sequence,
  foreignKey,
  length,
}: PlainFieldRule): string {
  if (weighted !== undefined) return `drawn by weights: ${weightsText(Object.entries(weighted))}`;
  if (constant !== undefined) return `always ${JSON.stringify(constant)}`;
  if (range !== undefined) return `from ${range[0]} to ${range[1]}`;
  if (ranges !== undefined) {
    return `ranges by weights: ${weightsText(ranges.map((each) => [each.range.join(' to '), each.weight] as const))}`;
  }
  if (distribution !== undefined) return distributionText(distribution);
  if (pattern !== undefined) return `matches ${pattern}`;
  if (sequence !== undefined) return `counted from ${sequence.start} in steps of ${sequence.step}`;
  if (foreignKey !== undefined)
    return `key of one of the first ${foreignKey.records} records of ${foreignKey.scenario}`;
  return length === undefined ? '' : `length ${length[0]} to ${length[1]}`;
}

function distributionText(distribution: Distribution): string {
  const [[kind, parameters]] = Object.entries(distribution) as [[string, Readonly<Record<string, number>>]];
  const texts = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  return `${kind} (${texts.join(', ')})`;
}

export function digitsText(decimals: number): string {
  return `${countOf(decimals, 'digit')} after the point`;
}

function weightsText(weights: readonly (readonly [string, number])[]): string {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  return weights
    .filter(([, weight]) => weight > 0)
    .map(([value, weight]) => `${value} ${percent(weight / total)}`)
    .join(', ');
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`;
}

/** A field without a rule. @param isOwnId whether it carries the mark. */
export function defaultText({ name, node }: FieldNode, isOwnId: boolean): string {
  return isOwnId
    ? 'the mark: run tag, scenario tag and index; with `mark: none` seed and scenario take the place of the run'
    : (idText(name, node) ?? typeText(node));
}

function idText(name: string, node: AvroNode): string | undefined {
  const word = node.kind === 'string' && node.logical === null ? idWord(name) : undefined;
  return word && `drawn: ${word}- and one of 10,000 numbers`;
}

function typeText(node: AvroNode): string {
  const time = logicalTime(node);
  if (time !== null && recordTime(time) !== undefined) {
    return time === 'date'
      ? 'the day on which the record is due, in UTC'
      : 'when the record is due: start of the run + its place in the schedule';
  }
  switch (node.kind) {
    case 'union':
      return node.branches.some(({ kind }) => kind === 'null')
        ? 'drawn by its type: null one time in ten'
        : 'drawn: the types of the union are equally likely';
    case 'enum':
      return 'drawn: the symbols are equally likely';
    case 'array':
    case 'map':
      return `drawn: up to three ${node.kind === 'array' ? 'items' : 'entries'}`;
    case 'record':
      return 'drawn field by field';
    default:
      return `drawn by its type (${logicalOf(node)?.type ?? node.kind})`;
  }
}
