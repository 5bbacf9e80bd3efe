/** Shards side by side over time: a plot for each on axes that all share, and of many a heat map. */
import { max } from 'd3-array';
import { formatMs } from '../../figures.ts';
import type { ShardResult, ShardRow, ShardsResult } from '../../result/shard-result.ts';
import { formatCount } from '../../units.ts';
import { Figure } from '../plot/figure.tsx';
import { latencyAxis } from '../plot/latency-axis.ts';
import { linearAxis } from '../plot/linear-axis.ts';
import { Line } from '../plot/lines.tsx';
import { round } from '../plot/plot.tsx';
import { TimePlot, timeScale } from '../plot/time-plot.tsx';
import { timeTable } from '../plot/time-table.ts';
import { heardRows } from './heard-rows.ts';
import type { RunView } from './run-view.ts';
import { ShardHeatmap } from './shard-heatmap.tsx';
import { presenceWords } from './shard-table.tsx';

/** More plots are not compared by eye. */
const PLOTS_MAX = 12;
const HEIGHT = 70;
const TICKS_MAX = 4;

interface ShardChart {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly of: (row: ShardRow) => number | null;
  /** What of several shards or seconds a cell shows. */
  readonly worst: 'min' | 'max';
  /** What of several seconds a row of the table shows. */
  readonly several: 'sum' | 'max';
  readonly isLatency?: true;
  readonly look: string;
  readonly howToRead: string;
}

const CHARTS: readonly ShardChart[] = [
  {
    ...{ id: 'shard-rate', title: 'Acknowledged by shard', unit: 'messages per second', look: 'c0' },
    ...{ of: ({ acked }) => acked, worst: 'min', several: 'sum' },
    howToRead:
      'Every shard has the same share of the schedule. One that is lower than the others at the same time was late itself; all lower at once: the broker. A gap is time in which nothing was heard of it.',
  },
  {
    ...{ id: 'shard-lag', title: 'Schedule lag p99 by shard', unit: 'ms', look: 'c1', isLatency: true },
    ...{ of: ({ scheduleLagP99 }) => scheduleLagP99, worst: 'max', several: 'max' },
    howToRead:
      'How late messages were sent, p99 of each second. High on one shard or host alone: that machine was too slow or too busy. High on all: the in-flight window was full, so the broker was slower than the load.',
  },
  {
    ...{ id: 'shard-in-flight', title: 'In flight by shard', unit: 'messages', look: 'c2' },
    ...{ of: ({ inFlight }) => inFlight, worst: 'max', several: 'max' },
    howToRead:
      'Messages sent and not yet acknowledged at the end of each second. High on one shard alone: its way to the brokers is slower, or its client threads are.',
  },
];

interface ShardChartsProps {
  readonly view: RunView;
  readonly shards: ShardsResult['shards'];
}

export function ShardCharts({ view, shards: all }: ShardChartsProps) {
  if (view.rows.length === 0) return null;
  const shards = all.map((shard) => ({ ...shard, series: heardRows(shard) }));
  return (
    <>
      {CHARTS.map((chart) =>
        shards.length > PLOTS_MAX ? (
          <ShardHeatmap
            key={chart.id}
            {...{ view, shards, figure: chart }}
            {...chart}
            howToRead={`A row for each shard, from the top down. ${chart.howToRead}`}
            format={formatOf(chart)}
          />
        ) : (
          <SideBySide key={chart.id} {...{ view, shards, chart }} />
        ),
      )}
    </>
  );
}

function formatOf({ isLatency }: ShardChart): (value: number) => string {
  return isLatency === true ? formatMs : (value) => formatCount(value);
}

function SideBySide({ view, shards, chart }: ShardChartsProps & { readonly chart: ShardChart }) {
  const { id, title, unit, of, isLatency, look, howToRead } = chart;
  const values = shards.flatMap(({ series }) => series.map(of));
  const axis = axisOf(values, isLatency === true);
  const x = timeScale(view);
  const at = chart.id === 'shard-in-flight' ? 1 : 0.5;
  return (
    <Figure id={id} title={title} howToRead={howToRead} table={tableOf(view, shards, chart)}>
      <div class="side-by-side">
        {shards.map((shard, i) => (
          <div key={shard.shard}>
            <h4 id={`${id}-${shard.shard}-title`}>
              shard {shard.shard} <span class="faint">{presenceWords(shard)}</span>
            </h4>
            <TimePlot
              id={`${id}-${shard.shard}`}
              view={{ ...view, events: [] }}
              {...{ x, ...axis }}
              yTitle={unit}
              height={HEIGHT}
              columns={[i + 1]}
            >
              <Line points={pointsOf(shard.series, of, at)} {...{ x, y: axis.y, look }} />
              {changesOf(shard).map((second) => (
                <path key={second} class="mark" d={`M${round(x(second))} 0V${HEIGHT}`} />
              ))}
            </TimePlot>
          </div>
        ))}
      </div>
    </Figure>
  );
}

/** Powers of ten alone where there is no room for more. */
function axisOf(values: readonly (number | null)[], isLatency: boolean) {
  if (!isLatency) return linearAxis(max(values, (each) => each ?? 0) ?? 0, HEIGHT, 3);
  const { y, yTicks } = latencyAxis(values, HEIGHT);
  const powers = yTicks.filter(({ value }) => Number.isInteger(Math.log10(value)));
  return { y, yTicks: yTicks.length > TICKS_MAX && powers.length > 0 ? powers : yTicks };
}

/** A second that was not received is a gap. */
function pointsOf(series: readonly ShardRow[], of: ShardChart['of'], at: number) {
  return series.flatMap((row, i) => {
    const point = { x: row.second + at, y: of(row) };
    const before = series[i - 1];
    if (before === undefined || before.second === row.second - 1) return [point];
    return [{ x: before.second + 1 + at, y: null }, point];
  });
}

/** When it was lost, and when another process took its part up. */
function changesOf({ instances }: ShardResult): number[] {
  const lost = instances.flatMap(({ complete, lastSecond }) => (complete ? [] : [(lastSecond ?? -1) + 1]));
  const joined = instances.flatMap(({ joinedAt }) => (joinedAt > 0 ? [joinedAt] : []));
  return [...new Set([...lost, ...joined])];
}

function tableOf({ rows }: RunView, shards: readonly ShardResult[], chart: ShardChart) {
  const bySecond = shards.map(({ series }) => new Map(series.map((row) => [row.second, row])));
  return timeTable(
    rows.map(({ second }) => ({ second })),
    shards.map(({ shard }, i) => ({
      title: `shard ${shard}, ${chart.several === 'sum' ? 'messages' : chart.unit}`,
      of: ({ second }: { second: number }) => {
        const row = bySecond[i]!.get(second);
        return row === undefined ? null : chart.of(row);
      },
      ...(chart.isLatency && { format: formatMs }),
      several: chart.several,
    })),
  );
}
