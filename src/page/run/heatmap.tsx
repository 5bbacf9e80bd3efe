/** How many messages took how long, and when. */
import { formatMs } from '../../figures.ts';
import { bucketRangeUs } from '../../recorder/latency-series.ts';
import { formatCount } from '../../units.ts';
import { Figure } from '../plot/figure.tsx';
import { latencyAxis } from '../plot/latency-axis.ts';
import type { Scale } from '../plot/plot.tsx';
import { TimePlot, timeScale } from '../plot/time-plot.tsx';
import { colour } from './heat-colour.ts';
import { colourClasses, type HeatmapCells, heatmapCells, octaveEndUs, octaveOf, octaveSums } from './heatmap-cells.ts';
import type { RunView } from './run-view.ts';

const HEIGHT = 260;
/** y of a cell is written in half px, without a point. */
const PER_PX = 2;

const HOW_TO_READ =
  'Each cell counts messages by when they were acknowledged and by their response latency, on a logarithmic colour scale. Two bands are two kinds of messages, which percentile lines hide. A stripe that falls to the right is a queue that drains.';

export function Heatmap({ view }: { readonly view: RunView }) {
  const cells = view.latencies === null ? null : heatmapCells(view.latencies, (i) => view.rows[i]!.second);
  if (cells === null) return <NoHeatmap isKnown={view.latencies !== null} />;
  const x = timeScale(view);
  const range = [bucketRangeUs(cells.lowest).fromUs, bucketRangeUs(cells.highest).toUs];
  const axis = latencyAxis(range, HEIGHT);
  const classes = colourClasses(cells.countMax);
  const { columnSec } = cells;
  return (
    <Figure
      id="heatmap"
      title="Response latency heatmap"
      legend={classes.map((from, i) => ({ label: classLabel(from, classes[i + 1]), look: colour(i, classes.length) }))}
      legendTitle={`messages per cell of ${columnSec} s:`}
      howToRead={HOW_TO_READ}
      table={heatmapTable(cells)}
    >
      <TimePlot id="heatmap" {...{ view, ...axis }} yTitle="response latency, ms, logarithmic" height={HEIGHT}>
        <g class="heat" transform={`scale(${x(columnSec)} ${1 / PER_PX}) translate(.5)`}>
          {classPaths(cells, classes, axis.y).map((path, i) => (
            <path key={classes[i]} class={colour(i, classes.length)} d={path} />
          ))}
        </g>
      </TimePlot>
    </Figure>
  );
}

function NoHeatmap({ isKnown }: { readonly isKnown: boolean }) {
  return (
    <p id="heatmap" class="faint">
      No latency heatmap:{' '}
      {isKnown ? 'no message was acknowledged.' : 'this result does not hold the latencies of each second.'}
    </p>
  );
}

function classLabel(from: number, next: number | undefined): string {
  if (next === undefined) return `≥ ${formatCount(from)}`;
  return next === from + 1 ? formatCount(from) : `${formatCount(from)}–${formatCount(next - 1)}`;
}

/** A stroke as wide as a column for each stretch of neighbouring rows of one class; each begins from the one before. */
function classPaths({ columns, rowBuckets }: HeatmapCells, classes: readonly number[], y: Scale): string[] {
  const paths = classes.map(() => ({ text: 'M0 0', column: 0, y: 0 }));
  const at = (us: number) => Math.round(y(us) * PER_PX);
  columns.forEach((column, i) => {
    for (let row = 0; row < column.length; ) {
      const [start, count] = column[row]!;
      const index = classOf(count, classes);
      let end = start + rowBuckets;
      for (row++; column[row]?.[0] === end && classOf(column[row]![1], classes) === index; row++) end += rowBuckets;
      const [bottom, top] = [at(bucketRangeUs(start).fromUs), at(bucketRangeUs(end).fromUs)];
      const path = paths[index]!;
      path.text += `m${i - path.column} ${bottom - path.y}v${top - bottom}`;
      path.column = i;
      path.y = top;
    }
  });
  return paths.map(({ text }) => text);
}

function classOf(count: number, classes: readonly number[]): number {
  return Math.max(
    0,
    classes.findLastIndex((from) => count >= from),
  );
}

function heatmapTable(cells: HeatmapCells) {
  const { lowest, highest, columns, columnSec } = cells;
  const first = octaveOf(lowest);
  const octaves = Array.from({ length: octaveOf(highest) - first + 1 }, (_, i) => first + i);
  return {
    stepSec: columnSec,
    columns: ['second', ...octaves.map((octave) => `< ${formatMs(octaveEndUs(octave))} ms`)],
    rows: columns.map((column, i) => [i * columnSec, ...octaveSums(column, octaves)]),
    note: `messages acknowledged in each ${columnSec === 1 ? 'second' : `of ${columnSec} seconds`}, by latency below the column's bound and not below the one before`,
  };
}
