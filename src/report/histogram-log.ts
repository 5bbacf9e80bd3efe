/** histograms.hlog: HdrHistogram's log format 1.3, readable by its standard tools. */
import { HistogramLogWriter } from 'hdr-histogram-js';
import { toHdr } from '../result/hdr.ts';
import type { MergedRun } from '../result/merge.ts';
import { scrub } from '../secrets.ts';
import { MS_PER_SEC } from '../units.ts';

/** One tagged line a histogram, times relative to run start. Values are µs; the Interval_Max column is in ms. */
export function histogramLog({ result: { run }, histograms }: MergedRun): string {
  const { startedAt } = run;
  const lines: string[] = [];
  const writer = new HistogramLogWriter((line) => lines.push(line));
  const startSec = Date.parse(startedAt) / MS_PER_SEC;
  writer.outputComment(`[run ${run.id}, ${run.profile}; values in microseconds, Interval_Max in milliseconds]`);
  writer.outputLogFormatVersion();
  // The writer's own outputStartTime adds an empty line, which not every reader forgives.
  writer.outputComment(`[StartTime: ${startSec.toFixed(3)} (seconds since epoch), ${startedAt}]`);
  writer.outputLegend();
  for (const { tag, startSec: from, endSec: to, cells } of histograms) {
    const hdr = toHdr(cells);
    hdr.tag = scrub(tag).replaceAll(/[\s,]/g, '_');
    writer.outputIntervalHistogram(hdr, from, to);
  }
  return lines.join('');
}
