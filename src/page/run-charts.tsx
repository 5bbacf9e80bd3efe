/** All charts of a run, in the order in which questions come: was it offered, how long did it take, what limited it. */
import { RateChart } from './rate-chart.tsx';
import type { RunView } from './run-view.ts';

export function RunCharts({ view }: { readonly view: RunView }) {
  return <RateChart view={view} />;
}
