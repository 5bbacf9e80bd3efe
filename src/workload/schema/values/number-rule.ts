/** Numbers of a field by its rule, or by its type if it has none. */
import type { PlainFieldRule, RangeBounds } from '../../record-plan.ts';
import { type AvroNode, LOGICAL_TIMES, logicalOf, logicalTime } from '../reading/avro-node.ts';
import { limitsOf, openDistribution } from './distribution.ts';
import type { Moment } from './draws.ts';
import { type Draws, openChoices } from './draws.ts';
import type { Span } from './numbers.ts';
import { DECIMAL_DIGITS_MAX, timeValue } from './plain-value.ts';

export interface NumberSource extends Span {
  draw(draw: number): number;
}

const DAY_MS = 86_400_000;
const INT: Span = { min: -(2 ** 31), max: 2 ** 31 - 1, decimals: 0 };
const LONG: Span = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, decimals: 0 };
const FLOAT_MAX = 3.4028234663852886e38;
const FLOAT: Span = { min: -FLOAT_MAX, max: FLOAT_MAX, decimals: null };
const DOUBLE: Span = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE, decimals: null };

/** The range of numbers that a type holds exactly, or null. Text holds numbers as digits. */
export function spanOf(node: AvroNode): Span | null {
  const logical = logicalOf(node);
  if (logical?.type === 'decimal') {
    const max = (10 ** Math.min(logical.precision, DECIMAL_DIGITS_MAX) - 1) / 10 ** logical.scale;
    return { min: -max, max, decimals: logical.scale };
  }
  const time = logicalTime(node);
  if (time?.startsWith('time-')) return { min: 0, max: DAY_MS * LOGICAL_TIMES[time].unitsPerMs - 1, decimals: 0 };
  if (node.kind === 'int') return INT;
  if (node.kind === 'long' || (node.kind === 'string' && logical === null)) return LONG;
  if (node.kind === 'float') return FLOAT;
  return node.kind === 'double' ? DOUBLE : null;
}

/** Numbers without a rule: up to a million, up to 1000.00, a time of day. */
function defaultRange(node: AvroNode, span: Span): Span {
  if (logicalTime(node) !== null) return span;
  if (span.decimals === 0) return { min: 0, max: Math.min(span.max, 999_999), decimals: 0 };
  return { min: 0, max: Math.min(span.max, 1000), decimals: span.decimals ?? 2 };
}

/** @param exact whether weights of ranges are exact over a pool. */
export function openNumbers(
  node: AvroNode,
  span: Span,
  rule: PlainFieldRule,
  at: { readonly draws: Draws; readonly path: string; readonly exact: boolean; readonly moment: Moment },
): NumberSource {
  const { draws, path } = at;
  const decimals = rule.decimals ?? span.decimals;
  if (rule.sequence !== undefined) return sequence(rule.sequence, { ...span, decimals }, at.moment);
  if (rule.distribution !== undefined) {
    const limits = { ...limitsOf(rule.distribution, span), decimals };
    const draw = openDistribution(rule.distribution, limits, draws.seed, ...draws.names(path, 'number'));
    return { ...limits, draw: (i) => rounded(draw(i), limits) };
  }
  if (rule.ranges !== undefined) {
    const spans = rule.ranges.map(({ range }) => rangeSpan(node, range, decimals));
    const weights = Object.fromEntries(rule.ranges.map(({ weight }, i) => [i, weight]));
    const choices = openChoices(draws, weights, path, at.exact);
    const picked = choices.values.map((i) => fromUnit(spans[Number(i)]!));
    return {
      min: Math.min(...spans.map(({ min }) => min)),
      max: Math.max(...spans.map(({ max }) => max)),
      decimals,
      draw: (i) => {
        const choice = choices.choose(i);
        return picked[choice]!(choices.within(choice, i));
      },
    };
  }
  const range = rule.range === undefined ? defaultRange(node, span) : rangeSpan(node, rule.range, decimals);
  const [rng, draw] = [draws.rng(path, 'number'), fromUnit(range)];
  return { ...range, draw: (i) => draw(rng.uniform(i)) };
}

function rangeSpan(node: AvroNode, [from, to]: RangeBounds, decimals: number | null): Span {
  return { min: boundOf(node, from)!, max: boundOf(node, to)!, decimals };
}

/** A bound in the field's unit; undefined if it is not valid. */
export function boundOf(node: AvroNode, bound: number | string): number | undefined {
  return typeof bound === 'number' ? bound : timeValue(node, bound);
}

/** Uniform numbers from min to max, both included. */
function fromUnit({ min, max, decimals }: Span): (unit: number) => number {
  if (decimals === null) return (unit) => min + unit * (max - min);
  const scale = 10 ** decimals;
  // Round inwards: 0.004…0.016 in hundredths contains only 0.01.
  const first = Math.ceil(min * scale - 1e-6);
  const steps = Math.floor(max * scale + 1e-6) - first + 1;
  if (decimals === 0) return (unit) => Math.min(first + Math.floor(unit * steps), max);
  return (unit) => (first + Math.floor(unit * steps)) / scale;
}

/** Rounds to the field's decimals within its limits. */
function rounded(value: number, { min, max, decimals }: Span): number {
  const within = Math.min(max, Math.max(min, value));
  if (decimals === null) return within;
  const scale = 10 ** decimals;
  if (Math.abs(within * scale) > Number.MAX_SAFE_INTEGER) return within;
  const step = Math.min(
    Math.floor(max * scale + 1e-6),
    Math.max(Math.ceil(min * scale - 1e-6), Math.round(within * scale)),
  );
  // Adding 0 turns -0, which JSON lacks, into 0.
  return step / scale + 0;
}

/** Counts records, or items in a list, in steps of the last decimal; wraps around at the type's max. */
function sequence(
  { start, step }: { readonly start: number; readonly step: number },
  { min, max, decimals }: Span,
  moment: Moment,
): NumberSource {
  // Integers stay integers even if the field has decimals.
  const digits = Number.isInteger(start) && Number.isInteger(step) ? 0 : decimals;
  const unit = 10 ** (digits ?? 0);
  const units = (value: number): number => (digits === null ? value : Math.round(value * unit));
  const [first, by] = [units(start), units(step)];
  const low = digits === null ? min : Math.ceil(min * unit - 1e-6);
  const high = digits === null ? max : Math.floor(max * unit + 1e-6);
  const size = high - low + 1;
  const wrap = (value: number): number =>
    value <= high && value >= low ? value : low + ((((value - low) % size) + size) % size);
  return {
    min,
    max,
    decimals: digits,
    draw: () => wrap(first + by * (moment.item < 0 ? moment.body : moment.item)) / unit,
  };
}
