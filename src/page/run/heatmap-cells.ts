/** What a latency heatmap shows: messages by time and latency, in cells that can be seen. */
import { BUCKETS_PER_OCTAVE, bucketRangeUs, type SparseCounts } from '../../recorder/latency-series.ts';
import { COLOURS } from './heat-colour.ts';

export interface HeatmapCells {
  /** Seconds of a column. */
  readonly columnSec: number;
  /** Buckets of a row: a power of two, so that rows do not cross octaves. */
  readonly rowBuckets: number;
  /** Of each column, ascending: the row, as its first bucket, and its messages. */
  readonly columns: readonly (readonly (readonly [bucket: number, count: number])[])[];
  readonly lowest: number;
  readonly highest: number;
  readonly countMax: number;
}

const COLUMNS_MAX = 240;
const ROWS_MAX = 64;

/**
 * @param secondOf which second each entry is of, ascending: a disk that failed meanwhile leaves gaps.
 * @returns null where there is no message.
 */
export function heatmapCells(
  seconds: readonly SparseCounts[],
  secondOf: (entry: number) => number = (entry) => entry,
): HeatmapCells | null {
  let [first, last] = [Infinity, -1];
  for (const counts of seconds) {
    if (counts.length === 0) continue;
    first = Math.min(first, counts[0]![0]);
    last = Math.max(last, counts.at(-1)![0]);
  }
  if (last < 0) return null;
  let rowBuckets = 1;
  while ((last - first) / rowBuckets >= ROWS_MAX && rowBuckets < BUCKETS_PER_OCTAVE) rowBuckets *= 2;
  const length = secondOf(seconds.length - 1) + 1;
  const columnSec = Math.ceil(length / COLUMNS_MAX);
  const groups = Array.from({ length: Math.ceil(length / columnSec) }, (): SparseCounts[] => []);
  for (const [entry, counts] of seconds.entries()) groups[Math.floor(secondOf(entry) / columnSec)]!.push(counts);
  const columns = groups.map((group) => sumsByRow(group, rowBuckets));
  let countMax = 0;
  for (const column of columns) for (const [, count] of column) countMax = Math.max(countMax, count);
  const rowOf = (bucket: number) => bucket - (bucket % rowBuckets);
  return { columnSec, rowBuckets, columns, lowest: rowOf(first), highest: rowOf(last) + rowBuckets - 1, countMax };
}

function sumsByRow(seconds: readonly SparseCounts[], rowBuckets: number): [number, number][] {
  const sums = new Map<number, number>();
  for (const counts of seconds) {
    for (const [bucket, count] of counts) {
      const row = bucket - (bucket % rowBuckets);
      sums.set(row, (sums.get(row) ?? 0) + count);
    }
  }
  return [...sums].sort(([a], [b]) => a - b);
}

/** Messages of each octave, for the table; octave 0 ends at 8 µs. */
export function octaveSums(column: HeatmapCells['columns'][number], octaves: readonly number[]): number[] {
  return octaves.map((octave) =>
    column.reduce((sum, [bucket, count]) => (octaveOf(bucket) === octave ? sum + count : sum), 0),
  );
}

export function octaveOf(bucket: number): number {
  return Math.floor(bucket / BUCKETS_PER_OCTAVE);
}

/** End of the octave's buckets, µs. */
export function octaveEndUs(octave: number): number {
  return bucketRangeUs(octave * BUCKETS_PER_OCTAVE + BUCKETS_PER_OCTAVE - 1).toUs;
}

/** Least counts of the colour classes, 1 first: so few that each has a colour of its own. */
export function colourClasses(countMax: number): number[] {
  for (const digits of [[1, 2, 5], [1, 3], [1]]) {
    const edges = powers()
      .flatMap((power) => digits.map((digit) => digit * power))
      .filter((edge) => edge <= countMax);
    if (edges.length <= COLOURS) return edges;
  }
  return powers()
    .filter((power) => power <= countMax)
    .slice(0, COLOURS);
}

function powers(): number[] {
  return Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
}
