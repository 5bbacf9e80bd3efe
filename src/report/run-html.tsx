/** report.html of a run. */
import { join } from 'node:path';
import { latencyLimits } from '../page/run/latency-limits.ts';
import type { RunView } from '../page/run/run-view.ts';
import { RunPage } from '../page/run-page.tsx';
import { totalCount } from '../recorder/histogram.ts';
import type { SparseCounts } from '../recorder/latency-series.ts';
import { decodeHistogram } from '../result/hdr.ts';
import { decodeLatencySeries } from '../result/latency-series-coding.ts';
import { type PercentileCurve, percentileCurve } from '../result/percentile-curve.ts';
import type { Result } from '../result/result.ts';
import { writeWhole } from '../whole-file.ts';
import { renderDocument } from './html.tsx';
import { messageLines } from './lifecycle-lines.ts';
import { PAGE_FILE } from './page-file.ts';

/** @param profileYaml the resolved profile, secrets masked; null where it is not known. */
export function renderRunHtml(result: Result, profileYaml: string | null): string {
  const databaseLines = result.messages === undefined ? [] : messageLines(result.messages);
  return renderDocument({
    title: `${result.run.profile}: ${result.verdict.status}`,
    body: <RunPage {...{ result, profileYaml, databaseLines }} view={viewOf(result)} />,
  });
}

/** @returns the file's absolute path. */
export function writeRunHtml(directory: string, result: Result, profileYaml: string | null): Promise<string> {
  return writeWhole(join(directory, PAGE_FILE), renderRunHtml(result, profileYaml));
}

/** What results of earlier engines lack is empty. */
export function viewOf(result: Result): RunView {
  const { series, phases, outages, client, errors, scenarios } = result;
  return {
    rows: series,
    latencies: latenciesOf(result),
    phases,
    isClosedLoop: result.rate.targetPerSec === null,
    events: result.events ?? [],
    outages: outages ?? [],
    curves: curvesOf(result),
    inFlightMax: client.inFlightMax ?? null,
    resolutionP99Us: client.resolutionUs.p99,
    limits: latencyLimits(result.thresholds),
    errors: errors.map(({ name, code, count, seconds = [] }) => ({ name, code, count, seconds })),
    scenarios: Object.fromEntries(
      Object.entries(scenarios).flatMap(([name, scenario]) => (scenario.series ? [[name, scenario.series]] : [])),
    ),
    ...(result.consumers !== undefined && { consumers: consumerViews(result.consumers) }),
  };
}

/** @throws RangeError when a histogram is damaged. */
function consumerViews(consumers: NonNullable<Result['consumers']>): NonNullable<RunView['consumers']> {
  const views = Object.entries(consumers).map(([name, { series, endToEnd, endToEndHistogram, drain }]) => {
    const hasCurve = endToEnd !== null && endToEndHistogram !== null;
    const curve = hasCurve && percentileCurve(name, decodeHistogram(endToEndHistogram, endToEnd), endToEnd.censored);
    return [name, { rows: series, ...(curve && { curve }), ...(drain && { drain }) }] as const;
  });
  return Object.fromEntries(views);
}

/** @throws RangeError when they are damaged. */
function latenciesOf({ latencySeries, series }: Result): readonly SparseCounts[] | null {
  if (latencySeries === undefined) return null;
  const latencies = decodeLatencySeries(latencySeries.response);
  if (latencies.length === series.length) return latencies;
  throw new RangeError(`the latency series has ${latencies.length} seconds, and the series ${series.length}`);
}

/** None of a run that was killed, which leaves no histograms. @throws RangeError when they are damaged. */
export function curvesOf({ histograms, latency }: Pick<Result, 'histograms' | 'latency'>): PercentileCurve[] {
  const names = { response: 'response', service: 'service', scheduleLag: 'schedule lag' } as const;
  return Object.entries(names).flatMap(([key, name]) => {
    const summary = latency[key as keyof typeof names];
    const histogram = decodeHistogram(histograms[key as keyof typeof names], summary);
    return totalCount(histogram) === summary.count ? [percentileCurve(name, histogram, summary.censored)] : [];
  });
}
