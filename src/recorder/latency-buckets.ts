/**
 * A latency histogram as a classic Prometheus one: messages at or below each of a few fixed bounds. Counts are exact. A
 * bound is exact to HdrHistogram's resolution, as its getCountAtOrBelowValue is: it takes the whole of the HDR bucket it
 * lies in. That is the nearest whole µs up to 2,047 µs, and less than 0.1 % above the bound beyond: the bucket of
 * 5,000 µs ends at 5,003.
 */
import { bucketIndex, type FlatHistogram, HIGHEST_US, maximum, overflowCount, sum } from './histogram.ts';

/** 100 µs to a minute, in µs; above stands what is counted alone: +Inf. */
export const BOUNDS_US = [
  100, 200, 500, 1e3, 2e3, 5e3, 10e3, 20e3, 50e3, 100e3, 200e3, 500e3, 1e6, 2e6, 5e6, 10e6, 30e6, 60e6,
] as const;

export interface LatencyBuckets {
  /** Messages at or below each of BOUNDS_US. */
  readonly atOrBelow: readonly number[];
  /** All messages, those of more than an hour included. */
  readonly count: number;
  readonly sumUs: number;
}

const LAST_CELLS = BOUNDS_US.map(bucketIndex);

/**
 * Of several histograms as one, which may be written meanwhile: every cell is read once, so that counts only grow from
 * bound to bound and from reading to reading. The sum may then be some records ahead of the count.
 */
export function readLatencyBuckets(histograms: readonly FlatHistogram[]): LatencyBuckets {
  const atOrBelow = new Array<number>(BOUNDS_US.length).fill(0);
  let count = 0;
  let sumUs = 0;
  for (const cells of histograms) {
    const end = occupiedCells(cells);
    let seen = 0;
    let cell = 0;
    LAST_CELLS.forEach((last, bound) => {
      for (const stop = Math.min(last + 1, end); cell < stop; cell++) seen += cells[cell]!;
      atOrBelow[bound]! += seen;
    });
    for (; cell < end; cell++) seen += cells[cell]!;
    count += seen + overflowCount(cells);
    sumUs += sum(cells);
  }
  return { atOrBelow, count, sumUs };
}

/**
 * Those above the greatest latency are empty, which is most of them. A record whose maximum is not written yet is left
 * to the next reading.
 */
function occupiedCells(cells: FlatHistogram): number {
  const greatestUs = maximum(cells);
  if (greatestUs === null) return 0;
  return bucketIndex(Math.floor(Math.min(HIGHEST_US, Math.max(0, greatestUs + 0.5)))) + 1;
}
