/** What a heat map of many shards shows: a row for each, or for some of them, and in it the worst of each stretch of time. */
import type { ShardResult, ShardRow } from '../../result/shard-result.ts';
import { COLOURS } from './heat-colour.ts';

export interface ShardFigure {
  readonly of: (row: ShardRow) => number | null;
  readonly worst: 'min' | 'max';
}

export interface ShardCells {
  /** Seconds of a column. */
  readonly columnSec: number;
  /** Shards of a row. */
  readonly rowShards: number;
  /** By row, then by column; null where one of its shards was not heard of, or has no such value. */
  readonly rows: readonly (readonly (number | null)[])[];
  readonly columns: readonly ShardColumn[];
}

/** All shards in one stretch of time. */
export interface ShardColumn {
  readonly lowest: ShardValue | null;
  readonly median: number | null;
  readonly highest: ShardValue | null;
  /** Shards of which a second is missing. */
  readonly missing: number;
}

interface ShardValue {
  readonly shard: number;
  readonly value: number;
}

const COLUMNS_MAX = 240;
const ROWS_MAX = 125;

/** @param seconds of the run. */
export function shardCells(shards: readonly ShardResult[], seconds: number, figure: ShardFigure): ShardCells {
  const columnSec = Math.ceil(Math.max(1, seconds) / COLUMNS_MAX);
  const rowShards = Math.ceil(Math.max(1, shards.length) / ROWS_MAX);
  const columnCount = Math.ceil(Math.max(1, seconds) / columnSec);
  const stretches = shards.map(({ series }) => stretchesOf(series, { columnSec, columnCount, seconds }, figure));
  const rowCount = Math.ceil(shards.length / rowShards);
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const members = stretches.slice(row * rowShards, (row + 1) * rowShards);
    return Array.from({ length: columnCount }, (_, column) => {
      const cells = members.map((cellsOf) => cellsOf[column]!);
      return cells.some(({ isMissing }) => isMissing) ? null : worstOf(cells, figure);
    });
  });
  const columns = Array.from({ length: columnCount }, (_, column) =>
    columnOf(
      shards,
      stretches.map((cells) => cells[column]!),
    ),
  );
  return { columnSec, rowShards, rows, columns };
}

interface Stretch {
  /** Null where nothing was measured. */
  readonly value: number | null;
  /** A second of it was not received. */
  readonly isMissing: boolean;
}

/** Of one shard. */
function stretchesOf(
  series: readonly ShardRow[],
  { columnSec, columnCount, seconds }: { columnSec: number; columnCount: number; seconds: number },
  { of, worst }: ShardFigure,
): Stretch[] {
  const values = Array.from({ length: columnCount }, (): number | null => null);
  const received = new Array<number>(columnCount).fill(0);
  for (const row of series) {
    const column = Math.floor(row.second / columnSec);
    if (column >= columnCount) continue;
    received[column]!++;
    const [value, before] = [of(row), values[column]!];
    if (value !== null) values[column] = before === null ? value : Math[worst](before, value);
  }
  return values.map((value, column) => {
    const planned = Math.min(columnSec, seconds - column * columnSec);
    return { value, isMissing: received[column]! < planned };
  });
}

function worstOf(cells: readonly Stretch[], { worst }: ShardFigure): number | null {
  const values = cells.flatMap(({ value }) => (value === null ? [] : [value]));
  return values.length === 0 ? null : Math[worst](...values);
}

function columnOf(shards: readonly ShardResult[], cells: readonly Stretch[]): ShardColumn {
  const known = cells.flatMap(({ value }, i) => (value === null ? [] : [{ shard: shards[i]!.shard, value }]));
  known.sort((a, b) => a.value - b.value);
  return {
    lowest: known[0] ?? null,
    median: known[Math.floor(known.length / 2)]?.value ?? null,
    highest: known.at(-1) ?? null,
    missing: cells.filter(({ isMissing }) => isMissing).length,
  };
}

/** Lower bounds of the colours of counts, from 0 on in equal steps. */
export function linearClasses(highest: number): number[] {
  const step = niceStep(Math.max(highest, 1) / COLOURS);
  const count = Math.min(COLOURS, Math.floor(highest / step) + 1);
  return Array.from({ length: count }, (_, i) => i * step);
}

function niceStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const digit = [1, 2, 2.5, 5, 10].find((each) => each * power >= atLeast * (1 - 1e-9))!;
  return Math.max(1, Math.ceil(digit * power));
}

/** Lower bounds of the colours of latencies, on a logarithmic scale, over a factor of ten at least: small differences are pale. */
export function logClasses(lowest: number, highest: number): number[] {
  for (const digits of [[1, 2, 5], [1, 3], [1]]) {
    const edges = Array.from({ length: 14 }, (_, exponent) => digits.map((digit) => digit * 10 ** exponent)).flat();
    const first = Math.max(
      0,
      edges.findLastIndex((edge) => edge <= lowest),
    );
    const used = edges.slice(first).filter((edge) => edge <= Math.max(highest, 10 * edges[first]!));
    if (used.length <= COLOURS || digits.length === 1) return used.slice(0, COLOURS);
  }
  return [];
}
