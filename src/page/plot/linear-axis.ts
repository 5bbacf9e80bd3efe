/** An axis from 0, with room above the greatest value, so that a line there is seen. */
import { scaleLinear } from 'd3-scale';
import { formatCount } from '../../units.ts';
import type { Scale } from './plot.tsx';

export interface LinearAxis {
  readonly y: Scale;
  readonly yTicks: readonly { readonly value: number; readonly label: string }[];
}

const HEADROOM = 1.06;

/** @param ticks about as many; counts have no ticks between whole numbers. */
export function linearAxis(highest: number, height: number, ticks: number): LinearAxis {
  const y = scaleLinear([0, (highest > 0 ? highest : 1) * HEADROOM], [height, 0]).clamp(true);
  const values = y.ticks(ticks).filter(Number.isInteger);
  // `2.5M`: there is room for six digits.
  const label = (value: number) => (highest < 1e6 ? formatCount(value) : `${formatCount(value / 1e6, 2)}M`);
  return { y, yTicks: values.map((value) => ({ value, label: value === 0 ? '0' : label(value) })) };
}
