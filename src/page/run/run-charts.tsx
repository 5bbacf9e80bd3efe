/** All charts of a run, in the order in which questions come: was it offered, how long did it take, what limited it. */
import { ConsumerCharts } from './consumer-charts.tsx';
import { ErrorChart } from './error-chart.tsx';
import { GeneratorCpuChart, InFlightChart } from './generator-charts.tsx';
import { Heatmap } from './heatmap.tsx';
import { LatencyChart } from './latency-chart.tsx';
import { PercentileChart } from './percentile-chart.tsx';
import { RateChart } from './rate-chart.tsx';
import type { RunView } from './run-view.ts';
import { ScenarioCharts } from './scenario-charts.tsx';

export function RunCharts({ view }: { readonly view: RunView }) {
  if (isReadOnly(view)) return <ConsumerCharts view={view} />;
  return (
    <>
      <RateChart view={view} />
      <LatencyChart view={view} />
      <Heatmap view={view} />
      <PercentileChart curves={view.curves} />
      <ConsumerCharts view={view} />
      <GeneratorCpuChart view={view} />
      <InFlightChart view={view} />
      <ErrorChart view={view} />
      <ScenarioCharts view={view} />
    </>
  );
}

/** Groups that read what is there, without a producer. */
function isReadOnly({ rows, consumers }: RunView): boolean {
  return consumers !== undefined && rows.every(({ scheduled, sent }) => scheduled === 0 && sent === 0);
}
