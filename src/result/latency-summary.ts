import type { Percentile } from '../recorder/histogram.ts';

export interface Latencies<T> {
  /** acknowledged − intended: the headline. */
  readonly response: T;
  /** acknowledged − handed to the client. */
  readonly service: T;
  /** handed to the client − intended. */
  readonly scheduleLag: T;
  /** consumed − intended, where records were read back. */
  readonly endToEnd?: T;
}

/**
 * Microseconds. `censored` messages (failed, unresolved) rank above all others: a percentile, or the max, that falls
 * among them is `{ atLeast }`. min and mean are of the `count` measured ones. Null where nothing was measured.
 */
export interface LatencySummary {
  readonly count: number;
  readonly censored: number;
  /** Of count, those longer than an hour. */
  readonly overflow: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly p50: Percentile | null;
  readonly p75: Percentile | null;
  readonly p90: Percentile | null;
  readonly p95: Percentile | null;
  readonly p99: Percentile | null;
  readonly p999: Percentile | null;
  readonly p9999: Percentile | null;
  readonly max: Percentile | null;
}
