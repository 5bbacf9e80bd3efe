/** Numbers of a field by its rule, or by its type where there is none. */
import type { PlainFieldRule, RangeBounds } from '../../../profile/profile.ts';
import { type AvroNode, LOGICAL_TIMES, logicalOf, logicalTime } from '../reading/avro-node.ts';
import { limitsOf, openDistribution } from './distribution.ts';
import { type Draws, openChoices } from './draws.ts';
import type { Moment } from './moment.ts';
import type { Span } from './numbers.ts';
import { DECIMAL_DIGITS_MAX, timeValue } from './plain-value.ts';

export interface NumberSource extends Span {
  draw(draw: number): number;
}

const DAY_MS = 86_400_000;
const INT: Span = { least: -(2 ** 31), most: 2 ** 31 - 1, decimals: 0 };
const LONG: Span = { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER, decimals: 0 };
const FLOAT_MAX = 3.4028234663852886e38;
const FLOAT: Span = { least: -FLOAT_MAX, most: FLOAT_MAX, decimals: null };
const DOUBLE: Span = { least: -Number.MAX_VALUE, most: Number.MAX_VALUE, decimals: null };

/** The numbers that a type can hold exactly; null: it holds none. Text holds numbers as their digits. */
export function spanOf(node: AvroNode): Span | null {
  const logical = logicalOf(node);
  if (logical?.type === 'decimal') {
    const most = (10 ** Math.min(logical.precision, DECIMAL_DIGITS_MAX) - 1) / 10 ** logical.scale;
    return { least: -most, most, decimals: logical.scale };
  }
  const time = logicalTime(node);
  if (time?.startsWith('time-')) return { least: 0, most: DAY_MS * LOGICAL_TIMES[time].unitsPerMs - 1, decimals: 0 };
  if (node.kind === 'int') return INT;
  if (node.kind === 'long' || (node.kind === 'string' && logical === null)) return LONG;
  if (node.kind === 'float') return FLOAT;
  return node.kind === 'double' ? DOUBLE : null;
}

/** What a number is when no rule says: up to a million, up to 1000.00, a time of the day. */
function defaultRange(node: AvroNode, span: Span): Span {
  if (logicalTime(node) !== null) return span;
  if (span.decimals === 0) return { least: 0, most: Math.min(span.most, 999_999), decimals: 0 };
  return { least: 0, most: Math.min(span.most, 1000), decimals: span.decimals ?? 2 };
}

/** @param exact whether weights of ranges are to be met over a pool. */
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
      least: Math.min(...spans.map(({ least }) => least)),
      most: Math.max(...spans.map(({ most }) => most)),
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
  return { least: boundOf(node, from)!, most: boundOf(node, to)!, decimals };
}

/** A bound as a number of the field's unit; undefined when it is none. */
export function boundOf(node: AvroNode, bound: number | string): number | undefined {
  return typeof bound === 'number' ? bound : timeValue(node, bound);
}

/** Equally likely numbers from least to most, both included. */
function fromUnit({ least, most, decimals }: Span): (unit: number) => number {
  if (decimals === null) return (unit) => least + unit * (most - least);
  const scale = 10 ** decimals;
  // What lies between two steps is not in the range: 0.004…0.016 in hundredths is 0.01 alone.
  const first = Math.ceil(least * scale - 1e-6);
  const steps = Math.floor(most * scale + 1e-6) - first + 1;
  if (decimals === 0) return (unit) => Math.min(first + Math.floor(unit * steps), most);
  return (unit) => (first + Math.floor(unit * steps)) / scale;
}

/** To the field's digits, and never out of its limits for it. */
function rounded(value: number, { least, most, decimals }: Span): number {
  const within = Math.min(most, Math.max(least, value));
  if (decimals === null) return within;
  const scale = 10 ** decimals;
  if (Math.abs(within * scale) > Number.MAX_SAFE_INTEGER) return within;
  const step = Math.min(
    Math.floor(most * scale + 1e-6),
    Math.max(Math.ceil(least * scale - 1e-6), Math.round(within * scale)),
  );
  // Adding nothing makes a 0 of -0, which JSON does not know.
  return step / scale + 0;
}

/** Counts records, or in a list its items, in steps of the last digit where there is one; starts over where the type ends. */
function sequence(
  { start, step }: { readonly start: number; readonly step: number },
  { least, most, decimals }: Span,
  moment: Moment,
): NumberSource {
  // Whole numbers stay whole where the field has digits.
  const digits = Number.isInteger(start) && Number.isInteger(step) ? 0 : decimals;
  const unit = 10 ** (digits ?? 0);
  const units = (value: number): number => (digits === null ? value : Math.round(value * unit));
  const [first, by] = [units(start), units(step)];
  const low = digits === null ? least : Math.ceil(least * unit - 1e-6);
  const high = digits === null ? most : Math.floor(most * unit + 1e-6);
  const size = high - low + 1;
  const wrap = (value: number): number =>
    value <= high && value >= low ? value : low + ((((value - low) % size) + size) % size);
  return {
    least,
    most,
    decimals: digits,
    draw: () => wrap(first + by * (moment.item < 0 ? moment.body : moment.item)) / unit,
  };
}
