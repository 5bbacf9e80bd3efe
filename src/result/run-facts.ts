/** What was planned, as far as a result repeats or judges it: plain facts, so that result needs no plan. */
import type { PayloadFacts, WeightsFit } from './result.ts';

export interface RunFacts {
  readonly id: string;
  readonly name: string;
  readonly profileHash: string;
  readonly seed: number;
  readonly command: string;
  readonly target: string;
  readonly acks: string;
  readonly workers: number;
  readonly scenarios: readonly ScenarioFacts[];
  readonly thresholds: readonly ThresholdFacts[];
  /** By scenario, where a threshold asks; a scenario is missing where not every record's fate is known. */
  readonly weightsFits?: Readonly<Record<string, readonly WeightsFit[]>>;
  readonly notes: readonly string[];
}

export interface ScenarioFacts {
  readonly name: string;
  readonly executor: string;
  readonly workload: string;
  readonly closed: boolean;
  /** Messages planned, warm-up included, and the warm-up's part; null where only time bounds a closed loop. */
  readonly plannedCount: number | null;
  readonly warmupCount: number;
  /** Messages of a burst: they are late together. Absent where each is due by itself. */
  readonly burstSize?: number;
  /** Only a stop ends it: plannedCount is what was due until then. */
  readonly endless?: true;
  /**
   * Planned warm-up and load, ns from run start: startNs ≤ loadStartNs ≤ endNs. Where a number of messages cuts an open
   * schedule short, endNs is the cut; for a closed loop by count it is Infinity. An endless schedule ended with the run.
   */
  readonly startNs: number;
  readonly loadStartNs: number;
  readonly endNs: number;
  readonly payload: PayloadFacts;
}

export interface ThresholdFacts {
  readonly metric: string;
  readonly scenario?: string;
  readonly expression: string;
  readonly abortOnFail: boolean;
  readonly delayAbortEvalNs: number;
}
