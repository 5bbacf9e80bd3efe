/** Experiments for tests of their pages: with histograms, and with names that a page must not trip over. */
import type { CapacityResult, CapacityStep } from '../../src/compare/capacity-result.ts';
import type { CellRuns } from '../../src/compare/cell-figures.ts';
import { type Comparison, compareSets } from '../../src/compare/comparison.ts';
import type { RunRecord, RunSet } from '../../src/compare/run-record.ts';
import { type SweepFile, type SweepHeader, sweepFile } from '../../src/compare/sweep-file.ts';
import { capacityResult } from '../../src/experiments/capacity/answer.ts';
import { searchState } from '../../src/experiments/capacity/rate-search.ts';
import { parseGate } from '../../src/objective-grammar.ts';
import { setAt } from '../compare/results.ts';

export const SCRIPT = 'key=<script>alert(1)</script>';
/** Hebrew, and a mark that turns what follows around. */
export const RIGHT_TO_LEFT = 'topic=\u05e9\u05dc\u05d5\u05dd\u202e1';

const HEADER: SweepHeader = {
  id: '0123456789abcdef',
  kind: 'sweep',
  name: 'compression',
  profile: 'atm',
  command: 'load sweep atm --vary "size=1,2"',
  seed: 42,
  baseline: 'size=10',
  goal: 'response_ms p(99)<100, then response_ms p(50)',
  startedAt: '2026-03-01T12:00:00.000Z',
};

const NOISE = [1, 1.02, 0.985, 1.01, 0.99];

/** @param factors of the latency by round. */
export function cellAt(name: string, factors: readonly number[], change: Partial<RunRecord> = {}): CellRuns {
  const [key = name, value = name] = name.split('=');
  const set = setAt(name, factors, { kind: 'cell', experiment: 'e', factors: { [key]: value } });
  return {
    name,
    factors: { [key]: value },
    set: { ...set, runs: set.runs.map((run) => ({ ...run, ...change })) },
  };
}

export function fileOf(cells: readonly CellRuns[], header: Partial<SweepHeader> = {}): SweepFile {
  const runs = cells
    .flatMap(({ name, set }) => set.runs.map((record) => ({ cell: name, record })))
    .map(({ cell, record }, i) => ({
      cell,
      record: Object.assign(record, { path: `runs/${String(i + 1).padStart(3, '0')}` }),
    }));
  return sweepFile({ ...HEADER, ...header }, cells, runs);
}

const times = (factor: number) => NOISE.map((noise, i) => noise * factor * (1 + 0.003 * i));

/** Four cells in five rounds: a baseline, one that is better, one that is worse, one with an invalid run. */
export function fourCells(): CellRuns[] {
  const odd = cellAt(RIGHT_TO_LEFT, times(1.01));
  const [first, ...others] = odd.set.runs;
  const invalid = { status: 'invalid', verdict: 'GENERATOR_LIMITED', reason: 'GENERATOR_LIMITED: late' } as const;
  const runs = [{ ...first!, ...invalid }, ...others];
  return [
    cellAt('size=10', NOISE),
    cellAt(SCRIPT, times(0.7)),
    cellAt('size=<b>200</b> & a name that is far longer than what a phone has room for', times(1.6)),
    { ...odd, set: { ...odd.set, runs } },
  ];
}

const GATES = ['response_ms p(99) +10%', 'throughput -5%', 'response_ms p(99)<11.8'].map((gate) => parseGate(gate));

/** Slower, with a gate of each outcome. */
export function slower(): { readonly comparison: Comparison; readonly sets: readonly [RunSet, RunSet] } {
  const sets = [setAt(`base ${RIGHT_TO_LEFT}`, NOISE), setAt(`new ${SCRIPT}`, times(1.19))] as const;
  return { comparison: compareSets(...sets, { gates: GATES }), sets };
}

const SETTINGS = { from: 100, isFromGiven: true, to: null, tolerance: 0.5, repeat: 1 };

export function searchOf(steps: readonly CapacityStep[], more: Partial<CapacityResult> = {}): CapacityResult {
  const experiment = {
    id: 'a'.repeat(16),
    profile: 'atm',
    command: "load capacity atm --slo 'response_ms p(99)<50'",
    startedAt: '2026-03-01T12:00:00.000Z',
    target: 'k:9092',
  };
  const settings = { ...SETTINGS, holdMs: 10_000, warmupMs: 2_000 };
  const facts = { experiment, settings, slo: ['response_ms p(99)<50', 'failed<0.01'] };
  return { ...capacityResult(facts, steps, searchState(SETTINGS, steps)), ...more };
}

const REASONS = { failed: 'response_ms p(99)<50 is 83.1', 'generator-limited': 'at its limit: loop of worker 0' };

export function step(rate: number, outcome: CapacityStep['outcome'], p99 = 10): CapacityStep {
  const figures = { 'response_ms p(50)': 2, 'response_ms p(99)': p99, 'response_ms p(99.9)': { atLeast: 99 } };
  const reasons = outcome === 'held' ? [] : [REASONS[outcome as 'failed'] ?? 'went wrong'];
  const path = `runs/${rate}-${outcome}-${p99}`;
  return { rate, phase: 'doubling', holdMs: 10_000, outcome, reasons, samples: 1_000, figures, path };
}

/** A bracket, confirmed. */
export function bracketed(): CapacityResult {
  const late = step(150, 'generator-limited', 61);
  return searchOf([
    step(100, 'held'),
    step(200, 'failed', 183),
    step(150, 'failed', 83.1),
    late,
    step(150, 'failed', 90),
    step(100, 'held', 12),
  ]);
}
