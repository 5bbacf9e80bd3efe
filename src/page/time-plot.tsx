/** A chart over the time of a run: seconds from its start, its phases shaded, what happened marked. */
import { scaleLinear } from 'd3-scale';
import type { ComponentChildren } from 'preact';
import { formatClock } from '../figures.ts';
import { NS_PER_SEC } from '../units.ts';
import { Plot, percent, round, type Scale, X_UNITS } from './plot.tsx';
import type { RunView } from './run-view.ts';
import { timeTicks } from './time-ticks.ts';

interface TimePlotProps {
  readonly id: string;
  readonly view: Pick<RunView, 'rows' | 'phases' | 'events' | 'outages'>;
  /** That of several plots; by default the view's own. */
  readonly x?: Scale;
  readonly y: Scale;
  readonly yTitle: string;
  readonly yTicks: readonly { readonly value: number; readonly label: string }[];
  readonly height: number;
  /** Of the figure's data table, those that are drawn here; by default all. */
  readonly columns?: readonly number[];
  readonly children: ComponentChildren;
  readonly above?: ComponentChildren;
}

/** Of the run's rows, and at least one second; with the planned length of a run that goes on. */
export function timeScale({ rows, phases }: Pick<RunView, 'rows' | 'phases'>): Scale {
  const planned = Math.ceil(phases.warmup + phases.load);
  return scaleLinear([0, Math.max(1, rows.length, planned)], [0, X_UNITS]);
}

export function TimePlot({ id, view, x = timeScale(view), y, yTitle, yTicks, height, ...drawn }: TimePlotProps) {
  const { columns, children, above } = drawn;
  const xTicks = timeTicks(0, x.domain()[1]!).map((value) => ({ value, label: formatClock(value * NS_PER_SEC) }));
  return (
    <Plot
      {...{ id, x, y, height, yTitle, xTicks, yTicks }}
      {...(columns && { columns })}
      xTitle={`time since the start, ${x.domain()[1]! < 3_600 ? 'min:s' : 'h:min:s'}`}
      isTime
      above={
        <>
          <Marks view={view} x={x} />
          {above}
        </>
      }
    >
      <Phases view={view} x={x} height={height} />
      {children}
      {view.events.map(({ at, text }) => (
        <path key={text} class="mark" d={`M${round(x(at))} 0V${height}`} />
      ))}
    </Plot>
  );
}

/** Warm-up and drain; times without any acknowledgement stand out more. */
function Phases({ view, x, height }: { view: TimePlotProps['view']; x: Scale; height: number }) {
  const { warmup, load } = view.phases;
  const end = x.domain()[1]!;
  const bands = [
    ...(warmup > 0 ? [{ from: 0, to: warmup }] : []),
    ...(warmup + load < end ? [{ from: warmup + load, to: end }] : []),
    ...view.outages,
  ];
  return (
    <>
      {bands.map(({ from, to }) => (
        <rect key={from} class="shade" x={round(x(from))} width={round(x(to) - x(from))} y="0" height={height} />
      ))}
    </>
  );
}

function Marks({ view, x }: { view: TimePlotProps['view']; x: Scale }) {
  return (
    <>
      {view.events.map(({ at, kind, text }) => (
        <text
          key={text}
          class={x(at) > X_UNITS * 0.8 ? 'flag end' : 'flag'}
          data-at={at}
          x={percent(x(at))}
          dx={x(at) > X_UNITS * 0.8 ? -4 : 4}
          y="-4"
        >
          {kind === 'stop' ? 'stopped' : 'worker lost'}
          <title>{text}</title>
        </text>
      ))}
    </>
  );
}
