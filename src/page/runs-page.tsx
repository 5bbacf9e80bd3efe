/** Several runs side by side: what each came to, on axes that all of them share. */
import { scaleLinear } from 'd3-scale';
import { formatMs, formatPercentile, formatPerSec } from '../figures.ts';
import type { PercentileCurve } from '../result/percentile-curve.ts';
import type { Result } from '../result/result.ts';
import { ackedWord, signed, verdictWord } from '../result/run-words.ts';
import { formatCount } from '../units.ts';
import { Sentences } from './page-parts.tsx';
import { Figure } from './plot/figure.tsx';
import { latencyAxis } from './plot/latency-axis.ts';
import { Line } from './plot/lines.tsx';
import { TimePlot, timeScale } from './plot/time-plot.tsx';
import { timeTable } from './plot/time-table.ts';
import { PercentileChart } from './run/percentile-chart.tsx';
import type { RunView } from './run/run-view.ts';

export interface RunColumn {
  /** The directory as given. */
  readonly name: string;
  /** Of its own page, where there is one. */
  readonly href?: string;
  readonly result: Result;
  readonly view: RunView;
}

export interface RunsPageProps {
  readonly runs: readonly RunColumn[];
  readonly curves: readonly PercentileCurve[];
  /** What the runs differ in beside their figures, and what the page had to leave out. */
  readonly notes: readonly string[];
}

export function RunsPage({ runs, curves, notes }: RunsPageProps) {
  return (
    <>
      <h1>{runs.length} runs side by side</h1>
      <section class="verdict warn">
        <p>
          This page describes single runs. Runs of the same load differ by themselves, so it shows no difference between
          settings: repeat each (<code>--repeat 5</code>), and <code>load compare BASE NEW</code> reports which
          differences are shown.
        </p>
      </section>
      <Sentences title="Notes" texts={notes} />
      <h2>Figures</h2>
      <FiguresTable runs={runs} />
      {curves.length > 0 && (
        <>
          <h2>Percentile curves</h2>
          <PercentileChart curves={curves} title="Response latency" />
        </>
      )}
      <h2>Over time</h2>
      <Multiples runs={runs} />
    </>
  );
}

interface FigureRow {
  readonly title: string;
  /** Where it stands in result.json. */
  readonly at: string;
  readonly text: (result: Result) => string;
}

const ROWS: readonly FigureRow[] = [
  { title: 'verdict', at: 'verdict.status', text: ({ verdict }) => verdictWord(verdict) },
  { title: 'profile', at: 'run.profile', text: ({ run }) => run.profile },
  { title: 'target', at: 'run.target', text: ({ run }) => run.target },
  { title: 'started', at: 'run.startedAt', text: ({ run }) => run.startedAt.replace(/\.\d+Z$/, 'Z').replace('T', ' ') },
  { title: 'load, s', at: 'phases.load', text: ({ phases }) => formatCount(phases.load, 1) },
  { title: 'planned', at: 'rate.targetPerSec', text: ({ rate }) => perSec(rate.targetPerSec) },
  { title: 'acknowledged', at: 'rate.achievedPerSec', text: ({ rate }) => perSec(rate.achievedPerSec) },
  { title: 'error of the rate, %', at: 'rate.errorPct', text: ({ rate }) => orNone(rate.errorPct, signed) },
  ...(['sent', 'acked', 'failed', 'unresolved'] as const).map((name) => ({
    title: `messages ${name}`,
    at: `totals.${name}`,
    text: ({ totals }: Result) => formatCount(totals[name]),
  })),
  ...(['p50', 'p90', 'p99', 'p999', 'max'] as const).map((name) => ({
    title: `response ${name === 'p999' ? 'p99.9' : name}, ms`,
    at: `latency.response.${name}`,
    text: ({ latency }: Result) => formatPercentile(latency.response[name]),
  })),
  {
    title: 'service p99, ms',
    at: 'latency.service.p99',
    text: ({ latency }) => formatPercentile(latency.service.p99),
  },
  {
    title: 'schedule lag p99, ms',
    at: 'latency.scheduleLag.p99',
    text: ({ latency }) => formatPercentile(latency.scheduleLag.p99),
  },
  {
    title: 'CPU, s per million messages',
    at: 'client.cpuSecondsPerMillion',
    text: ({ client }) => orNone(client.cpuSecondsPerMillion, (value) => formatCount(value, 1)),
  },
  { title: 'engine', at: 'environment.engineVersion', text: ({ environment }) => environment.engineVersion },
  {
    title: 'machine',
    at: 'environment.cpuModel',
    text: ({ environment: { cpus, cpuModel } }) => `${cpus} × ${cpuModel}`,
  },
];

