/** What `sweep.json` holds: all that is printed of an experiment, and the figures of every run. */
import { parseGoal } from '../objective-grammar.ts';
import type { Percentile } from '../recorder/histogram.ts';
import type { CellRuns } from './cell-figures.ts';
import type { RunRecord } from './run-record.ts';
import { analyseSweep, type SweepAnalysis } from './sweep-analysis.ts';

export const SWEEP_VERSION = 1;

/** Of `experiment.json`. */
export interface SweepHeader {
  readonly id: string;
  readonly kind: 'sweep' | 'repeat' | 'capacity';
  readonly name: string;
  readonly profile: string;
  readonly command: string;
  readonly seed: number;
  /** Name of a cell. */
  readonly baseline: string;
  readonly goal?: string | undefined;
  readonly startedAt: string;
}

export interface SweepFile<Header extends SweepHeader = SweepHeader> {
  readonly version: typeof SWEEP_VERSION;
  readonly experiment: Header;
  /** In the order in which they ran. */
  readonly runs: readonly SweepRun[];
  readonly analysis: SweepAnalysis;
}

export type SweepRun = Pick<
  RunRecord,
  'id' | 'path' | 'round' | 'attempt' | 'status' | 'reason' | 'exitCode' | 'verdict' | 'startedAt'
> & {
  readonly cell: string;
  /** False of one that was repeated: the repeat counts in its place. */
  readonly counts: boolean;
  readonly figures: Readonly<Record<string, Percentile | null>>;
};

export interface CellRun {
  readonly cell: string;
  readonly record: RunRecord;
}

/** @param runs all that are finished, those that were repeated among them. */
export function sweepFile<Header extends SweepHeader>(
  experiment: Header,
  cells: readonly CellRuns[],
  runs: readonly CellRun[],
  alpha?: number,
): SweepFile<Header> {
  const { baseline, goal } = experiment;
  const counted = new Set(cells.flatMap(({ set }) => set.runs));
  return {
    version: SWEEP_VERSION,
    experiment,
    runs: runs.map(({ cell, record }) => {
      const { histograms: _, response: _latency, identity: _identity, ...row } = record;
      return { cell, counts: counted.has(record), ...row };
    }),
    analysis: analyseSweep(cells, {
      baseline,
      ...(goal !== undefined && { goal: parseGoal(goal) }),
      ...(alpha !== undefined && { alpha }),
    }),
  };
}
