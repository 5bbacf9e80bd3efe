/** How long messages took in each second, with the limits that were set. */
import { formatMs } from '../../figures.ts';
import { Figure } from '../plot/figure.tsx';
import { latencyAxis } from '../plot/latency-axis.ts';
import { Line } from '../plot/lines.tsx';
import { round, type Scale, X_UNITS } from '../plot/plot.tsx';
import { TimePlot, timeScale } from '../plot/time-plot.tsx';
import { isKnown, timeTable } from '../plot/time-table.ts';
import type { RunView } from './run-view.ts';

const HEIGHT = 220;

const SERIES = [
  { key: 'p50', label: 'p50', look: 'c0' },
  { key: 'p90', label: 'p90', look: 'c2 d3' },
  { key: 'p99', label: 'p99', look: 'c1' },
  { key: 'p999', label: 'p99.9', look: 'c3 d1' },
  { key: 'max', label: 'max', look: 'c4 d2' },
] as const;

const HOW_TO_READ =
  'Response latency, due to acknowledged, of the messages acknowledged in each second. If all lines rise, everything waited; if only p99.9 and max rise, few messages did. A dashed red line is a threshold, which applies to the whole load phase, not to a second.';

export function LatencyChart({ view }: { readonly view: RunView }) {
  const { rows, limits } = view;
  const series = SERIES.filter(({ key }) => rows.some((row) => isKnown(row[key])));
  const values = series.flatMap(({ key }) => rows.map((row) => row[key]));
  // A limit is not at the edge: its line is seen, and its label is below what is written above the plot.
  const limited = limits.flatMap(({ us }) => [us / 1.1, us]);
  const axis = latencyAxis([...values, ...limited], HEIGHT, limits.length > 0 ? LABEL_PX + 4 : 0);
  const { y } = axis;
  const x = timeScale(view);
  return (
    <Figure
      id="latency"
      title="Response latency over time"
      legend={[
        ...series.map(({ label, look }) => ({ label, look: `s ${look}` })),
        ...(limits.length > 0 ? [{ label: 'threshold', look: 's limit' }] : []),
      ]}
      howToRead={HOW_TO_READ}
      table={timeTable(
        rows,
        series.map(({ key, label }) => ({
          title: `${label}, ms`,
          of: (row) => row[key],
          format: formatMs,
          several: 'max',
        })),
      )}
    >
      <TimePlot
        id="latency"
        {...{ view, ...axis }}
        yTitle="response latency, ms, logarithmic"
        height={HEIGHT}
        above={limitLabels(limits, y).map(({ label, atPx }) => (
          <text key={label} class="flag end" x="100%" y={atPx}>
            {label}
          </text>
        ))}
      >
        {series.map(({ key, look }) => (
          <Line
            key={key}
            points={rows.map((row) => ({ x: row.second + 0.5, y: row[key] ?? null }))}
            {...{ x, y, look }}
          />
        ))}
        {limits.map(({ label, us }) => (
          <path key={label} class="limit" d={`M0 ${round(y(us))}H${X_UNITS}`} />
        ))}
      </TimePlot>
    </Figure>
  );
}

const LABEL_PX = 13;

/** Each over its line, or over the label of the line below that is too near. */
function limitLabels(limits: RunView['limits'], y: Scale) {
  let free = Infinity;
  return limits
    .toSorted((a, b) => a.us - b.us)
    .map(({ label, us }) => {
      const atPx = round(Math.min(y(us) - 4, free));
      free = atPx - LABEL_PX;
      return { label, atPx };
    });
}
