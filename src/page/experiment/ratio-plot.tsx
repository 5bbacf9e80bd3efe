/** Ratios with their intervals, on a log axis: what is shown to differ leaves out 1. */
import { describeChange, describeInterval } from '../../compare/change-words.ts';
import { VERDICT_WORDS } from '../../compare/comparison-rows.ts';
import type { ComparisonVerdict, MeasureComparison } from '../../compare/measure-comparison.ts';
import { ratioAxis } from '../plot/axes.ts';
import { Figure } from '../plot/figure.tsx';
import { percent, type Scale } from '../plot/plot.tsx';
import { Interval, type PlotRow, ROW_HEIGHT, RowPlot } from '../plot/row-plot.tsx';

export interface RatioRow {
  /** A cell's or a measure's. */
  readonly name: string;
  readonly number?: number;
  readonly comparison: MeasureComparison;
}

interface RatioPlotProps {
  readonly id: string;
  readonly title: string;
  /** What rows are of. */
  readonly of: string;
  readonly rows: readonly RatioRow[];
}

const LOOKS: Readonly<Record<ComparisonVerdict, { look: NonNullable<PlotRow['valueLook']>; color: number }>> = {
  better: { look: 'ok', color: 2 },
  worse: { look: 'bad', color: 1 },
  'no-difference-shown': { look: 'faint', color: 0 },
  'too-noisy': { look: 'warn', color: 4 },
  'not-comparable': { look: 'faint', color: 0 },
};

export function RatioPlot({ id, title, of, rows }: RatioPlotProps) {
  if (rows.every(({ comparison }) => comparison.interval === null)) return <NoRatios title={title} rows={rows} />;
  const { scale, ticks } = ratioAxis(rows.flatMap(({ comparison }) => comparison.interval ?? []));
  return (
    <Figure
      id={id}
      title={title}
      howToRead="Dot: the mean ratio. Line: its interval; if it does not touch 0 %, a difference is shown (filled dot). Shaded: changes too small for these runs to show four times in five."
      table={{
        columns: [of, 'change', 'interval', 'smallest change that would have been shown', 'verdict'],
        rows: rows.map(({ name, comparison }) => {
          const { interval, smallestShown, verdict } = comparison;
          return [
            name,
            interval && describeChange(interval.ratio),
            interval && describeInterval(interval),
            smallestShown === null ? null : smallestText(smallestShown),
            VERDICT_WORDS[verdict],
          ];
        }),
      }}
    >
      <RowPlot
        x={scale}
        ticks={ticks}
        title="change, log axis"
        reference={1}
        rows={rows.map(({ name, number, comparison }) => ({
          name,
          ...(number !== undefined && { number }),
          value: ratioWords(comparison),
          valueLook: LOOKS[comparison.verdict].look,
          marks: <RatioMarks comparison={comparison} x={scale} />,
        }))}
      />
    </Figure>
  );
}

function NoRatios({ title, rows }: Pick<RatioPlotProps, 'title' | 'rows'>) {
  const verdicts = [...new Set(rows.map(({ comparison }) => VERDICT_WORDS[comparison.verdict]))];
  return (
    <p class="faint">
      {title}: no intervals ({verdicts.join(', ')})
    </p>
  );
}

/** `better: -59 %`, `too noisy: +3 %, only 14 % would have been shown` */
export function ratioWords(comparison: MeasureComparison): string {
  const { verdict, interval, smallestShown } = comparison;
  // How many runs would do is the same for most rows: the table of the terminal has it.
  if (interval === null) return comparison.words.split(';')[0]!;
  const words = `${VERDICT_WORDS[verdict]}: ${describeChange(interval.ratio)}`;
  if (verdict === 'better' || verdict === 'worse' || smallestShown === null) return words;
  return `${words}; ${smallestText(smallestShown)} would have been shown`;
}

function smallestText(smallest: number): string {
  return describeChange(1 + smallest).replace('+', '');
}

function RatioMarks({ comparison, x }: { readonly comparison: MeasureComparison; readonly x: Scale }) {
  const { verdict, interval, smallestShown } = comparison;
  if (interval === null) return null;
  const isShown = verdict === 'better' || verdict === 'worse';
  return (
    <>
      {smallestShown !== null && <Band x={x} from={1 / (1 + smallestShown)} to={1 + smallestShown} />}
      <Interval
        x={x}
        at={interval.ratio}
        low={interval.low}
        high={interval.high}
        y={ROW_HEIGHT / 2}
        color={LOOKS[verdict].color}
        isSure={isShown}
      />
    </>
  );
}

/** Of the axis what is on it. */
export function Band({ x, from, to }: { readonly x: Scale; readonly from: number; readonly to: number }) {
  const [min, max] = x.domain() as [number, number];
  const [left, right] = [Math.min(max, Math.max(from, min)), Math.max(min, Math.min(to, max))];
  return <rect class="shade" x={percent(x(left))} width={percent(x(right) - x(left))} y="3" height={ROW_HEIGHT - 6} />;
}
