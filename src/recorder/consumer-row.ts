/** One second of one consumer group: a row of the live view, the report and the metrics. */

/** Merged over its members; counts are of records read in that second. */
export interface ConsumerRow {
  readonly second: number;
  readonly consumed: number;
  readonly bytes: number;
  /** End-to-end latency, µs, of the records of this second; null when there were none. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Log end offset − position at the second's end; null where the cluster did not answer in time. */
  readonly lag: number | null;
}
