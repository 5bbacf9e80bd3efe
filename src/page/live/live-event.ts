/** What the live page is sent, in order. Plain data: it travels as JSON, also between the processes of an experiment. */
import type { ExperimentProgress } from '../../compare/experiment-progress.ts';
import type { ConsumerRow } from '../../recorder/consumer-row.ts';
import type { SparseCounts } from '../../recorder/latency-series.ts';
import type { Progress } from '../../recorder/progress.ts';
import type { ScenarioRow, SecondRow } from '../../recorder/second-row.ts';
import type { PercentileCurve } from '../../result/percentile-curve.ts';
import type { RunEvent } from '../../result/result.ts';
import type { RunView } from '../run/run-view.ts';

export type LiveEvent =
  | { readonly kind: 'experiment'; readonly experiment: ExperimentProgress }
  /** A run begins: what was shown of an earlier one is over. */
  | { readonly kind: 'start'; readonly run: LiveRun }
  | LiveSeconds
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** The whole report as HTML; nothing follows. */
  | { readonly kind: 'end'; readonly report: string };

/** Seconds that are over, an entry each. */
export interface LiveSeconds {
  readonly kind: 'second';
  readonly rows: readonly SecondRow[];
  readonly latencies: readonly SparseCounts[];
  readonly scenarioRows?: Readonly<Record<string, readonly ScenarioRow[]>>;
  /** Failed messages since the last event, by code; absent where none failed, and in a sharded run. */
  readonly errors?: readonly LiveError[];
  /** By consumer group. */
  readonly consumerRows?: Readonly<Record<string, readonly ConsumerRow[]>>;
  /** Of the load phase until now; they replace earlier ones. */
  readonly curves?: readonly PercentileCurve[];
  /** End-to-end latency of each consumer group that has one, with the curves. */
  readonly consumerCurves?: readonly PercentileCurve[];
}

export interface LiveError {
  readonly second: number;
  readonly code: number;
  readonly name: string;
  readonly count: number;
}

export interface LiveRun {
  /** Of the profile. */
  readonly name: string;
  /** `embedded`, `null`, or the bootstrap servers. */
  readonly target: string;
  /** `1,000/s for 60s` */
  readonly load: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** As planned, seconds each; `load` is null where only a number of messages, or a stop, ends it. */
  readonly phases: { readonly warmup: number; readonly load: number | null };
  readonly limits: RunView['limits'];
  /** Planned pauses and faults. */
  readonly events?: readonly RunEvent[];
}
