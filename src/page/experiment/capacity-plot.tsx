/** Latency against the offered rate: where it leaves what was asked for. */
import type { CapacityResult, CapacityStep, StepOutcome } from '../../compare/capacity-result.ts';
import { latencyText, rateText } from '../../compare/capacity-words.ts';
import { parseObjective } from '../../objective-grammar.ts';
import { logAxis, valueAxis } from '../plot/axes.ts';
import { Figure } from '../plot/figure.tsx';
import { Line } from '../plot/lines.tsx';
import { Plot, percent, round, type Scale, X_UNITS } from '../plot/plot.tsx';
import { numberOf } from './measure-plot.tsx';

const HEIGHT = 320;

const LINES = [
  { key: 'p999', label: 'p99.9', look: 'c3 d3' },
  { key: 'p99', label: 'p99', look: 'c0' },
  { key: 'p50', label: 'p50', look: 'c2 d2' },
] as const;

/** Also without colour. */
export const OUTCOME_MARKS: Readonly<Record<StepOutcome, { mark: string; look: 'ok' | 'bad' | 'warn' }>> = {
  held: { mark: '●', look: 'ok' },
  failed: { mark: '×', look: 'bad' },
  'generator-limited': { mark: '?', look: 'warn' },
  invalid: { mark: '!', look: 'warn' },
};

const P99 = 'response_ms p(99)';

export function CapacityPlot({ result }: { readonly result: CapacityResult }) {
  const { curve, steps, bracket } = result;
  const limits = limitsOf(result);
  const ms = [
    ...curve.flatMap(({ p50, p99, p999 }) => [p50, p99, p999].flatMap(numberOf)),
    ...steps.flatMap(({ figures }) => numberOf(figures[P99] ?? null)),
    ...limits.map((limit) => limit.ms),
  ];
  const x = valueAxis(
    curve.map(({ rate }) => rate),
    [0.03 * X_UNITS, 0.97 * X_UNITS],
  );
  const y = logAxis(ms, [HEIGHT, 0]);
  return (
    <Figure
      id="capacity"
      title="Response latency against the offered rate"
      legend={[
        ...LINES.map(({ label, look }) => ({ label, look: `s ${look}` })),
        ...(bracket.low !== null && bracket.high !== null ? [{ label: 'bracket', look: 'shade' }] : []),
        ...(limits.length > 0 ? [{ label: 'asked for', look: 's limit' }] : []),
      ]}
      howToRead={`Lines: the medians of each rate. Marks: steps at their p99, ${OUTCOME_MARKS.held.mark} held, ${OUTCOME_MARKS.failed.mark} failed, ${OUTCOME_MARKS['generator-limited'].mark} limited by this machine, which says nothing about the broker. The capacity lies in the shaded bracket; plan below the rate where latency turns up steeply.`}
      table={{
        columns: ['offered', 'outcome', 'held', 'p50, ms', 'p99, ms', 'p99.9, ms'],
        rows: curve.map(({ rate, outcome, held, steps: made, p50, p99, p999 }) => [
          rateText(rate),
          outcome,
          `${held} of ${made}`,
          ...[p50, p99, p999].map(latencyText),
        ]),
      }}
    >
      <Plot
        id="capacity"
        x={x.scale}
        y={y.scale}
        height={HEIGHT}
        xTitle="offered messages per second"
        yTitle="response latency, ms, log axis"
        xTicks={x.ticks}
        yTicks={y.ticks}
        above={
          <>
            {limits.map(({ label, ms: at }) => (
              <text key={label} class="flag" x="4" y={round(y.scale(at)) - 5}>
                {label}
              </text>
            ))}
            {steps.map((step) => (
              <StepMark key={step.path} step={step} x={x.scale} y={y.scale} />
            ))}
          </>
        }
      >
        <Bracket bracket={bracket} x={x.scale} />
        {limits.map(({ label, ms: at }) => (
          <path key={label} class="limit" d={`M0 ${round(y.scale(at))}H${X_UNITS}`} />
        ))}
        {LINES.map(({ key, look }) => (
          <Line
            key={key}
            points={curve.map((point) => ({ x: point.rate, y: positive(point[key]) }))}
            {...{ x: x.scale, y: y.scale, look }}
          />
        ))}
      </Plot>
    </Figure>
  );
}

/** What is above a known value is drawn at it. */
function positive(value: CapacityResult['curve'][number]['p99']): number | null {
  const [ms = 0] = numberOf(value);
  return ms > 0 ? ms : null;
}

function StepMark({ step, x, y }: { readonly step: CapacityStep; readonly x: Scale; readonly y: Scale }) {
  const ms = positive(step.figures[P99] ?? null);
  const { mark, look } = OUTCOME_MARKS[step.outcome];
  return (
    <text class={`step ${look}`} x={percent(x(step.rate))} y={ms === null ? HEIGHT - 6 : round(y(ms))}>
      {mark}
      <title>{`${rateText(step.rate)}: ${step.outcome}${step.reasons[0] === undefined ? '' : `, ${step.reasons[0]}`}`}</title>
    </text>
  );
}

function Bracket({ bracket: { low, high }, x }: { readonly bracket: CapacityResult['bracket']; readonly x: Scale }) {
  if (low === null || high === null) return null;
  return <rect class="shade" x={round(x(low))} width={round(x(high) - x(low))} y="0" height={HEIGHT} />;
}

/** Of the response latency as a whole: what else was asked for has no place on this axis. */
function limitsOf({ slo }: CapacityResult): { readonly label: string; readonly ms: number }[] {
  return slo.flatMap((text) => {
    const { measure, value } = parseObjective(text);
    return measure.metric === 'response_ms' && measure.scenario === undefined && measure.stat !== 'count'
      ? [{ label: text, ms: value }]
      : [];
  });
}
