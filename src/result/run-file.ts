/** What a directory holds of a run that did not come to its end. The journal writes it, `load report` reads it. */
import type { SparseCounts } from '../recorder/latency-series.ts';
import type { PhaseResult, Result } from './result.ts';

export const RUN_FILE = 'run.json';
export const CHECKPOINTS_FILE = 'checkpoints.jsonl';
export const LATENCIES_FILE = 'latencies.jsonl';

/** A line of it: response latencies of one second. */
export type SecondLatencies = readonly [second: number, latencies: SparseCounts];

/** Exact at one moment. `scheduled` is what was due until then; what was in flight is `unresolved`. */
export interface Checkpoint extends Pick<Result, 'totals' | 'warmup' | 'rate' | 'latency' | 'phases'> {
  readonly durationMs: number;
  /** Of the whole process, its start included. */
  readonly client: Pick<Result['client'], 'cpuSeconds' | 'maxRssBytes'>;
  /** Of the load phase. */
  readonly scenarios: Readonly<Record<string, PhaseResult>>;
  /** By scenario and worker w of W: all messages w + k · W before this k are acknowledged or given up. */
  readonly settled: Readonly<Record<string, readonly number[]>>;
}

/** A checkpoint has the numbers of each scenario: of 1,000 it is made every ten seconds, of 100 or fewer every second. */
export function checkpointSeconds(scenarios: number): number {
  return Math.max(1, scenarios / 100);
}

/** What is known when a run begins. */
export type RunBeginning = Pick<Result, 'version' | 'payload' | 'ledger' | 'environment'> & {
  readonly run: Omit<Result['run'], 'durationMs'>;
  readonly workers: number;
  readonly scenarios: Readonly<Record<string, Pick<Result['scenarios'][string], 'executor' | 'workload' | 'model'>>>;
};

export interface RunFile extends RunBeginning {
  readonly process: { readonly pid: number; readonly host: string };
}
