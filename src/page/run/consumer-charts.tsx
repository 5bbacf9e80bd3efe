/** Consumer groups over time: what they read, how late, and how far behind the log's end they were. */
import { max } from 'd3-array';
import { formatMs } from '../../figures.ts';
import type { ConsumerRow } from '../../recorder/consumer-row.ts';
import { Figure } from '../plot/figure.tsx';
import { latencyAxis } from '../plot/latency-axis.ts';
import { linearAxis } from '../plot/linear-axis.ts';
import { Line } from '../plot/lines.tsx';
import { bandLegend, TimePlot, timeScale } from '../plot/time-plot.tsx';
import { isKnown, timeTable } from '../plot/time-table.ts';
import { CURVE_LOOKS, PercentileChart } from './percentile-chart.tsx';
import type { RunView } from './run-view.ts';

const HEIGHT = 150;
/** With more groups their medians are in the table alone. */
const MEDIANS_MAX = 2;

const RATE_HOW_TO_READ =
  'Records that each group read in each second. A group that reads less than the producers write falls behind, and its lag grows. After a pause it reads faster than they write until the backlog is gone.';
const LATENCY_HOW_TO_READ =
  'End-to-end latency, due to consumed, of the records read in each second. Far above the response latency: the records waited for the consumers, not for the broker. After a pause it is the age of the backlog.';
const LAG_HOW_TO_READ =
  'Log end offset less position at the end of each second, over all partitions of the group. It stays level where the group keeps up; a ramp is a group that is too slow, or paused. Transaction markers count as well.';

interface Series {
  readonly label: string;
  readonly look: string;
  readonly rows: readonly ConsumerRow[];
  readonly of: (row: ConsumerRow) => number | null;
}

export function ConsumerCharts({ view }: { readonly view: RunView }) {
  const groups = Object.entries(view.consumers ?? {});
  if (groups.length === 0) return null;
  const seriesOf = (of: Series['of'], suffix = '', dash = ''): Series[] =>
    groups.map(([name, { rows }], i) => {
      const look = CURVE_LOOKS[i % CURVE_LOOKS.length]!;
      return { label: `${name}${suffix}`, look: dash === '' ? look : `${look.split(' ')[0]} ${dash}`, rows, of };
    });
  const medians = seriesOf(({ p50 }) => p50, ', p50', 'd4');
  const p99s = seriesOf(({ p99 }) => p99, ', p99');
  const latencies = [...p99s, ...(groups.length <= MEDIANS_MAX ? medians : [])];
  const curves = groups.flatMap(([, { curve }]) => (curve === undefined ? [] : [curve]));
  const acked = view.rows.map(({ second, acked: count }) => ({ second, count }));
  const isProducing = acked.some(({ count }) => count > 0);
  const consumed = seriesOf((row) => row.consumed);
  return (
    <>
      <ConsumerChart
        id="consumed"
        title="Consumed"
        yTitle="records per second"
        howToRead={RATE_HOW_TO_READ}
        view={view}
        series={consumed}
        {...(isProducing && { acked })}
        columns={consumed.map((each) => column(each, 'records', 'sum'))}
      />
      <ConsumerChart
        id="end-to-end"
        title="End-to-end latency over time"
        yTitle="end-to-end latency, ms, logarithmic"
        howToRead={LATENCY_HOW_TO_READ}
        view={view}
        series={latencies}
        isLatency
        columns={groups.flatMap((_, i) => [medians[i]!, p99s[i]!].map((each) => column(each, 'ms', 'max', formatMs)))}
      />
      <ConsumerChart
        id="lag"
        title="Consumer lag"
        yTitle="records behind the log end"
        howToRead={LAG_HOW_TO_READ}
        view={view}
        series={seriesOf((row) => row.lag)}
        at={1}
        columns={seriesOf((row) => row.lag).map((each) => column(each, 'records', 'max'))}
      />
      {curves.length > 0 && (
        <PercentileChart curves={curves} id="end-to-end-percentiles" title="End-to-end latency by percentile" />
      )}
    </>
  );
}

interface Column {
  readonly title: string;
  readonly series: Series;
  readonly several: 'sum' | 'max';
  readonly format?: (value: number) => string;
}

function column(series: Series, unit: string, several: 'sum' | 'max', format?: (value: number) => string): Column {
  return { title: `${series.label}, ${unit}`, series, several, ...(format && { format }) };
}

interface ConsumerChartProps {
  readonly id: string;
  readonly title: string;
  readonly yTitle: string;
  readonly howToRead: string;
  readonly view: RunView;
  readonly series: readonly Series[];
  readonly columns: readonly Column[];
  readonly isLatency?: boolean;
  /** Where in its second a point stands. */
  readonly at?: number;
  /** Of the producers, to hold the groups against. */
  readonly acked?: readonly { readonly second: number; readonly count: number }[];
}

function ConsumerChart({ id, title, yTitle, view, series, columns, isLatency, at = 0.5, ...rest }: ConsumerChartProps) {
  const { howToRead, acked } = rest;
  const values = series.flatMap(({ rows, of }) => rows.map(of));
  const highest = Math.max(max(values.filter(isKnown)) ?? 0, max(acked ?? [], ({ count }) => count) ?? 0);
  const axis = isLatency === true ? latencyAxis(values, HEIGHT) : linearAxis(highest, HEIGHT, 4);
  const { y } = axis;
  const x = timeScale(view);
  return (
    <Figure
      id={id}
      title={title}
      legend={[
        ...series.map(({ label, look }) => ({ label, look: `s ${look}` })),
        ...(acked === undefined ? [] : [{ label: 'acknowledged to the producers', look: 's c5 d2' }]),
        ...(isLatency === true ? [] : bandLegend(view)),
      ]}
      howToRead={howToRead}
      table={consumerTable(columns)}
    >
      <TimePlot id={id} {...{ view, ...axis }} yTitle={yTitle} height={HEIGHT}>
        {acked !== undefined && (
          <Line points={acked.map(({ second, count }) => ({ x: second + 0.5, y: count }))} look="c5 d2" {...{ x, y }} />
        )}
        {series.map(({ label, look, rows, of }) => (
          <Line key={label} points={rows.map((row) => ({ x: row.second + at, y: of(row) }))} {...{ x, y, look }} />
        ))}
      </TimePlot>
    </Figure>
  );
}

/** The groups' rows side by side. */
function consumerTable(columns: readonly Column[]) {
  const bySecond = columns.map(({ series }) => new Map(series.rows.map((row) => [row.second, row])));
  const seconds = [...new Set(bySecond.flatMap((rows) => [...rows.keys()]))].sort((a, b) => a - b);
  return timeTable(
    seconds.map((second) => ({ second })),
    columns.map(({ title, series, several, format }, i) => ({
      ...{ title, several, ...(format && { format }) },
      of: ({ second }: { second: number }) => {
        const row = bySecond[i]!.get(second);
        return row === undefined ? null : series.of(row);
      },
    })),
  );
}
