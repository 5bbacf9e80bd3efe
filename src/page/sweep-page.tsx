/** The page of a sweep, or of one profile that was repeated: what to take, then what that stands on. */
import { Fragment, type JSX } from 'preact';
import { describeMachine } from '../compare/comparison-rows.ts';
import type { RunIdentityFacts } from '../compare/run-record.ts';
import type { SweepAnalysis } from '../compare/sweep-analysis.ts';
import type { SweepFile } from '../compare/sweep-file.ts';
import { describeRuns, methodText, NO_GOAL, paretoTexts, rejected } from '../compare/sweep-rows.ts';
import type { PercentileCurve } from '../result/percentile-curve.ts';
import { countOf } from '../units.ts';
import { MeasurePlot } from './experiment/measure-plot.tsx';
import { titleOf } from './experiment/measure-title.ts';
import { ParetoPlot, paretoAxes } from './experiment/pareto-plot.tsx';
import { RatioPlot } from './experiment/ratio-plot.tsx';
import { SpreadPlot } from './experiment/spread-plot.tsx';
import { CellsTable, RunsTable } from './experiment/sweep-tables.tsx';
import { Command, Facts, type RunLinks, Sentences } from './page-parts.tsx';
import { PercentileChart } from './run/percentile-chart.tsx';

export interface SweepPageProps {
  readonly sweep: SweepFile;
  /** Of cells worth a look, over all of their runs that count. */
  readonly curves: readonly PercentileCurve[];
  readonly links: RunLinks;
  /** Of the first run that counts. */
  readonly identity: RunIdentityFacts | null;
  /** What the page had to leave out. */
  readonly gaps: readonly string[];
  /** Of a comparison beside it. */
  readonly comparisonHref?: string;
}

export function SweepPage({ sweep, curves, links, identity, gaps, comparisonHref }: SweepPageProps) {
  const { analysis, experiment } = sweep;
  const { cells, measures, notes } = analysis;
  const isSweep = cells.length > 1;
  const method = methodText(analysis);
  return (
    <>
      <h1>
        <bdi>{experiment.name}</bdi>: {isSweep ? 'sweep' : 'repeated runs'}
      </h1>
      <p class="faint">{describeRuns(sweep).slice(experiment.name.length + 2)}</p>
      <Verdict sweep={sweep} />
      {comparisonHref !== undefined && (
        <p>
          <a href={comparisonHref}>Compared with a baseline</a>
        </p>
      )}
      <Sentences title="Notes" texts={[...notes, ...gaps]} />
      <h2>{isSweep ? 'Cells' : 'Figures'}</h2>
      <CellsTable analysis={analysis} />
      {method !== undefined && <p class="faint">{method}</p>}
      {isSweep ? (
        <CellPlots sweep={sweep} />
      ) : (
        <>
          <h2>How much runs differ</h2>
          <SpreadPlot sweep={sweep} />
        </>
      )}
      {curves.length > 0 && (
        <>
          <h2>Percentile curves</h2>
          <PercentileChart curves={curves} title="Response latency" />
        </>
      )}
      <h2>Runs</h2>
      <p class="faint">{countOf(sweep.runs.length, 'run')}, in the order in which they ran.</p>
      <RunsTable sweep={sweep} measures={measures} links={links} />
      <h2>Experiment</h2>
      <Command command={experiment.command} />
      <Facts
        facts={[
          { name: 'Profile', value: <bdi>{experiment.profile}</bdi> },
          { name: 'Seed', value: experiment.seed },
          { name: 'Started', value: experiment.startedAt },
          { name: 'Experiment', value: experiment.id },
          { name: 'Machine', value: describeMachine({ identity }) },
        ]}
      />
    </>
  );
}

function Verdict({ sweep }: { readonly sweep: SweepFile }) {
  const { analysis } = sweep;
  const { recommendation, cells } = analysis;
  if (recommendation === null) return cells.length > 1 ? <p>Goal: {NO_GOAL}</p> : null;
  const { cell, goal, words } = recommendation;
  return (
    <section class={`verdict ${cell === null ? 'warn' : 'ok'}`}>
      <p>
        <span class="word">{cell === null ? 'Nothing recommended' : 'Recommended'}:</span>{' '}
        <bdi>{words.replace(/^none: /, '')}</bdi>
      </p>
      <p>
        Goal: <code>{goal}</code>
      </p>
      <Sentences texts={rejected(analysis)} />
    </section>
  );
}

function CellPlots({ sweep }: { readonly sweep: SweepFile }) {
  const { analysis, runs } = sweep;
  const { differences, baseline, cells } = analysis;
  const axes = paretoAxes(analysis);
  const numberOf = (name: string) => cells.findIndex((cell) => cell.name === name) + 1;
  return (
    <>
      <h2>Measures</h2>
      <Folded analysis={analysis}>
        {(measure) => <MeasurePlot id={idOf('measure', measure.measure)} {...{ analysis, measure, runs }} />}
      </Folded>
      <h2>
        Against the baseline, <bdi>{baseline}</bdi>
      </h2>
      <Folded analysis={analysis}>
        {(measure) => {
          const rows = differences.flatMap(({ cell, measures: compared }) => {
            const comparison = compared.find((each) => each.measure === measure.measure);
            return comparison === undefined ? [] : [{ name: cell, number: numberOf(cell), comparison }];
          });
          if (rows.length === 0) return null;
          const title = `${titleOf(measure).title}: ${measure.better} is better`;
          return <RatioPlot id={idOf('ratio', measure.measure)} title={title} of="cell" rows={rows} />;
        }}
      </Folded>
      {analysis.pareto !== null && (
        <>
          <h2>Pareto front</h2>
          <Sentences texts={paretoTexts(analysis)} />
          {axes.map((cost) => (
            <ParetoPlot key={cost.measure} analysis={analysis} cost={cost} />
          ))}
        </>
      )}
    </>
  );
}

/** With more cells a figure is as high as a screen. */
const FOLDED_FROM = 9;

interface FoldedProps {
  readonly analysis: SweepAnalysis;
  readonly children: (measure: SweepAnalysis['measures'][number]) => JSX.Element | null;
}

/** A figure for each measure; of many cells those of measures that do not decide are folded. */
function Folded({ analysis: { measures, comparisons, cells }, children }: FoldedProps) {
  const [decisive] = comparisons;
  const isFolded = cells.length >= FOLDED_FROM && decisive !== undefined;
  const isShown = ({ measure }: { measure: string }) => !isFolded || decisive.measures.includes(measure);
  const each = (wanted: boolean) =>
    measures
      .filter((measure) => isShown(measure) === wanted)
      .map((measure) => <Fragment key={measure.measure}>{children(measure)}</Fragment>);
  return (
    <>
      {each(true)}
      {isFolded && (
        <details>
          <summary>The other measures</summary>
          {each(false)}
        </details>
      )}
    </>
  );
}

/** Of a figure. */
export function idOf(kind: string, name: string): string {
  return `${kind}-${name.replaceAll(/\W+/g, '-').replace(/-$/, '')}`;
}
