/** The whole distribution, with as much room for its last messages as for the others. */
import { scaleLog } from 'd3-scale';
import { formatMs } from '../../figures.ts';
import {
  messagesAbove,
  PERCENTILE_MAX,
  type PercentileCurve,
  type PercentilePoint,
} from '../../result/percentile-curve.ts';
import { countOf, formatCount } from '../../units.ts';
import { Figure } from '../plot/figure.tsx';
import { latencyAxis } from '../plot/latency-axis.ts';
import { Line } from '../plot/lines.tsx';
import { Plot, percent, type Scale, X_UNITS } from '../plot/plot.tsx';

const HEIGHT = 240;
/** For the counts of messages. */
const TOP = 18;
/** A percentile that fewer messages are above says little. */
export const ABOVE_MIN = 10;

/** No two share a colour or a dash. */
export const CURVE_LOOKS = ['c0', 'c1 d1', 'c2 d3', 'c3 d2', 'c4 d4', 'c5 d5'];
const TICKS = [50, 90, 99, 99.9, 99.99, PERCENTILE_MAX];

const HOW_TO_READ = `At 99 % stands the latency that 99 of 100 messages did not exceed. Each nine is as wide as the one before, so the tail is visible. The numbers on top count the messages that were slower; below ${ABOVE_MIN} the line is dotted, because the next run may differ.`;

interface PercentileChartProps {
  readonly curves: readonly PercentileCurve[];
  readonly id?: string;
  readonly title?: string;
}

export function PercentileChart({ curves, id = 'percentiles', title = 'Latency by percentile' }: PercentileChartProps) {
  const known = curves.filter(({ points }) => points.length > 0);
  const drawn = known.filter((curve) => !isZero(curve));
  if (drawn.length === 0) {
    return (
      <p id={id} class="faint">
        No percentile curve: {curves.length > 0 ? 'no message was acknowledged.' : 'no histogram was kept.'}
      </p>
    );
  }
  const x: Scale = scaleLog([1, inverse(PERCENTILE_MAX)], [0, X_UNITS]);
  const axis = latencyAxis(
    drawn.flatMap(({ points }) => points.map(({ valueUs }) => valueUs)),
    HEIGHT,
    TOP,
  );
  const hasOneCount = new Set(drawn.map(({ count }) => count)).size === 1;
  return (
    <Figure
      id={id}
      title={title}
      legend={[
        ...drawn.map(({ name }, i) => ({ label: name, look: `s ${CURVE_LOOKS[i % CURVE_LOOKS.length]}` })),
        { label: `fewer than ${ABOVE_MIN} messages above`, look: 's doubt c0' },
      ]}
      howToRead={HOW_TO_READ}
      table={percentileTable(known)}
    >
      <Plot
        {...{ id, x, ...axis }}
        height={HEIGHT}
        xTitle="percentile, %"
        yTitle={`latency, ms, logarithmic; on top: messages above${hasOneCount ? '' : `, ${drawn[0]!.name}`}`}
        xTicks={TICKS.map((value) => ({ value: inverse(value), label: String(value), isMinor: false }))}
        above={<Counts curve={drawn[0]!} x={x} />}
      >
        {drawn.map((curve, i) => (
          <Curve key={curve.name} {...{ curve, x, y: axis.y }} look={CURVE_LOOKS[i % CURVE_LOOKS.length]!} />
        ))}
      </Plot>
      <p class="faint">
        {known.map((curve, i) => (
          <span key={curve.name}>
            {i > 0 && '; '}
            <bdi>{curve.name}</bdi>: {countOf(curve.count, 'message')}
            {isZero(curve) && ', all 0 ms'}
            {curve.censored > 0 &&
              ` below ${formatCount(curve.censored)} failed or unresolved ones, where the curve ends`}
          </span>
        ))}
      </p>
    </Figure>
  );
}

/** Has no place on a logarithmic axis: the schedule lag of a closed loop. */
function isZero({ points }: PercentileCurve): boolean {
  return points.at(-1)!.valueUs <= 0;
}

/** Where a percentile lies on the axis: 50 → 2, 99 → 100. */
function inverse(percentile: number): number {
  return 100 / (100 - percentile);
}

interface CurveProps {
  readonly curve: PercentileCurve;
  readonly x: Scale;
  readonly y: Scale;
  readonly look: string;
}

function Curve({ curve: { points }, look, ...scales }: CurveProps) {
  const firstDoubtful = points.findIndex(({ above }) => above < ABOVE_MIN);
  const sure = firstDoubtful < 0 ? points : points.slice(0, firstDoubtful);
  const doubtful = firstDoubtful < 0 ? [] : points.slice(Math.max(0, firstDoubtful - 1));
  const place = ({ percentile, valueUs }: PercentilePoint) => ({ x: inverse(percentile), y: valueUs });
  return (
    <>
      {sure.length > 0 && <Line points={sure.map(place)} look={look} {...scales} />}
      {doubtful.length > 0 && <Line points={doubtful.map(place)} look={`doubt ${look.split(' ')[0]}`} {...scales} />}
    </>
  );
}

function Counts({ curve: { count, censored }, x }: { readonly curve: PercentileCurve; readonly x: Scale }) {
  return (
    <g class="counts">
      {TICKS.filter((percentile) => percentile >= 90).map((percentile) => (
        <text key={percentile} class="middle" x={percent(x(inverse(percentile)))} y="10">
          {formatCount(messagesAbove(count + censored, percentile))}
        </text>
      ))}
    </g>
  );
}

function percentileTable(curves: readonly PercentileCurve[]) {
  const percentiles = [...new Set(curves.flatMap(({ points }) => points.map(({ percentile }) => percentile)))];
  const pointOf = (curve: PercentileCurve, at: number) => curve.points.find(({ percentile }) => percentile === at);
  return {
    columns: ['percentile', ...curves.flatMap(({ name }) => [`${name}, ms`, `messages above (${name})`])],
    rows: percentiles
      .toSorted((a, b) => a - b)
      .map((percentile) => [
        `${percentile} %`,
        ...curves.flatMap((curve) => {
          const point = pointOf(curve, percentile);
          return point === undefined ? [null, null] : [formatMs(point.valueUs), formatCount(point.above)];
        }),
      ]),
  };
}
