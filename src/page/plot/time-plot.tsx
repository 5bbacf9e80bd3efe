/** A chart over the time of a run: seconds from its start, its phases shaded, what happened marked. */
import { scaleLinear } from 'd3-scale';
import type { ComponentChildren } from 'preact';
import { formatClock } from '../../figures.ts';
import { NS_PER_SEC } from '../../units.ts';
import type { RunView } from '../run/run-view.ts';
import { Plot, percent, round, type Scale, X_UNITS } from './plot.tsx';
import { timeTicks } from './time-ticks.ts';

type TimeView = Pick<RunView, 'rows' | 'phases' | 'events' | 'outages' | 'consumers'>;

interface TimePlotProps {
  readonly id: string;
  readonly view: TimeView;
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
export function timeScale({ rows, phases, consumers = {} }: Pick<RunView, 'rows' | 'phases' | 'consumers'>): Scale {
  const planned = Math.ceil(phases.warmup + phases.load);
  const lasts = [rows, ...Object.values(consumers).map((group) => group.rows)].map((each) => each.at(-1)?.second ?? 0);
  return scaleLinear([0, Math.max(1, Math.max(...lasts) + 1, planned)], [0, X_UNITS]);
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
      {view.events
        .filter(({ until }) => until === undefined)
        .map(({ at, text }) => (
          <path key={`${at} ${text}`} class="mark" d={`M${round(x(at))} 0V${height}`} />
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

/** What of the time is not load, what of it had no acknowledgement, and what was done to the run. */
function bandsOf({ phases, outages, events, consumers = {} }: TimeView, end: number): Band[] {
  const { warmup, load } = phases;
  const lasting = events.flatMap(({ at, until, kind }) =>
    until === undefined
      ? []
      : [{ label: kind === 'pause' ? 'consumers paused' : kind, look: kind, from: at, to: until }],
  );
  const drains = Object.values(consumers).flatMap(({ drain }) => {
    if (drain === undefined) return [];
    const { fromSecond, seconds } = drain;
    return [
      { label: 'backlog drains', look: 'backlog', from: fromSecond, to: seconds === null ? end : fromSecond + seconds },
    ];
  });
  return [
    { label: 'warm-up', look: 'shade', from: 0, to: warmup },
    { label: 'drain', look: 'shade', from: warmup + load, to: end },
    ...lasting,
    ...drains,
    ...outages.map(({ from, to }) => ({ label: 'no acknowledgement', look: 'outage', from, to })),
  ].filter(({ from, to }) => from < to);
}

/** An entry for each colour: `warm-up, drain`. */
export function bandLegend(view: TimeView) {
  const bands = bandsOf(view, timeScale(view).domain()[1]!);
  return [...new Set(bands.map(({ look }) => look))].map((look) => {
    const labels = bands.filter((band) => band.look === look).map(({ label }) => label);
    return { label: [...new Set(labels)].join(', '), look };
  });
}

function Bands({ view, x, height }: { view: TimeView; x: Scale; height: number }) {
  return (
    <>
      {bandsOf(view, x.domain()[1]!).map(({ look, from, to }) => (
        <rect
          key={`${look} ${from}`}
          class={look}
          x={round(x(from))}
          width={round(x(to) - x(from))}
          y="0"
          height={height}
        />
      ))}
    </>
  );
}

/** Nearer to each other than this, events share a label. */
const LABEL_UNITS = X_UNITS * 0.15;

/** A fault has its own text as label. */
const WORDS: Readonly<Record<string, string>> = {
  stop: 'stopped',
  'worker-lost': 'worker lost',
  'shard-lost': 'shard lost',
  'shard-joined': 'shard joined',
  pause: 'paused',
};
/** Of a label; all of it is in its title. */
const LABEL_CHARACTERS_MAX = 40;

/** The labels of events, each at the first of those it is of. */
function labelsOf(events: RunView['events'], x: Scale) {
  const labels: { at: number; words: string[]; texts: string[] }[] = [];
  for (const { at, kind, text } of events) {
    const last = labels.at(-1);
    const word = WORDS[kind] ?? text;
    if (last === undefined || x(at) - x(last.at) > LABEL_UNITS) labels.push({ at, words: [word], texts: [text] });
    else {
      if (!last.words.includes(word)) last.words.push(word);
      last.texts.push(text);
    }
  }
  return labels;
}

function Marks({ view, x }: { view: TimeView; x: Scale }) {
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
          {shortened(words.join(', '))}
          <title>{texts.join('; ')}</title>
        </text>
      ))}
    </>
  );
}

function shortened(label: string): string {
  return label.length <= LABEL_CHARACTERS_MAX ? label : `${label.slice(0, LABEL_CHARACTERS_MAX - 1)}…`;
}
