/** The cells of an experiment by what they cost: latency against each other measure in which they differ. */
import { scaleLinear } from 'd3-scale';
import type { CellSummary } from '../../compare/cell-figures.ts';
import type { SweepAnalysis } from '../../compare/sweep-analysis.ts';
import { medianText } from '../../compare/sweep-rows.ts';
import { valueAxis } from '../plot/axes.ts';
import { Figure } from '../plot/figure.tsx';
import { Line } from '../plot/lines.tsx';
import { Plot, percent, round, type Scale, X_UNITS } from '../plot/plot.tsx';
import { titleOf } from './measure-title.ts';

const HEIGHT = 280;
/** Medians closer than this are one value: a fixed rate is one throughput. */
const DIFFERS_FROM = 0.01;
const LATENCY = 'response_ms p(99)';

type SweepMeasure = SweepAnalysis['measures'][number];

interface Place {
  readonly cell: CellSummary;
  readonly number: number;
  readonly x: number;
  readonly y: number;
  readonly isOnFront: boolean;
}

/** What p99 is paid with: measures of the front in which medians differ. */
export function paretoAxes({ pareto, measures, cells }: SweepAnalysis): SweepMeasure[] {
  if (pareto === null || !pareto.measures.includes(LATENCY)) return [];
  return measures.filter(({ measure }) => {
    if (measure === LATENCY || !pareto.measures.includes(measure)) return false;
    const medians = cells.flatMap((cell) => medianOf(cell, measure) ?? []);
    return Math.max(...medians) > Math.min(...medians) * (1 + DIFFERS_FROM);
  });
}

export function ParetoPlot({ analysis, cost }: { readonly analysis: SweepAnalysis; readonly cost: SweepMeasure }) {
  const latency = analysis.measures.find(({ measure }) => measure === LATENCY)!;
  const places = placesOf(analysis, cost);
  const y = valueAxis(
    places.map((place) => place.y),
    [HEIGHT - 16, 16],
  );
  const x = valueAxis(
    places.map((place) => place.x),
    [0.04 * X_UNITS, 0.96 * X_UNITS],
  );
  const { title, unit } = titleOf(cost);
  const id = `pareto-${cost.measure.replaceAll(/\W+/g, '-')}`;
  const front = bestOfTwo(places, cost.better);
  return (
    <Figure
      id={id}
      title={`p99 against ${title.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())}`}
      legend={[{ label: 'no cell is better in both', look: 's c0 d1' }]}
      howToRead={`Each dot is a cell at its medians, numbered as in the tables; ${cost.better === 'higher' ? 'the lower right' : 'the lower left'} is best. Filled: on the Pareto front of all measures (${analysis.pareto!.measures.length}), so no other cell is as good in all and better in one.`}
      table={{
        columns: ['number', 'cell', `${title}, ${unit}`, 'p99, ms', 'on the front'],
        rows: places.map(({ cell, number, isOnFront }) => [
          number,
          cell.name,
          medianText(cost.unit, cell.figures[cost.measure]),
          medianText(latency.unit, cell.figures[LATENCY]),
          isOnFront ? 'yes' : 'no',
        ]),
      }}
    >
      <Plot
        id={id}
        x={x.scale}
        y={y.scale}
        height={HEIGHT}
        xTitle={`${title}, ${unit}${cost.better === 'higher' ? ', higher is better' : ''}`}
        yTitle="p99, ms"
        xTicks={x.ticks}
        yTicks={y.ticks}
        above={labelled(places, x.scale, y.scale).map(({ number, isOnFront, cell, left, top, dx, dy }) => (
          <g key={number}>
            <circle class={isOnFront ? 'f0' : 'hollow c0'} cx={percent(left)} cy={round(top)} r="5">
              <title>{cell.name}</title>
            </circle>
            <text class="dot-label" x={percent(left)} y={round(top)} dx={dx} dy={dy}>
              {number}
            </text>
          </g>
        ))}
      >
        <Line points={front.map((place) => ({ x: place.x, y: place.y }))} x={x.scale} y={y.scale} look="c0 d1" />
      </Plot>
    </Figure>
  );
}

function medianOf({ figures }: CellSummary, measure: string): number | undefined {
  const median = figures[measure]?.median;
  return typeof median === 'number' ? median : undefined;
}

function placesOf({ cells, pareto }: SweepAnalysis, cost: SweepMeasure): Place[] {
  return cells.flatMap((cell, i) => {
    const [x, y] = [medianOf(cell, cost.measure), medianOf(cell, LATENCY)];
    if (x === undefined || y === undefined || cell.runs === 0) return [];
    return [{ cell, number: i + 1, x, y, isOnFront: pareto!.front.includes(cell.name) }];
  });
}

/** By x; of these two measures alone. */
function bestOfTwo(places: readonly Place[], better: SweepMeasure['better']): Place[] {
  const sign = better === 'higher' ? -1 : 1;
  const inOrder = places.toSorted((a, b) => sign * (a.x - b.x) || a.y - b.y);
  let least = Number.POSITIVE_INFINITY;
  const front = inOrder.filter(({ y }) => {
    const isBest = y < least;
    least = Math.min(least, y);
    return isBest;
  });
  return front.toSorted((a, b) => a.x - b.x);
}

/** px of a plot, to keep labels apart. */
const WIDTH = 700;
const OFFSETS = [
  { dx: 9, dy: 4 },
  { dx: -22, dy: 4 },
  { dx: -4, dy: -9 },
  { dx: -4, dy: 17 },
  { dx: 9, dy: -8 },
  { dx: 9, dy: 16 },
];

/** Each number beside its dot, where none of those before it and no dot stands. */
function labelled(places: readonly Place[], x: Scale, y: Scale) {
  const toPx = scaleLinear([0, X_UNITS], [0, WIDTH]);
  const dots = places.map((place) => ({ ...place, left: x(place.x), top: y(place.y) }));
  const taken = dots.map(({ left, top }) => ({ x: toPx(left), y: top }));
  return dots.map((dot) => {
    const at = ({ dx, dy }: (typeof OFFSETS)[number]) => ({ x: toPx(dot.left) + dx + 6, y: dot.top + dy - 4 });
    const isFree = (offset: (typeof OFFSETS)[number]) => {
      const { x: left, y: top } = at(offset);
      return taken.every((other) => Math.abs(other.x - left) > 14 || Math.abs(other.y - top) > 11);
    };
    const offset = OFFSETS.find(isFree) ?? OFFSETS[0]!;
    taken.push(at(offset));
    return { ...dot, ...offset };
  });
}
