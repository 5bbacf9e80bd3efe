/** What the charts of a run are drawn from: of a result, or of a run that goes on. */
import type { ConsumerRow } from '../../recorder/consumer-row.ts';
import type { SparseCounts } from '../../recorder/latency-series.ts';
import type { ScenarioRow, SecondRow } from '../../recorder/second-row.ts';
import type { PercentileCurve } from '../../result/percentile-curve.ts';
import type { DrainResult } from '../../result/reading-result.ts';
import type { Outage, RunEvent } from '../../result/result.ts';

export interface RunView {
  readonly rows: readonly SecondRow[];
  /** One a row: response latencies by coarse bucket; null where they are not known. */
  readonly latencies: readonly SparseCounts[] | null;
  /** Seconds each; of a run that goes on those planned. */
  readonly phases: { readonly warmup: number; readonly load: number; readonly drain: number };
  /** As fast as acknowledgements allow: nothing is planned for a second. */
  readonly isClosedLoop?: boolean;
  readonly events: readonly RunEvent[];
  readonly outages: readonly Outage[];
  /** Of response, service and schedule lag; empty where not known. */
  readonly curves: readonly PercentileCurve[];
  readonly inFlightMax: number | null;
  /** How late an acknowledgement may be seen, p99, µs. */
  readonly resolutionP99Us: number | null;
  /** Thresholds of the response latency of the whole run. */
  readonly limits: readonly LatencyLimit[];
  readonly errors: readonly ErrorSeconds[];
  /** By name; only of runs with several. */
  readonly scenarios: Readonly<Record<string, readonly ScenarioRow[]>>;
  /** By group; absent where nobody reads. */
  readonly consumers?: Readonly<Record<string, ConsumerView>>;
}

export interface ConsumerView {
  readonly rows: readonly ConsumerRow[];
  /** End-to-end latencies of the load phase; absent where no record could be dated. */
  readonly curve?: PercentileCurve;
  readonly drain?: Pick<DrainResult, 'fromSecond' | 'seconds'>;
}

export interface LatencyLimit {
  /** As written: `p(99)<250`. */
  readonly label: string;
  readonly us: number;
}

export interface ErrorSeconds {
  readonly name: string;
  readonly code: number;
  readonly count: number;
  /** Of each second that had any. */
  readonly seconds: readonly (readonly [second: number, count: number])[];
}
