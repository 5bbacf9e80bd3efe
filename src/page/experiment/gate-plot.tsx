/** Gates: what each allows, and the interval of what was found. */
import { describeChange, describeInterval } from '../../compare/change-words.ts';
import type { Comparison } from '../../compare/comparison.ts';
import { orderedGates } from '../../compare/comparison-rows.ts';
import type { GateOutcome } from '../../compare/gates.ts';
import { ratioAxis } from '../plot/axes.ts';
import { Figure } from '../plot/figure.tsx';
import type { Scale } from '../plot/plot.tsx';
import { Interval, ROW_HEIGHT, RowPlot } from '../plot/row-plot.tsx';
import { Band } from './ratio-plot.tsx';

export const GATE_LOOKS = {
  pass: { word: 'passed', look: 'ok', color: 2 },
  fail: { word: 'failed', look: 'bad', color: 1 },
  undecided: { word: 'undecided', look: 'warn', color: 4 },
} as const;

export function GatePlot({ comparison }: { readonly comparison: Comparison }) {
  const gates = orderedGates(comparison);
  const { scale, ticks } = ratioAxis(
    gates.flatMap(({ interval, bound }) => [
      ...(interval === null ? [] : [interval]),
      { ratio: bound, low: bound, high: bound },
    ]),
  );
  return (
    <Figure
      id="gates"
      title="What each gate allows, and what was found"
      howToRead="Shaded: what a gate allows. It passes if the whole line is inside, fails if the whole line is outside, and is undecided otherwise. A gate on a change is relative to BASE, one with a limit to the limit."
      table={{
        columns: ['gate', 'outcome', 'found', 'interval', 'bound', 'words'],
        rows: gates.map(({ gate, outcome, interval, bound, words }) => [
          gate,
          GATE_LOOKS[outcome].word,
          interval && describeChange(interval.ratio),
          interval && describeInterval(interval),
          describeChange(bound),
          words,
        ]),
      }}
    >
      <RowPlot
        x={scale}
        ticks={ticks}
        title="against BASE or the limit, log axis"
        reference={1}
        rows={gates.map((gate) => ({
          name: gate.gate,
          value: `${GATE_LOOKS[gate.outcome].word}: ${gate.words}`,
          valueLook: GATE_LOOKS[gate.outcome].look,
          marks: <GateMarks gate={gate} x={scale} isUpper={isUpper(gate, comparison)} />,
        }))}
      />
    </Figure>
  );
}

interface GateMarksProps {
  readonly gate: GateOutcome;
  readonly x: Scale;
  readonly isUpper: boolean;
}

function GateMarks({ gate: { interval, bound, outcome }, x, isUpper }: GateMarksProps) {
  const [min, max] = x.domain() as [number, number];
  return (
    <>
      <Band x={x} from={isUpper ? min : bound} to={isUpper ? bound : max} />
      {interval !== null && (
        <Interval
          x={x}
          at={interval.ratio}
          low={interval.low}
          high={interval.high}
          y={ROW_HEIGHT / 2}
          color={GATE_LOOKS[outcome].color}
          isSure={outcome !== 'undecided'}
        />
      )}
    </>
  );
}

/** Whether the bound is one from above. */
function isUpper({ gate, measure }: GateOutcome, { measures }: Comparison): boolean {
  if (/[<>]/.test(gate)) return gate.includes('<');
  return measures.find((each) => each.measure === measure)?.better !== 'higher';
}
