/** The bridge to hdr-histogram-js; apart from histogram.ts so that neither workers nor a run that begins load it. */
import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import {
  BUCKET_CELLS,
  bucketIndex,
  bucketLowest,
  type FlatHistogram,
  HIGHEST_US,
  maximum,
  minimum,
} from '../recorder/histogram.ts';
import type { PhaseMeasurement } from '../recorder/measurement.ts';
import type { Latencies } from './result.ts';

/** An empty hdr-histogram-js histogram of our layout. Its default 32-bit counters would wrap silently at 2^32. */
export function createHdr(): Histogram {
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  });
}

/** The same counts as an hdr-histogram-js histogram. Overflow has no place in it and stays behind. */
export function toHdr(cells: FlatHistogram): Histogram {
  const hdr = createHdr();
  const lowest = wholeUs(minimum(cells));
  const highest = wholeUs(maximum(cells));
  for (let i = 0; i < BUCKET_CELLS; i++) {
    const count = cells[i]!;
    if (count === 0) continue;
    // Any value of the bucket gives the same counts; the extremes are given as they were, so that its min and max are.
    const isHighest = bucketIndex(highest) === i;
    if (isHighest) hdr.recordValueWithCount(highest, 1);
    const rest = isHighest ? count - 1 : count;
    if (rest > 0) hdr.recordValueWithCount(bucketIndex(lowest) === i ? lowest : bucketLowest(i), rest);
  }
  return hdr;
}

/** HdrHistogram V2 compressed encoding in base64, readable by any HdrHistogram. */
export function encodeHistogram(cells: FlatHistogram): string {
  return encodeIntoCompressedBase64(toHdr(cells));
}

function wholeUs(valueUs: number | null): number {
  return Math.min(HIGHEST_US, Math.max(0, Math.round(valueUs ?? 0)));
}

export function encodePhase(phase: PhaseMeasurement): Latencies<string> {
  return {
    response: encodeHistogram(phase.response),
    service: encodeHistogram(phase.service),
    scheduleLag: encodeHistogram(phase.scheduleLag),
  };
}
