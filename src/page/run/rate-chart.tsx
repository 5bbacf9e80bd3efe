/** What was planned, offered and acknowledged in each second. */
import { max } from 'd3-array';
import type { SecondRow } from '../../recorder/second-row.ts';
import { Figure } from '../plot/figure.tsx';
import { linearAxis } from '../plot/linear-axis.ts';
import { Line } from '../plot/lines.tsx';
import { bandLegend, TimePlot, timeScale } from '../plot/time-plot.tsx';
import { timeTable } from '../plot/time-table.ts';
import type { RunView } from './run-view.ts';

const HEIGHT = 200;

const SERIES = [
  { key: 'scheduled', label: 'planned', look: 'c1 d1' },
  { key: 'sent', label: 'offered', look: 'c2 d2' },
  { key: 'acked', label: 'acknowledged', look: 'c0' },
] as const;

const HOW_TO_READ =
  'Offered below planned: the generator was late. Acknowledged below offered: the broker was behind. Shaded: warm-up, drain and outages; a dashed vertical line marks a stop, a lost worker, or a shard that was lost or joined later.';

export function RateChart({ view }: { readonly view: RunView }) {
  const { rows } = view;
  const series = SERIES.filter(({ key }) => key !== 'scheduled' || view.isClosedLoop !== true);
  const highest = max(rows, ({ scheduled, sent, acked }) => Math.max(scheduled, sent, acked)) ?? 0;
  const axis = linearAxis(highest, HEIGHT, 5);
  const { y } = axis;
  const x = timeScale(view);
  return (
    <Figure
      id="rate"
      title="Rate"
      legend={[...series.map(({ label, look }) => ({ label, look: `s ${look}` })), ...bandLegend(view)]}
      howToRead={HOW_TO_READ}
      table={timeTable(rows, [
        ...series.map(({ key, label }) => ({
          title: `${label}, messages`,
          of: (row: SecondRow) => row[key],
          several: 'sum' as const,
        })),
        { title: 'failed, messages', of: ({ failed }) => failed, several: 'sum' },
      ])}
    >
      <TimePlot id="rate" {...{ view, ...axis }} yTitle="messages per second" height={HEIGHT}>
        {series.map(({ key, look }) => (
          <Line key={key} points={rows.map((row) => ({ x: row.second + 0.5, y: row[key] }))} {...{ x, y, look }} />
        ))}
      </TimePlot>
    </Figure>
  );
}