function perSec(value: number | null): string {
  return orNone(value, formatPerSec);
}

function orNone(value: number | null, format: (value: number) => string): string {
  return value === null ? '–' : format(value);
}

function FiguresTable({ runs }: { readonly runs: readonly RunColumn[] }) {
  return (
    <section class="wide-table" tabindex={0} aria-label="Figures of each run">
      <table class="beside">
        <thead>
          <tr>
            <th scope="col">run</th>
            {runs.map(({ name, href }) => (
              <th key={name} scope="col">
                {href === undefined ? (
                  <bdi>{name}</bdi>
                ) : (
                  <a href={href}>
                    <bdi>{name}</bdi>
                  </a>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ title, at, text }) => (
            <tr key={title}>
              <th scope="row">{title === 'acknowledged' ? ackedWord(runs[0]!.result) : title}</th>
              {runs.map(({ name, result }, i) => (
                <td key={name} data-key={`${i}.${at}`}>
                  <bdi>{text(result)}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const HEIGHT = 90;

const HOW_TO_READ =
  'A row per run: acknowledged messages per second, the plan dashed, and p99 of the response latency. All rows have the same axes, so heights compare. Shaded: warm-up, and what comes after the load.';

function Multiples({ runs }: { readonly runs: readonly RunColumn[] }) {
  const longest = runs.map(({ view }) => view.rows).toSorted((a, b) => b.length - a.length)[0]!;
  const rows = runs.flatMap(({ view }) => view.rows);
  const highest = rows.reduce((max, { acked, scheduled }) => Math.max(max, acked, scheduled), 1);
  const y = scaleLinear([0, highest], [HEIGHT, 0]).nice(3);
  const yTicks = y
    .ticks(3)
    .filter(Number.isInteger)
    .map((value) => ({ value, label: formatCount(value) }));
  const latency = latencyAxis(
    rows.map(({ p99 }) => p99),
    HEIGHT,
  );
  const planned = Math.max(...runs.map(({ view: { phases } }) => phases.warmup + phases.load));
  const x = timeScale({ rows: longest, phases: { warmup: 0, load: planned, drain: 0 } });
  return (
    <Figure
      id="runs"
      title="Rate and latency"
      legend={[
        { label: 'acknowledged', look: 's c0' },
        { label: 'planned', look: 's c1 d1' },
        { label: 'response p99', look: 's c3' },
      ]}
      howToRead={HOW_TO_READ}
      table={timeTable(
        longest.map(({ second }) => ({ second })),
        runs.flatMap(({ name, view }) => {
          const of = (second: number) => view.rows[second];
          return [
            {
              title: `${name}, acknowledged`,
              of: ({ second }: { second: number }) => of(second)?.acked,
              several: 'sum' as const,
            },
            {
              title: `${name}, p99, ms`,
              of: ({ second }: { second: number }) => of(second)?.p99,
              format: formatMs,
              several: 'max' as const,
            },
          ];
        }),
      )}
    >
      {runs.map(({ name, view }, i) => {
        const id = `run-${i}`;
        return (
          <section key={name} class="multiple" aria-labelledby={`${id}-title`}>
            <h4 id={`${id}-title`}>
              <bdi>{name}</bdi>
            </h4>
            <TimePlot {...{ id, y, yTicks }} view={view} x={x} yTitle="messages per second" height={HEIGHT}>
              <Line points={pointsOf(view, 'scheduled')} look="c1 d1" {...{ x, y }} />
              <Line points={pointsOf(view, 'acked')} look="c0" {...{ x, y }} />
            </TimePlot>
            <TimePlot {...{ id, ...latency }} view={view} x={x} yTitle="response p99, ms" height={HEIGHT}>
              <Line points={pointsOf(view, 'p99')} look="c3" x={x} y={latency.y} />
            </TimePlot>
          </section>
        );
      })}
    </Figure>
  );
}

function pointsOf({ rows }: RunView, key: 'acked' | 'scheduled' | 'p99') {
  return rows.map((row) => ({ x: row.second + 0.5, y: row[key] }));
}
