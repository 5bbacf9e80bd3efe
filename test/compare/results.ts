/** Results of runs for tests to compare. */
import type { RunRecord, RunSet } from '../../src/compare/run-record.ts';
import { recordOfResult } from '../../src/compare/run-record.ts';
import type { Measure } from '../../src/objective-grammar.ts';
import { mergeRun } from '../../src/result/merge.ts';
import type { Result } from '../../src/result/result.ts';
import { facts, lane, type PhaseSpec, phase, ramp, run, scenario, worker } from '../result/run.ts';

export function resultOf(load: PhaseSpec = { ackedUs: ramp(1_000, 10) }, warmup: PhaseSpec = {}): Result {
  const measured = { load: phase(load), warmup: phase(warmup) };
  const plannedCount = measured.load.totals.scheduled + measured.warmup.totals.scheduled;
  const planned = scenario({ plannedCount, warmupCount: measured.warmup.totals.scheduled });
  const failed = measured.load.totals.failed;
  const range = { scenario: 'atm', from: 0, to: failed - 1, step: 1, status: 'not-persisted' } as const;
  const notAcked = failed > 0 ? [range] : [];
  return mergeRun(facts([planned]), run([worker([lane({ ...measured, notAcked })])])).result;
}

/** A run whose latencies, and so all its response percentiles, are `factor` times those of the plain one. */
export function recordAt(factor: number, round: number | null, measures: readonly Measure[] = []): RunRecord {
  const result = resultOf({ ackedUs: ramp(1_000, 10 * factor) });
  const path = round === null ? 'run' : `runs/${String(round).padStart(3, '0')}`;
  const id = `${round ?? 0}-${factor}`;
  return recordOfResult({ ...result, run: { ...result.run, id } }, { path, round, measures });
}

/** Runs with these factors on latency, in rounds 1, 2, … */
export function setAt(
  label: string,
  factors: readonly number[],
  set: Partial<RunSet> & { readonly measures?: readonly Measure[] } = {},
): RunSet {
  const { measures, ...rest } = set;
  const runs = factors.map((factor, i) => recordAt(factor, i + 1, measures));
  return { label, kind: 'repeats', runs, ...rest };
}
