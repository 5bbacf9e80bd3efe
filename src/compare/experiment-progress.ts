/**
 * Where an experiment stands: what a terminal and a live page show of it. Plain data, so that it can be sent as JSON.
 * It stands beside the figures that it has, below everything that shows it; `experiments/progress-tracker.ts` makes it.
 */
import type { Percentile } from '../recorder/histogram.ts';
import type { Progress } from '../recorder/progress.ts';
import type { CapacityStep, StepPhase } from './capacity-result.ts';

export interface ExperimentProgress {
  readonly kind: 'sweep' | 'repeat' | 'capacity';
  readonly name: string;
  /** `burn-in` and `probe` are runs that are not counted; `pause`: nothing runs, the next run begins soon. */
  readonly activity: 'burn-in' | 'probe' | 'run' | 'pause' | 'done';
  /** Finished runs that are counted, those of an earlier process among them; of a capacity search its steps. */
  readonly runsDone: number;
  /** Null where it is not known: a capacity search that has found no upper end yet. */
  readonly runsTotal: number | null;
  /** With `--repeat auto`, `runsTotal` and `leftMs` are the most that it can be. */
  readonly isAtMost: boolean;
  /** Of the run under way, or the next one; null before the first run, and of a capacity search. */
  readonly round: number | null;
  readonly rounds: number | null;
  /** The run under way; null when none is, and during burn-in and probe. */
  readonly current: CurrentRun | null;
  /** Until everything is done, at this moment; null where it is not known. */
  readonly leftMs: number | null;
  /** In the order of the plan; empty of a capacity search. Of a resumed experiment the figures come with the first run. */
  readonly cells: readonly CellProgress[];
  /** Only of a capacity search. */
  readonly search?: SearchProgress;
  /** Of the run under way, burn-in and probe included; absent when none is, and before its first report. */
  readonly run?: Progress;
}

export interface CurrentRun {
  /** From 1; a run that is repeated keeps its number. */
  readonly run: number;
  /** 2: it is repeated, because the first one did not count. */
  readonly attempt: number;
  /** Name of its cell; null of a capacity search, and where there is one cell. */
  readonly cell: string | null;
  /** Of a capacity search: what is offered, in messages per second, and what for. */
  readonly step: { readonly ratePerSec: number; readonly phase: StepPhase } | null;
}

export interface CellProgress {
  readonly name: string;
  readonly factors: Readonly<Record<string, string>>;
  /** Finished, whether or not they count. */
  readonly runsDone: number;
  /** That of the worst run so far; null before the first one is finished. */
  readonly status: 'ok' | 'invalid' | 'failed' | null;
  /** Medians over its runs that count, as in sweep.json; null where nothing was measured. */
  readonly throughputPerSec: Percentile | null;
  readonly responseP99Ms: Percentile | null;
}

export interface SearchProgress {
  /** In the order they were made. */
  readonly steps: readonly CapacityStep[];
  /** Lowest rate that did not hold, be it once, and the highest that held below it; messages per second. */
  readonly bracket: { readonly low: number | null; readonly high: number | null };
}
