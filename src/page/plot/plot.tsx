/**
 * The axes of a chart, and what is drawn between them. The plot stretches to the width of the page, and text, dots and
 * lines keep their size:
 *
 *     svg.plot   between the axes: x is in %, y in px: ticks and labels (outside by their offsets), dots
 *     └ svg.area     below the title of the y axis
 *       └ svg.stretch    x is 0 … X_UNITS, y in px, stretched: lines, shades
 */
import type { ScaleContinuousNumeric } from 'd3-scale';
import type { ComponentChildren } from 'preact';

/** Width of the stretched drawing. */
export const X_UNITS = 1_000;

export type Scale = ScaleContinuousNumeric<number, number>;

interface AxisTick {
  readonly value: number;
  readonly label: string;
  /** Left out on a phone; by default every other one. */
  readonly isMinor?: boolean;
}

interface PlotProps {
  /** Of the figure; its title names the plot. */
  readonly id: string;
  /** Domain → 0 … X_UNITS. */
  readonly x: Scale;
  /** Domain → px from the top of the area, `height` … 0. */
  readonly y: Scale;
  readonly height: number;
  /** With their units. */
  readonly xTitle: string;
  readonly yTitle: string;
  readonly xTicks: readonly AxisTick[];
  readonly yTicks: readonly AxisTick[];
  /** Of a time axis: what the script zooms, s. */
  readonly isTime?: boolean;
  /** Of the figure's data table, those that are drawn here; by default all. */
  readonly columns?: readonly number[];
  /** Stretched. */
  readonly children: ComponentChildren;
  /** In % and px. */
  readonly above?: ComponentChildren;
}

/** px above and below the area; those beside it are the margins of svg.plot in style.ts. */
const [TOP, BELOW] = [26, 38];
const LEFT = 58;

export function Plot({
  id,
  x,
  y,
  height,
  xTitle,
  yTitle,
  xTicks,
  yTicks,
  isTime,
  columns,
  children,
  above,
}: PlotProps) {
  const [from, to] = x.domain() as [number, number];
  return (
    <svg
      class="plot"
      height={TOP + height + BELOW}
      role="img"
      aria-labelledby={`${id}-title`}
      {...(isTime && { 'data-from': from, 'data-to': to, 'data-columns': columns?.join(' ') })}
    >
      <text class="title" x={-LEFT} y="11">
        {yTitle}
      </text>
      <svg class="area" width="100%" y={TOP} height={height}>
        <g class="y">
          {yTicks.map(({ value, label }) => (
            <g key={value}>
              <line class="grid" x1="0" x2="100%" y1={round(y(value))} y2={round(y(value))} />
              <text x="-8" y={round(y(value))}>
                {label}
              </text>
            </g>
          ))}
        </g>
        <svg
          class="stretch"
          width="100%"
          height={height}
          viewBox={`0 0 ${X_UNITS} ${height}`}
          preserveAspectRatio="none"
        >
          {children}
        </svg>
        <line class="axis" x1="0" x2="100%" y1={height} y2={height} />
        <g class="x">
          {xTicks.map(({ value, label, isMinor }, i) => (
            <g key={value} class={(isMinor ?? i % 2 === 1) ? 'odd' : undefined}>
              <line class="axis" x1={percent(x(value))} x2={percent(x(value))} y1={height} y2={height + 4} />
              <text x={percent(x(value))} y={height + 17}>
                {label}
              </text>
            </g>
          ))}
          <text x="50%" y={height + 33}>
            {xTitle}
          </text>
        </g>
        {above}
      </svg>
    </svg>
  );
}

/** Of a place in the stretched drawing: where it is in the area. */
export function percent(x: number): string {
  return `${round((100 * x) / X_UNITS, 2)}%`;
}

/** Tenths of a px are seen by nobody and double the file. */
export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
