/** A chart over the time of a run: seconds from its start, its phases shaded, what happened marked. */
import { scaleLinear } from 'd3-scale';
import type { ComponentChildren } from 'preact';
import { formatClock } from '../../figures.ts';
import { NS_PER_SEC } from '../../units.ts';
import type { RunView } from '../run/run-view.ts';
import { Plot, percent, round, type Scale, X_UNITS } from './plot.tsx';
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

/** To the end of the run's last row, and at least one second; with the planned length of a run that goes on. */
export function timeScale({ rows, phases }: Pick<RunView, 'rows' | 'phases'>): Scale {
  const planned = Math.ceil(phases.warmup + phases.load);
  return scaleLinear([0, Math.max(1, (rows.at(-1)?.second ?? 0) + 1, planned)], [0, X_UNITS]);
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
      <Bands view={view} x={x} height={height} />
      {children}
      {view.events.map(({ at, text }) => (
        <path key={text} class="mark" d={`M${round(x(at))} 0V${height}`} />
      ))}
    </Plot>
  );
}

interface Band {
  readonly label: string;
  readonly look: string;
  readonly from: number;
  readonly to: number;
}

/** What of the time is not load, and what of it had no acknowledgement. */
function bandsOf({ phases, outages }: TimePlotProps['view'], end: number): Band[] {
  const { warmup, load } = phases;
  return [
    { label: 'warm-up', look: 'shade', from: 0, to: warmup },
    { label: 'drain', look: 'shade', from: warmup + load, to: end },
    ...outages.map((outage) => ({ label: 'no acknowledgement', look: 'outage', ...outage })),
  ].filter(({ from, to }) => from < to);
}

/** An entry for each colour: `warm-up, drain`. */
export function bandLegend(view: TimePlotProps['view']) {
  const bands = bandsOf(view, timeScale(view).domain()[1]!);
  return [...new Set(bands.map(({ look }) => look))].map((look) => {
    const labels = bands.filter((band) => band.look === look).map(({ label }) => label);
    return { label: [...new Set(labels)].join(', '), look };
  });
}

function Bands({ view, x, height }: { view: TimePlotProps['view']; x: Scale; height: number }) {
  return (
    <>
      {bandsOf(view, x.domain()[1]!).map(({ look, from, to }) => (
        <rect key={from} class={look} x={round(x(from))} width={round(x(to) - x(from))} y="0" height={height} />
      ))}
    </>
  );
}

/** Nearer to each other than this, events share a label. */
const LABEL_UNITS = X_UNITS * 0.15;

/** The labels of events, each at the first of those it is of. */
function labelsOf(events: RunView['events'], x: Scale) {
  const labels: { at: number; words: string[]; texts: string[] }[] = [];
  for (const { at, kind, text } of events) {
    const last = labels.at(-1);
    const word = kind === 'stop' ? 'stopped' : 'worker lost';
    if (last === undefined || x(at) - x(last.at) > LABEL_UNITS) labels.push({ at, words: [word], texts: [text] });
    else {
      if (!last.words.includes(word)) last.words.push(word);
      last.texts.push(text);
    }
  }
  return labels;
}

function Marks({ view, x }: { view: TimePlotProps['view']; x: Scale }) {
  return (
    <>
      {labelsOf(view.events, x).map(({ at, words, texts }) => (
        <text
          key={at}
          class={x(at) > X_UNITS * 0.8 ? 'flag end' : 'flag'}
          data-at={at}
          x={percent(x(at))}
          dx={x(at) > X_UNITS * 0.8 ? -4 : 4}
          y="-4"
        >
          {words.join(', ')}
          <title>{texts.join('; ')}</title>
        </text>
      ))}
    </>
  );
}
