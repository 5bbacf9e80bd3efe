/** The page of a comparison: what follows, then gates, measures, the distribution, and what was compared. */
import type { Comparison } from '../compare/comparison.ts';
import {
  caveatsOf,
  describeMachine,
  describeMethod,
  describeSide,
  exitWords,
  headlineOf,
  measureRow,
} from '../compare/comparison-rows.ts';
import type { PercentileCurve } from '../result/percentile-curve.ts';
import { GATE_LOOKS, GatePlot } from './experiment/gate-plot.tsx';
import { RatioPlot } from './experiment/ratio-plot.tsx';
import { ShiftPlot } from './experiment/shift-plot.tsx';
import { Facts, Sentences } from './page-parts.tsx';
import { SortableTable } from './plot/sortable-table.tsx';
import { PercentileChart } from './run/percentile-chart.tsx';

export interface ComparisonPageProps {
  readonly comparison: Comparison;
  /** Of BASE and NEW, over all of their runs that count. */
  readonly curves: readonly PercentileCurve[];
  /** What the page had to leave out. */
  readonly gaps: readonly string[];
}

const LOOKS = { better: 'ok', worse: 'bad', 'no-difference-shown': '', 'too-noisy': 'warn', 'not-comparable': 'bad' };

export function ComparisonPage({ comparison, curves, gaps }: ComparisonPageProps) {
  const { base, other, gates, measures, distribution } = comparison;
  const machines = [...new Set([base, other].map(describeMachine))];
  return (
    <>
      <h1>
        Comparison: <bdi>{base.label}</bdi> and <bdi>{other.label}</bdi>
      </h1>
      <Verdict comparison={comparison} />
      {gates.length > 0 && (
        <>
          <h2>Gates</h2>
          <GatePlot comparison={comparison} />
        </>
      )}
      {measures.length > 0 && (
        <>
          <h2>Measures</h2>
          <MeasuresTable comparison={comparison} />
          <p class="faint">{describeMethod(comparison)}</p>
          <RatioPlot
            id="ratios"
            title="NEW against BASE"
            of="measure"
            rows={measures.map((each) => ({ name: `${each.measure}: ${each.better} is better`, comparison: each }))}
          />
        </>
      )}
      {distribution !== null && (
        <>
          <h2>What moved</h2>
          <p>{capital(distribution.words)}</p>
          {distribution.percentiles.length > 0 && <ShiftPlot percentiles={distribution.percentiles} />}
        </>
      )}
      {curves.length > 0 && (
        <>
          <h2>Percentile curves</h2>
          <PercentileChart curves={curves} title="Response latency" />
        </>
      )}
      <h2>What was compared</h2>
      <Facts
        facts={[
          { name: 'BASE', value: <Side side={base} /> },
          { name: 'NEW', value: <Side side={other} /> },
          { name: 'Machine', value: machines.join('; ') },
        ]}
      />
      <Sentences title="Notes" texts={[...caveatsOf(comparison), ...gaps]} />
    </>
  );
}

function Verdict({ comparison }: { readonly comparison: Comparison }) {
  const { verdict, words, exitCode, gates } = comparison;
  const head = headlineOf(comparison);
  const about = words.startsWith(`${head}: `) ? words.slice(head.length + 2) : words;
  const ofGates = (['fail', 'undecided', 'pass'] as const).find((each) =>
    gates.some(({ outcome }) => outcome === each),
  );
  return (
    <section class={`verdict ${ofGates === undefined ? LOOKS[verdict] : GATE_LOOKS[ofGates].look}`}>
      <p>
        <span class="word">{capital(head)}:</span> <bdi>{about}</bdi>
      </p>
      <p>
        Exit code {exitCode}: {exitWords(comparison)}
      </p>
    </section>
  );
}

function MeasuresTable({ comparison: { measures } }: { readonly comparison: Comparison }) {
  const rows = measures.map((each, i) => {
    const { measure, base, other, change, interval, shows, verdict } = measureRow(each);
    const look = LOOKS[each.verdict] as 'ok' | 'bad' | 'warn' | '';
    return {
      key: measure,
      cells: [
        { text: measure },
        { text: base, value: each.base?.median ?? null, at: `measures.${i}.base` },
        { text: other, value: each.other?.median ?? null, at: `measures.${i}.other` },
        { text: change, value: each.interval?.ratio ?? null },
        { text: interval },
        { text: shows, value: each.smallestShown },
        { text: verdict, at: `measures.${i}.verdict`, ...(look !== '' && { look }) },
      ],
    };
  });
  const columns = ['measure', 'BASE', 'NEW', 'change', 'interval', 'shows', 'verdict'];
  return <SortableTable label="Measures" columns={columns} rows={rows} />;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Side({ side }: { readonly side: Comparison['base'] }) {
  return (
    <>
      <bdi>{side.label}</bdi>: {describeSide(side)}
    </>
  );
}
