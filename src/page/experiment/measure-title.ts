/** A measure as the title of a figure, and its unit; tables have the short names of the terminal. */
import type { SweepAnalysis } from '../../compare/sweep-analysis.ts';
import { headOf } from '../../compare/sweep-rows.ts';

const TITLES: Readonly<Record<string, string>> = {
  throughput: 'Throughput',
  'response_ms p(50)': 'Response latency, p50',
  'response_ms p(99)': 'Response latency, p99',
  'response_ms p(99.9)': 'Response latency, p99.9',
  cpu_us: 'CPU of the generator',
  wire_bytes: 'Bytes on the wire',
  compression_ratio: 'Compression ratio',
};

export function titleOf(measure: SweepAnalysis['measures'][number]): { readonly title: string; readonly unit: string } {
  const [head, unit] = headOf(measure);
  return { title: TITLES[measure.measure] ?? head, unit };
}
