/**
 * Several things on one axis, a row each: its name, what was measured of it, and the words. Rows are HTML, so that long
 * names wrap and the words stand beside the dots without a script; on a phone the dots go below.
 */
import type { ComponentChildren } from 'preact';
import { percent, type Scale } from './plot.tsx';

/** px of the dots' part of a row. */
export const ROW_HEIGHT = 26;
const AXIS_HEIGHT = 38;

export interface PlotRow {
  /** Anybody's text. */
  readonly name: string;
  /** By which the scatter names it. */
  readonly number?: number;
  /** `baseline`, `2 of 5 runs invalid` */
  readonly note?: string;
  readonly value: string;
  readonly valueLook?: 'ok' | 'warn' | 'bad' | 'faint';
  /** In % and px. */
  readonly marks: ComponentChildren;
}

interface RowPlotProps {
  /** Domain → 0 … X_UNITS. */
  readonly x: Scale;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
  /** With its unit. */
  readonly title: string;
  readonly rows: readonly PlotRow[];
  /** A line through all rows. */
  readonly reference?: number;
}

export function RowPlot({ x, ticks, title, rows, reference }: RowPlotProps) {
  return (
    <div class="row-plot">
      <ul>
        {rows.map(({ name, number, note, value, valueLook, marks }) => (
          <li key={name} class="row">
            <span class="name">
              {number !== undefined && <span class="number">{number}</span>}
              <bdi>{name}</bdi>
              {note !== undefined && <span class="faint"> {note}</span>}
            </span>
            <span class="lane">
              <svg aria-hidden="true">
                <Verticals x={x} at={ticks.map((tick) => tick.value)} look="grid" />
                {reference !== undefined && <Verticals x={x} at={[reference]} look="axis" />}
                {/* In the middle, however many lines the name has. */}
                <svg y="50%">
                  <g transform={`translate(0 ${-ROW_HEIGHT / 2})`}>{marks}</g>
                </svg>
              </svg>
            </span>
            <span class={`value ${valueLook ?? ''}`}>{value}</span>
          </li>
        ))}
      </ul>
      <div class="row" aria-hidden="true">
        <span class="name" />
        <svg class="x" height={AXIS_HEIGHT}>
          <line class="axis" x1="0" x2="100%" y1="0.5" y2="0.5" />
          {ticks.map(({ value, label }, i) => (
            <g key={value} class={i % 2 === 1 ? 'odd' : undefined}>
              <line class="axis" x1={percent(x(value))} x2={percent(x(value))} y1="0" y2="4" />
              <text x={percent(x(value))} y="17">
                {label}
              </text>
            </g>
          ))}
          <text x="50%" y="33">
            {title}
          </text>
        </svg>
        <span class="value" />
      </div>
    </div>
  );
}

interface VerticalsProps {
  readonly x: Scale;
  readonly at: readonly number[];
  readonly look: string;
}

function Verticals({ x, at, look }: VerticalsProps) {
  return (
    <>
      {at.map((value) => (
        <line key={value} class={look} x1={percent(x(value))} x2={percent(x(value))} y1="0" y2="100%" />
      ))}
    </>
  );
}

interface IntervalProps {
  readonly x: Scale;
  readonly at: number;
  readonly low: number | null;
  readonly high: number | null;
  /** px from the top of the row. */
  readonly y: number;
  /** Number of the colour. */
  readonly color: number;
  /** Filled, and its line unbroken. */
  readonly isSure?: boolean;
}

/** A dot and the line through it; an end that is beyond the axis is an arrow. */
export function Interval({ x, at, low, high, y, color, isSure = true }: IntervalProps) {
  const [from, to] = x.domain() as [number, number];
  const within = (value: number) => percent(x(Math.min(to, Math.max(from, value))));
  return (
    <>
      {low !== null && high !== null && (
        <line
          class={`s c${color}${isSure ? '' : ' d1'}`}
          x1={within(low)}
          x2={within(high)}
          y1={y}
          y2={y}
          stroke-width="2"
        />
      )}
      {low !== null && low < from && <Arrow look={`f${color}`} at="0%" y={y} text="◂" />}
      {high !== null && high > to && <Arrow look={`f${color}`} at="100%" y={y} text="▸" />}
      <circle class={isSure ? `f${color}` : `hollow c${color}`} cx={within(at)} cy={y} r="4.5" />
    </>
  );
}

function Arrow({ look, at, y, text }: { look: string; at: string; y: number; text: string }) {
  return (
    <text class={`arrow ${look}`} x={at} y={y + 4}>
      {text}
    </text>
  );
}
