/** One second of a run: a row of the live view, the series, the report and the metrics. */

/** What CPU threads used in a second, % of one core; null where it is not known: not Linux, or no reading of that second. */
export interface ThreadShares {
  /** The busiest worker's loop. */
  readonly loopCpuPct: number | null;
  /** The busiest of librdkafka's client threads; null also where there are none. */
  readonly clientCpuPct: number | null;
  readonly mainCpuPct: number | null;
}

/** Merged over workers; counts are of events that happened in that second. */
export interface SecondRow extends ThreadShares {
  readonly second: number;
  readonly scheduled: number;
  readonly sent: number;
  readonly acked: number;
  readonly failed: number;
  /** Response latency in µs of the acknowledgements of this second; null when there were none. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  readonly scheduleLagP99: number | null;
  readonly inFlight: number;
  /** CPU of the whole process in percent of one core. */
  readonly cpuPct: number;
}

/** In the order in which they came to be: later ones are only appended. */
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
  'p90',
  'p999',
  'loopCpuPct',
  'clientCpuPct',
  'mainCpuPct',
] as const satisfies readonly (keyof SecondRow)[];

/** The same second of one scenario. */
export type ScenarioRow = Pick<SecondRow, 'second' | 'sent' | 'acked' | 'failed' | 'p50' | 'p99'>;
