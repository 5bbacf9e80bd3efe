/** The response latencies of a run as ten lines: bands of equal ratio, with exact counts. */
import { formatMs } from '../figures.ts';
import {
  BUCKET_CELLS,
  bucketIndex,
  bucketLowest,
  type FlatHistogram,
  HIGHEST_US,
  maximum,
  minimum,
} from '../recorder/histogram.ts';
import { decodeHistogram } from '../result/hdr.ts';
import type { LatencySummary, Result } from '../result/result.ts';
import { formatCount } from '../units.ts';
import { histogramBar } from './sparkline.ts';

const LINES = 10;
const BAR_CELLS = 40;

/** From `fromUs` to below `toUs`; the last one has its end in it. */
interface Band {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

/**
 * Of the messages that the latency table is about; those without a latency stand on a line of their own. Empty where
 * the result has no readable histogram.
 */
export function latencyBandLines({ latency, histograms }: Pick<Result, 'latency' | 'histograms'>): string[] {
  const { count, censored, overflow } = latency.response;
  const others = [
    ...(overflow > 0 ? [['more than an hour', overflow] as const] : []),
    ...(censored > 0 ? [['failed or unresolved', censored] as const] : []),
  ];
  if (count + censored === 0) return [];
  const bands = count === overflow ? [] : bandsOf(latency.response, histograms.response, LINES - others.length);
  if (bands === null) return [];
  const most = Math.max(...bands.map((band) => band.count), ...others.map(([, other]) => other));
  const line = (label: string, messages: number) => {
    const percent = (100 * messages) / (count + censored);
    const bar = histogramBar(messages / most, BAR_CELLS);
    return `${label.padEnd(24)}${formatCount(messages).padStart(14)}${percent.toFixed(2).padStart(8)} %  ${bar}`.trimEnd();
  };
  const edge = (us: number) => formatMs(us).padStart(9);
  return [
    ...bands.map(({ fromUs, toUs, count: messages }) =>
      line(`  ${edge(fromUs)} – ${edge(toUs).trimStart()}`, messages),
    ),
    ...others.map(([label, messages]) => line(`  ${label}`, messages)),
  ];
}

/** Its edges are those of the recorder's buckets, so that no bucket is divided; null where it is not readable. */
function bandsOf(summary: LatencySummary, encoded: string, count: number): Band[] | null {
  let cells: FlatHistogram;
  try {
    cells = decodeHistogram(encoded, summary);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const [minUs, maxUs] = [minimum(cells)!, Math.min(HIGHEST_US, maximum(cells)!)];
  const [first, last] = [minUs, maxUs].map((us) => bucketIndex(Math.max(0, Math.round(us)))) as [number, number];
  const fromUs = Math.max(1, minUs);
  const inner = Array.from({ length: count - 1 }, (_, i) => {
    return bucketIndex(Math.round(fromUs * (maxUs / fromUs) ** ((i + 1) / count)));
  });
  const starts = [first, ...new Set(inner.filter((edge) => edge > first && edge <= last))];
  return starts.map((start, i) => {
    const end = starts[i + 1];
    return {
      fromUs: i === 0 ? minUs : bucketLowest(start),
      toUs: end === undefined ? maxUs : bucketLowest(end),
      count: cells.subarray(start, end ?? BUCKET_CELLS).reduce((sum, messages) => sum + messages, 0),
    };
  });
}
