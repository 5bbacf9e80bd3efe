/** Checks the numbers of a rule against the field's type. */
import type { PlainFieldRule, RangeBounds } from '../../record-plan.ts';
import { type AvroNode, describeNode, logicalTime } from '../reading/avro-node.ts';
import { boundsOf, shareWithin } from '../values/distribution.ts';
import { boundOf } from '../values/number-rule.ts';
import type { Span } from '../values/numbers.ts';
import type { AddProblem, RulePath } from './rule-fit.ts';
import { digitsText } from './rule-text.ts';

/** @param type not a union; `span` is its range of numbers. */
export function checkNumbers(type: AvroNode, span: Span, rule: PlainFieldRule, at: RulePath, add: AddProblem): void {
  const { range, ranges, distribution, sequence, decimals } = rule;
  const limits = { ...span, decimals: decimals ?? span.decimals };
  if (decimals !== undefined && span.decimals !== null && decimals > span.decimals) {
    add([...at, 'decimals'], `the field has ${digitsText(span.decimals)}`);
  }
  if (range !== undefined) checkRange(type, limits, range, [...at, 'range'], add);
  for (const [i, each] of (ranges ?? []).entries()) {
    checkRange(type, limits, each.range, [...at, 'ranges', i, 'range'], add);
  }
  if (ranges !== undefined && !ranges.some(({ weight }) => weight > 0)) {
    add([...at, 'ranges'], 'at least one weight must be greater than 0');
  }
  if (sequence !== undefined) checkSequence(type, limits, sequence, [...at, 'sequence'], add);
  if (distribution !== undefined) {
    const [kind] = Object.keys(distribution);
    checkDistribution(type, limits, distribution, [...at, 'distribution', kind!], add);
  }
}

function checkSequence(
  type: AvroNode,
  span: Span,
  { start, step }: NonNullable<PlainFieldRule['sequence']>,
  at: RulePath,
  add: AddProblem,
): void {
  const { decimals } = span;
  if (decimals !== null && !(hasDigits(start, decimals) && hasDigits(step, decimals))) {
    const what = decimals === 0 ? 'whole numbers' : digitsText(decimals);
    add(at, `${describeNode(type)} takes ${what}`);
  }
  if (start < span.min || start > span.max) add([...at, 'start'], outside(type, span));
}

/** Tolerates rounding: 0.07 · 100 is slightly more than 7. */
function hasDigits(value: number, decimals: number): boolean {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale === value;
}

/** Below this share too few distinct numbers remain: quantiles in a far tail are coarse. */
const SHARE_MIN = 0.001;

function checkDistribution(
  type: AvroNode,
  span: Span,
  distribution: NonNullable<PlainFieldRule['distribution']>,
  at: RulePath,
  add: AddProblem,
): void {
  const { min = -Infinity, max = Infinity } = boundsOf(distribution);
  const isOutside = min > span.max || max < span.min || ('zipf' in distribution && max > span.max);
  if (min > max) add(at, `min ${min} is more than max ${max}`);
  else if (isOutside) add(at, outside(type, span));
  else if (isEmpty(min, max, span.decimals)) add(at, emptyText(span.decimals!));
  else if (shareWithin(distribution) < SHARE_MIN) {
    const percent = Math.round(shareWithin(distribution) * 100_000) / 1000;
    add(at, `only ${percent} % of it lies between min and max`, 'move the bounds, or the distribution');
  } else if (shareWithin(distribution, span) < SHARE_MIN) {
    add(at, `hardly any of it fits: ${outside(type, span)}`);
  }
}

function checkRange(type: AvroNode, limits: Span, [from, to]: RangeBounds, at: RulePath, add: AddProblem): void {
  const [min, max] = [boundOf(type, from), boundOf(type, to)];
  const time = logicalTime(type);
  const example = time?.startsWith('time-') ? '08:30' : '2026-01-31';
  const expected = time === null ? 'a number' : `a number or ISO 8601, as ${example}`;
  for (const [i, bound] of [min, max].entries()) {
    if (bound === undefined) add([...at, i], `expected ${expected}, not \`${[from, to][i]}\``);
  }
  if (min === undefined || max === undefined) return;
  if (min > max) add(at, `${from} is more than ${to}`);
  else if (min < limits.min || max > limits.max) add(at, outside(type, limits));
  else if (isEmpty(min, max, limits.decimals)) add(at, emptyText(limits.decimals!));
}

/** Whether the range contains no number with this many decimals. */
function isEmpty(from: number, to: number, decimals: number | null): boolean {
  const scale = 10 ** (decimals ?? 0);
  return decimals !== null && Math.ceil(from * scale - 1e-6) > Math.floor(to * scale + 1e-6);
}

function emptyText(decimals: number): string {
  return decimals === 0 ? 'it contains no whole number' : `it contains no number with ${digitsText(decimals)}`;
}

function outside(type: AvroNode, { min, max }: Span): string {
  return `${describeNode(type)} holds numbers from ${min} to ${max}`;
}
