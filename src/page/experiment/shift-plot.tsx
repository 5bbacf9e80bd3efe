/** Which part of the distribution moved: the ratio at each percentile. */
import { describeChange, describeInterval } from '../../compare/change-words.ts';
import type { Comparison } from '../../compare/comparison.ts';
import { ratioAxis } from '../plot/axes.ts';
import { Figure } from '../plot/figure.tsx';
import { Interval, ROW_HEIGHT, RowPlot } from '../plot/row-plot.tsx';

export function ShiftPlot({ percentiles }: Pick<NonNullable<Comparison['distribution']>, 'percentiles'>) {
  const { scale, ticks } = ratioAxis(percentiles);
  const moved = (isMoved: boolean) => (isMoved ? 'moved' : 'not shown to move');
  return (
    <Figure
      id="shift"
      title="Response latency by percentile: NEW against BASE"
      howToRead="Up to p90 is the body of the distribution, beyond it the tail. If a line does not touch 0 %, that percentile moved (filled dot); the intervals are corrected for all percentiles together. Percentiles for which a run has too few messages are left out."
      table={{
        columns: ['percentile', 'change', 'interval', 'shown'],
        rows: percentiles.map((each) => [
          `p${each.p}`,
          describeChange(each.ratio),
          describeInterval(each),
          moved(each.moved),
        ]),
      }}
    >
      <RowPlot
        x={scale}
        ticks={ticks}
        title="change, log axis"
        reference={1}
        rows={percentiles.map(({ p, ratio, low, high, moved: isMoved }) => ({
          name: `p${p}`,
          value: `${describeChange(ratio)} (${describeInterval({ low, high })})`,
          ...(!isMoved && { valueLook: 'faint' as const }),
          marks: (
            <Interval
              x={scale}
              at={ratio}
              {...{ low, high }}
              y={ROW_HEIGHT / 2}
              color={isMoved ? (ratio > 1 ? 1 : 2) : 0}
              isSure={isMoved}
            />
          ),
        }))}
      />
    </Figure>
  );
}
