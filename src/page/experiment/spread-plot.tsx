/** How much the runs of one profile differ: each measure as a change from its median. */
import { describeChange, describeInterval } from '../../compare/change-words.ts';
import type { SweepFile } from '../../compare/sweep-file.ts';
import { headOf, medianText } from '../../compare/sweep-rows.ts';
import { ratioAxis } from '../plot/axes.ts';
import { Figure } from '../plot/figure.tsx';
import { percent } from '../plot/plot.tsx';
import { Interval, RowPlot } from '../plot/row-plot.tsx';
import { numberOf } from './measure-plot.tsx';
import { titleOf } from './measure-title.ts';

export function SpreadPlot({ sweep: { analysis, runs } }: { readonly sweep: SweepFile }) {
  const [cell] = analysis.cells;
  const spreads = analysis.measures.flatMap((measure) => {
    const figure = cell?.figures[measure.measure] ?? null;
    if (figure === null || typeof figure.median !== 'number' || figure.median <= 0) return [];
    const { median, low, high } = figure;
    const dots = runs.flatMap((run) =>
      run.status === 'ok' && run.counts
        ? numberOf(run.figures[measure.measure] ?? null).map((value) => ({ path: run.path, ratio: value / median }))
        : [],
    );
    const [least, greatest] = [Math.min, Math.max].map((of) => of(...dots.map(({ ratio }) => ratio), 1)) as [
      number,
      number,
    ];
    return [{ measure, figure, dots, low: (low ?? median) / median, high: (high ?? median) / median, least, greatest }];
  });
  const { scale, ticks } = ratioAxis(
    spreads.map(({ least, greatest }) => ({ ratio: Math.max(greatest, 1 / least), low: least, high: greatest })),
  );
  return (
    <Figure
      id="spread"
      title="Runs against their median"
      howToRead="Small dot: a run, as its change from the median of all. Line: the interval of the median. To show a change between settings as small as this spread takes several runs of each."
      table={{
        columns: ['measure', 'median', 'runs from', 'to', 'interval of the median'],
        rows: spreads.map(({ measure, figure, low, high, least, greatest }) => [
          headOf(measure).join(', '),
          medianText(measure.unit, figure),
          describeChange(least),
          describeChange(greatest),
          figure.low === null ? null : describeInterval({ low, high }),
        ]),
      }}
    >
      <RowPlot
        x={scale}
        ticks={ticks}
        title="change from the median"
        reference={1}
        rows={spreads.map(({ measure, figure, dots, low, high, least, greatest }) => ({
          name: `${titleOf(measure).title}, ${titleOf(measure).unit}`,
          value: `${medianText(measure.unit, figure)} (${describeInterval({ low: least, high: greatest })})`,
          marks: (
            <>
              <Interval x={scale} at={1} low={low} high={high} y={9} color={0} />
              {dots.map(({ path, ratio }) => (
                <circle key={path} class="run" cx={percent(scale(ratio))} cy="19" r="2.5" />
              ))}
            </>
          ),
        }))}
      />
    </Figure>
  );
}
