/** Which part of the distribution moved: the ratio at each percentile. */
import { describeChange, describeInterval } from '../compare/change-words.ts';
import type { Comparison } from '../compare/comparison.ts';
import { ratioAxis } from './axes.ts';
import { Figure } from './figure.tsx';
import { Interval, ROW_HEIGHT, RowPlot } from './row-plot.tsx';

export function ShiftPlot({ percentiles }: Pick<NonNullable<Comparison['distribution']>, 'percentiles'>) {
  const { scale, ticks } = ratioAxis(percentiles);
  const moved = (isMoved: boolean) => (isMoved ? 'moved' : 'not shown to move');
  return (
    <Figure
      id="shift"
      title="Response latency by percentile: NEW against BASE"
      howToRead="Up to p90 it is the body of the distribution, beyond that its tail. Where the line leaves out the axis at 0 %, the percentile is shown to have moved (filled); all percentiles are corrected for together. A percentile that some run has too few messages for is left out."
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
