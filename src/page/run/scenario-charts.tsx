/** Rate and latency of each scenario, on axes that all of them share. */
import { max } from 'd3-array';
import { formatMs } from '../../figures.ts';
import type { ScenarioRow } from '../../recorder/second-row.ts';
import { Figure } from '../plot/figure.tsx';
import { latencyAxis } from '../plot/latency-axis.ts';
import { linearAxis } from '../plot/linear-axis.ts';
import { Line } from '../plot/lines.tsx';
import { TimePlot, timeScale } from '../plot/time-plot.tsx';
import { timeTable } from '../plot/time-table.ts';
import type { RunView } from './run-view.ts';

const HEIGHT = 90;

const HOW_TO_READ =
  'A row per scenario: acknowledged messages per second, and p99 of the response latency. All rows have the same axes, so heights compare.';

export function ScenarioCharts({ view }: { readonly view: RunView }) {
  const scenarios = Object.entries(view.scenarios);
  if (scenarios.length < 2) return null;
  const rows = scenarios.flatMap(([, series]) => series);
  const rate = linearAxis(max(rows, ({ acked }) => acked) ?? 0, HEIGHT, 3);
  const latency = latencyAxis(
    rows.map(({ p99 }) => p99),
    HEIGHT,
  );
  const x = timeScale(view);
  return (
    <Figure
      id="scenario-charts"
      title="By scenario"
      howToRead={HOW_TO_READ}
      table={scenarioTable(
        view.rows.map(({ second }) => second),
        scenarios,
      )}
    >
      {scenarios.map(([name, series], i) => (
        <section key={name} class="multiple" aria-labelledby={`scenario-${i}-title`}>
          <h4 id={`scenario-${i}-title`}>
            <bdi>{name}</bdi>
          </h4>
          <TimePlot
            id={`scenario-${i}`}
            {...{ view, ...rate }}
            yTitle="acknowledged per second"
            height={HEIGHT}
            columns={[2 * i + 1]}
          >
            <Line
              points={series.map(({ second, acked }) => ({ x: second + 0.5, y: acked }))}
              look="c0"
              x={x}
              y={rate.y}
            />
          </TimePlot>
          <TimePlot
            id={`scenario-${i}`}
            {...{ view, ...latency }}
            yTitle="response p99, ms"
            height={HEIGHT}
            columns={[2 * i + 2]}
          >
            <Line
              points={series.map(({ second, p99 }) => ({ x: second + 0.5, y: p99 }))}
              look="c1"
              x={x}
              y={latency.y}
            />
          </TimePlot>
        </section>
      ))}
    </Figure>
  );
}

/** The scenarios' rows side by side. */
function scenarioTable(seconds: readonly number[], scenarios: readonly (readonly [string, readonly ScenarioRow[]])[]) {
  const bySecond = scenarios.map(([, series]) => new Map(series.map((row) => [row.second, row])));
  return timeTable(
    seconds.map((second) => ({ second })),
    scenarios.flatMap(([name], i) => [
      {
        title: `${name}, acknowledged`,
        of: ({ second }: { second: number }) => bySecond[i]!.get(second)?.acked,
        several: 'sum' as const,
      },
      {
        title: `${name}, p99, ms`,
        of: ({ second }: { second: number }) => bySecond[i]!.get(second)?.p99,
        format: formatMs,
        several: 'max' as const,
      },
    ]),
  );
}
