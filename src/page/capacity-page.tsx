/** The page of a search for the capacity: the answer, the curve it stands on, and every step. */
import type { CapacityResult } from '../compare/capacity-result.ts';
import {
  adviceFor,
  answerOf,
  describeSteps,
  duration,
  latencyText,
  rateText,
  reasonsOf,
} from '../compare/capacity-words.ts';
import { describeMachine } from '../compare/comparison-rows.ts';
import type { RunIdentityFacts } from '../compare/run-record.ts';
import type { PercentileCurve } from '../result/percentile-curve.ts';
import { formatCount } from '../units.ts';
import { CapacityPlot, OUTCOME_MARKS } from './experiment/capacity-plot.tsx';
import { numberOf } from './experiment/measure-plot.tsx';
import { Command, Facts, RunLink, type RunLinks, Sentences } from './page-parts.tsx';
import { SortableTable } from './plot/sortable-table.tsx';
import { PercentileChart } from './run/percentile-chart.tsx';

export interface CapacityPageProps {
  readonly result: CapacityResult;
  readonly links: RunLinks;
  /** Of a step well below the capacity, and of those at the ends of the bracket. */
  readonly curves: readonly PercentileCurve[];
  /** Of a step. */
  readonly identity: RunIdentityFacts | null;
}

export function CapacityPage({ result, links, curves, identity }: CapacityPageProps) {
  const { experiment, settings, steps } = result;
  const target = { embedded: 'the embedded cluster', null: 'no broker' }[experiment.target] ?? experiment.target;
  return (
    <>
      <h1>
        <bdi>{experiment.profile}</bdi>: capacity
      </h1>
      <p class="faint">
        on {target}, {describeSteps(result)}
      </p>
      <section class={`verdict ${lookOf(result)}`}>
        <p>
          <strong>{sentence(answerOf(result))}</strong>
        </p>
        <Sentences texts={reasonsOf(result)} />
        <p>Next: {adviceFor(result)}</p>
      </section>
      {steps.length > 0 && (
        <>
          <h2>Latency against load</h2>
          <CapacityPlot result={result} />
        </>
      )}
      {curves.length > 0 && (
        <>
          <h2>Percentile curves</h2>
          <PercentileChart curves={curves} title="Response latency" />
        </>
      )}
      <h2>Steps</h2>
      <StepsTable result={result} links={links} />
      <h2>Search</h2>
      <Command command={experiment.command} />
      <Facts
        facts={[
          { name: 'Profile', value: <bdi>{experiment.profile}</bdi> },
          {
            name: 'Rates',
            value: `from ${rateText(settings.from)}${settings.to === null ? '' : ` to ${rateText(settings.to)}`}`,
          },
          { name: 'Tolerance', value: `${formatCount(100 * settings.tolerance, 1)} %` },
          { name: 'Warm-up', value: `${duration(settings.warmupMs)} a step` },
          { name: 'Started', value: experiment.startedAt },
          { name: 'Search', value: experiment.id },
          { name: 'Machine', value: describeMachine({ identity }) },
        ]}
      />
    </>
  );
}

/** The terminal shouts. */
function sentence(answer: string): string {
  return answer.charAt(0) + answer.slice(1).toLowerCase();
}

function lookOf({ limit, bracket, finished }: CapacityResult): string {
  if (!finished || limit === null || limit === 'generator') return 'warn';
  return bracket.low === null ? 'bad' : 'ok';
}

function StepsTable({ result: { steps }, links }: { readonly result: CapacityResult; readonly links: RunLinks }) {
  const measures = [...new Set(steps.flatMap(({ figures }) => Object.keys(figures)))];
  const shown = measures.filter((measure) => measure.startsWith('response_ms'));
  const rows = steps.map((step, i) => {
    const { mark, look } = OUTCOME_MARKS[step.outcome];
    return {
      key: step.path,
      cells: [
        { text: <RunLink path={step.path} links={links} /> },
        { text: rateText(step.rate), value: step.rate, at: `steps.${i}.rate` },
        { text: step.phase, words: 'short' as const },
        { text: `${mark} ${step.outcome}`, look, words: 'short' as const },
        { text: duration(step.holdMs), value: step.holdMs },
        { text: formatCount(step.samples), value: step.samples },
        ...shown.map((measure) => {
          const figure = step.figures[measure] ?? null;
          return { text: latencyText(figure), value: numberOf(figure)[0] ?? null, at: `steps.${i}.figures.${measure}` };
        }),
        { text: step.reasons[0] ?? '', words: 'long' as const },
      ],
    };
  });
  const columns = [
    ...['run', 'offered', 'phase', 'outcome', 'hold', 'messages'],
    ...shown.map((measure) => `${measure.replace(/^response_ms p\((.*)\)$/, 'p$1')}, ms`),
    'why',
  ];
  return <SortableTable label="Steps" columns={columns} rows={rows} />;
}
