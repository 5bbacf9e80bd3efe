/**
 * A latency histogram as flat float64 counters in (shared) memory, in HdrHistogram's own bucket layout: 3 significant
 * digits, 1 µs to one hour. Recording costs a few nanoseconds, where an object-based recorder takes a hundred.
 */
export interface FlatHistogram {
  /** Bucket counts in HdrHistogram's counts-array order, then overflow, total, min, max and sum (see OFFSET). */
  readonly cells: Float64Array;
}
