/** The bridge to hdr-histogram-js; apart from histogram.ts so that neither workers nor a run that begins load it. */
import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  JsHistogram,
} from 'hdr-histogram-js';
import {
  BUCKET_CELLS,
  bucketIndex,
  bucketLowest,
  type FlatHistogram,
  HIGHEST_US,
  maximum,
  minimum,
  restoreHistogram,
} from '../recorder/histogram.ts';
import type { PhaseMeasurement } from '../recorder/measurement.ts';
import type { Latencies, LatencySummary } from './result.ts';

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

/**
 * What encodeHistogram encoded, with the exact extremes of its summary.
 * @throws RangeError when it is not a histogram, or not one of our layout.
 */
export function decodeHistogram(text: string, { overflow, min, max, mean }: LatencySummary): FlatHistogram {
  const hdr = decodeHdr(text);
  const greatest = typeof max === 'object' && max !== null ? max.atLeast : max;
  return restoreHistogram((i) => hdr.getCountAtIndex(i), {
    overflow,
    min: min ?? 0,
    max: greatest ?? 0,
    mean: mean ?? 0,
  });
}

function decodeHdr(text: string): JsHistogram {
  let hdr: Histogram;
  try {
    hdr = decodeFromCompressedBase64(text, 64);
  } catch (cause) {
    throw new RangeError(`not a compressed HdrHistogram: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  if (!(hdr instanceof JsHistogram) || hdr.countsArrayLength !== BUCKET_CELLS || hdr.lowestDiscernibleValue !== 1) {
    throw new RangeError('its buckets are not those of 1 µs to 1 hour with 3 significant digits');
  }
  return hdr;
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
