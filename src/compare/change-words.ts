/** Changes and figures in words. */
import type { Percentile } from '../recorder/histogram.ts';
import type { MetricUnit } from '../threshold-grammar.ts';
import { formatCount } from '../units.ts';

/** From here on a change is a factor: nobody reads +1,250 %. */
const FACTOR_MIN = 4;

/** The interval of two runs that differ much ends at any number. */
const FACTOR_MAX = 1e6;

/** `+6.5 %`, `-12 %`, `×5.2` */
export function describeChange(ratio: number): string {
  if (ratio > FACTOR_MAX) return `more than ×${formatCount(FACTOR_MAX)}`;
  if (ratio >= FACTOR_MIN) return `×${formatCount(ratio, ratio < 10 ? 1 : 0)}`;
  const change = ratio - 1;
  const text = formatPercent(Math.abs(change));
  return text === '0 %' ? text : `${change < 0 ? '-' : '+'}${text}`;
}

/** `+2.1 to +11 %` */
export function describeInterval({ low, high }: { readonly low: number; readonly high: number }): string {
  const [from, to] = [describeChange(low), describeChange(high)];
  return to.endsWith(' %') ? `${from.replace(/ %$/, '')} to ${to}` : `${from} to ${to}`;
}

/** Two significant digits below 10 %: `0.35 %`, `6.5 %`, `12 %`. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const digits = percent < 1 ? 2 : percent < 10 ? 1 : 0;
  return `${formatCount(percent, digits)} %`;
}

/** `12.3 ms`, `5,002/s`, `1.24 x`, `0.1 %` */
export function describeFigure(unit: MetricUnit, value: number): string {
  if (unit === 'share') return formatPercent(value);
  if (unit === 'messages') return formatCount(value, value < 10 ? 1 : 0);
  const text = formatSignificant(value);
  if (unit === 'probability') return text;
  return unit === '/s' ? `${text}/s` : `${text} ${unit}`;
}

/** `–` where nothing was measured, `> 812 ms` where it fell among messages without a latency. */
export function describeValue(unit: MetricUnit, value: Percentile | null): string {
  if (value === null) return '–';
  return typeof value === 'number' ? describeFigure(unit, value) : `> ${describeFigure(unit, value.atLeast)}`;
}

/** Three significant digits, or all in front of the point from four on. */
function formatSignificant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  return formatCount(value, size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0);
}
