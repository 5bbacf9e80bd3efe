/** Axes of values that are compared: wide enough to see a difference, never so narrow that noise looks like one. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { describeChange } from '../../compare/change-words.ts';
import { formatCount } from '../../units.ts';
import { type Scale, X_UNITS } from './plot.tsx';

interface Axis {
  /** → 0 … the length that was asked for. */
  readonly scale: Scale;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

/** Values that differ by less get an axis of this width all the same. */
const SPAN_MIN = 0.1;
/** From this factor on values stand on a log axis. */
const LOG_FROM = 8;
const TICKS_MAX = 8;

/**
 * @param values that must be on it.
 * @param range of the scale, in px or X_UNITS.
 */
export function valueAxis(values: readonly number[], range: readonly [number, number] = [0, X_UNITS]): Axis {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  if (values.length === 0) return axisOf(scaleLinear([0, 1], range), []);
  if (min > 0 && max / min >= LOG_FROM) {
    const scale = scaleLog([min / 1.15, max * 1.15], range);
    return axisOf(scale, logTicks(scale.domain() as [number, number]));
  }
  const middle = (min + max) / 2;
  const half = Math.max((max - min) * 0.55, (Math.abs(middle) * SPAN_MIN) / 2, 1e-6);
  const from = min >= 0 ? Math.max(0, middle - half) : middle - half;
  const scale = scaleLinear([from, middle + half], range);
  return axisOf(scale, scale.ticks(5));
}

/** 1, 2 and 5 times the powers of ten; of many powers these alone. */
export function logTicks([from, to]: readonly [number, number]): number[] {
  const ticksOf = (steps: readonly number[]) => {
    const powers = Array.from({ length: 40 }, (_, i) => 10 ** (i - 20));
    return powers
      .flatMap((power) => steps.map((step) => Number((step * power).toPrecision(1))))
      .filter((tick) => from <= tick && tick <= to);
  };
  const fine = ticksOf([1, 2, 5]);
  if (fine.length < 2) return scaleLinear([from, to], [0, 1]).ticks(4);
  return fine.length <= TICKS_MAX ? fine : ticksOf([1]);
}

function axisOf(scale: Scale, ticks: readonly number[]): Axis {
  return { scale, ticks: ticks.map((value) => ({ value, label: formatCount(value, 6) })) };
}

interface Ratio {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Ratios beyond which intervals are cut: those of two runs reach from nothing to a thousandfold. */
const CUT_FROM = Math.log(1.5);

/** A log axis with 1 on it; a tick is the change in words. What is beyond it, down to nothing, stands at its end. */
export function ratioAxis(ratios: readonly Ratio[]): Axis {
  const size = Math.max(0, ...ratios.map(({ ratio }) => Math.abs(Math.log(ratio))));
  const cut = Math.max(2.5 * size, CUT_FROM);
  const ends = ratios.flatMap(({ low, high }) => [low, high]).filter((end) => end > 0 && Number.isFinite(end));
  const logs = [0, ...ends.map((end) => Math.max(-cut, Math.min(cut, Math.log(end))))];
  const [min, max] = [Math.min(...logs), Math.max(...logs)];
  const pad = Math.max(0.06 * (max - min), 0.02);
  const domain = [Math.exp(min - pad), Math.exp(max + pad)] as const;
  const scale = scaleLog(domain, [0, X_UNITS]).clamp(true);
  const ticks = domain[1] / domain[0] < 4 ? changeTicks(domain) : ratioTicks(domain);
  return { scale, ticks: ticks.map((value) => ({ value, label: describeChange(value) })) };
}

/** Changes in equal steps, 0 among them. */
function changeTicks([from, to]: readonly [number, number]): number[] {
  const step = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5].find((each) => (to - from) / each <= 7) ?? 1;
  const first = Math.ceil((from - 1) / step);
  const count = Math.floor((to - 1) / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number((1 + (first + i) * step).toFixed(6)));
}

function ratioTicks(domain: readonly [number, number]): number[] {
  // What is left of less is -100 % in words.
  return [...new Set([...logTicks(domain), 1])].filter((tick) => tick >= 0.01).sort((a, b) => a - b);
}

/** @param values that must be on it; those of 0 or less are not. */
export function logAxis(values: readonly number[], range: readonly [number, number]): Axis {
  const positive = values.filter((value) => value > 0);
  const [min, max] = positive.length === 0 ? [1, 10] : [Math.min(...positive), Math.max(...positive)];
  const scale = scaleLog([min / 1.3, max * 1.3], range);
  return axisOf(scale, logTicks(scale.domain() as [number, number]));
}
