/** One second of a run: a row of the live view, the series, the report and the metrics. */
/** Merged over workers; counts are of events that happened in that second. */
export interface SecondRow {
  readonly second: number;
  readonly scheduled: number;
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  /** Response latency in µs of the acknowledgements of this second; null when there were none. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly scheduleLagP99: number | null;
  readonly inFlight: number;
  /** CPU of the whole process in percent of one core. */
  readonly cpuPct: number;
}

export const SECOND_COLUMNS = [
  'second',
  'scheduled',
  'sent',
  'acked',
  'failed',
  'p50',
  'p99',
  'max',
  'scheduleLagP99',
  'inFlight',
  'cpuPct',
] as const satisfies readonly (keyof SecondRow)[];
