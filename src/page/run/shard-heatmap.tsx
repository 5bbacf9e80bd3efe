/** One figure of many shards over time: a row for each of them. */
import { scaleLinear } from 'd3-scale';
import type { ShardResult } from '../../result/shard-result.ts';
import { formatCount } from '../../units.ts';
import { Figure } from '../plot/figure.tsx';
import { TimePlot, timeScale } from '../plot/time-plot.tsx';
import { colour } from './heat-colour.ts';
import type { RunView } from './run-view.ts';
import { linearClasses, logClasses, type ShardCells, type ShardFigure, shardCells } from './shard-cells.ts';

const HEIGHT_MAX = 320;
const ROW_PX_MAX = 12;
const TICKS_MAX = 12;

interface ShardHeatmapProps {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly howToRead: string;
  readonly view: RunView;
  readonly shards: readonly ShardResult[];
  readonly figure: ShardFigure;
  readonly isLatency?: boolean;
  readonly format: (value: number) => string;
}

export function ShardHeatmap({ id, title, unit, view, shards, figure, isLatency, format, ...rest }: ShardHeatmapProps) {
  const x = timeScale(view);
  const cells = shardCells(shards, (view.rows.at(-1)?.second ?? 0) + 1, figure);
  const values = cells.rows.flat().filter((value) => value !== null);
  const [lowest, highest] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, 0]);
  const classes = isLatency === true ? logClasses(lowest, highest) : linearClasses(highest);
  const rowPx = Math.max(1, Math.min(ROW_PX_MAX, Math.floor(HEIGHT_MAX / cells.rows.length)));
  const height = rowPx * cells.rows.length;
  const { columnSec, rowShards } = cells;
  const of = rowShards === 1 ? '' : `, ${rowShards} shards a row`;
  return (
    <Figure
      id={id}
      title={title}
      legend={classes.map((from, i) => ({
        label: i === classes.length - 1 ? `≥ ${format(from)}` : `${format(from)} – ${format(classes[i + 1]!)}`,
        look: colour(i, classes.length),
      }))}
      legendTitle={`${unit}, ${figure.worst === 'min' ? 'lowest' : 'highest'} in ${columnSec} s${of}:`}
      howToRead={rest.howToRead}
      table={tableOf(cells, unit, format)}
    >
      <TimePlot
        id={id}
        view={view}
        y={scaleLinear([0, cells.rows.length * rowShards], [0, height])}
        yTicks={shardTicks(shards.length).map((shard) => ({ value: shard + rowShards / 2, label: String(shard) }))}
        yTitle="shard"
        height={height}
      >
        <g class="heat" transform={`scale(${x(columnSec)} ${rowPx}) translate(0 .5)`}>
          {pathsOf(cells, classes).map((path, i) => (
            <path key={classes[i]} class={colour(i, classes.length)} d={path} />
          ))}
        </g>
      </TimePlot>
    </Figure>
  );
}

function shardTicks(count: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => count / each <= TICKS_MAX) ?? 1_000;
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** A stroke as high as a row for each stretch of neighbouring columns of one class; each begins where the last one ended. */
function pathsOf({ rows }: ShardCells, classes: readonly number[]): string[] {
  const paths = classes.map(() => ({ text: 'M0 0', column: 0, row: 0 }));
  const classOf = (value: number | null) =>
    value === null
      ? -1
      : Math.max(
          0,
          classes.findLastIndex((from) => value >= from),
        );
  for (const [row, values] of rows.entries()) {
    for (let column = 0; column < values.length; ) {
      const start = column;
      const index = classOf(values[start]!);
      while (column < values.length && classOf(values[column]!) === index) column++;
      const path = paths[index];
      if (path === undefined) continue;
      path.text += `m${start - path.column} ${row - path.row}h${column - start}`;
      path.column = column;
      path.row = row;
    }
  }
  return paths.map(({ text }) => text);
}

function tableOf({ columns, columnSec }: ShardCells, unit: string, format: (value: number) => string) {
  const cell = (value: number | null | undefined) => (value == null ? null : format(value));
  return {
    stepSec: columnSec,
    columns: ['second', `lowest, ${unit}`, 'of shard', `median, ${unit}`, `highest, ${unit}`, 'shard', 'not heard of'],
    rows: columns.map(({ lowest, median, highest, missing }, i) => [
      i * columnSec,
      cell(lowest?.value),
      lowest === null ? null : String(lowest.shard),
      cell(median),
      cell(highest?.value),
      highest === null ? null : String(highest.shard),
      formatCount(missing),
    ]),
    note: `over all shards, in each ${columnSec === 1 ? 'second' : `${columnSec} seconds`}`,
  };
}
