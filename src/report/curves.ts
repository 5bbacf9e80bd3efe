/** Percentile curves of sets of runs, each over all messages of its runs. */
import type { RunRecord } from '../compare/run-record.ts';
import { add, createHistogram } from '../recorder/histogram.ts';
import { decodeHistogram } from '../result/hdr.ts';
import { type PercentileCurve, percentileCurve } from '../result/percentile-curve.ts';
import { countOf } from '../units.ts';

interface Curves {
  readonly curves: readonly PercentileCurve[];
  /** What is left out, in sentences. */
  readonly gaps: readonly string[];
}

/** Of response latencies. A set of which no run has a histogram has no curve. */
export function curvesOf(sets: readonly { readonly label: string; readonly runs: readonly RunRecord[] }[]): Curves {
  const curves: PercentileCurve[] = [];
  const gaps: string[] = [];
  for (const { label, runs } of sets) {
    const all = createHistogram();
    let [censored, unreadable] = [0, 0];
    for (const { histograms, response } of runs) {
      try {
        add(all, decodeHistogram(histograms.response, response!));
        censored += response!.censored;
      } catch {
        unreadable++;
      }
    }
    if (unreadable > 0) gaps.push(`${label}: the percentile curve lacks ${countOf(unreadable, 'run')}: no histogram`);
    if (unreadable < runs.length) curves.push(percentileCurve(label, all, censored));
  }
  return { curves, gaps };
}
