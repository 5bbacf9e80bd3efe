/** Cells of an experiment with figures that are given, or drawn. */
import type { CellRuns } from '../../src/compare/cell-figures.ts';
import { type RunRecord, STANDARD_MEASURES } from '../../src/compare/run-record.ts';
import { writtenMeasure } from '../../src/objective-grammar.ts';
import type { Percentile } from '../../src/recorder/histogram.ts';

export type Figures = Readonly<Record<string, Percentile | null>>;

/** What each measure is where nothing else is given. */
export const TYPICAL: Figures = {
  throughput: 5_000,
  'response_ms p(50)': 10,
  'response_ms p(99)': 20,
  'response_ms p(99.9)': 40,
  cpu_us: 30,
  wire_bytes: 180,
  compression_ratio: 0.94,
};

export function runOf(round: number, figures: Figures, more: Partial<RunRecord> = {}): RunRecord {
  return {
    id: `r${round}`,
    path: `runs/${String(round).padStart(3, '0')}`,
    round,
    attempt: 1,
    status: 'ok',
    exitCode: 0,
    verdict: 'VALID',
    startedAt: '2026-03-01T12:00:00.000Z',
    figures: { ...TYPICAL, ...figures },
    histograms: { response: '', service: '', scheduleLag: '' },
    response: null,
    identity: null,
    ...more,
  };
}

export function cellOf(name: string, runs: readonly RunRecord[]): CellRuns {
  const [key = name, value = name] = name.split('=');
  const factors = { [key]: value };
  return { name, factors, set: { label: name, kind: 'cell', experiment: 'e', factors, runs } };
}

/** Rounds 1…, one run each. */
export function cellOfRounds(name: string, rounds: readonly Figures[]): CellRuns {
  return cellOf(
    name,
    rounds.map((figures, i) => runOf(i + 1, figures)),
  );
}

/** Mulberry32: uniform in [0, 1), from a seed. */
export function uniformOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function normalOf(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

export interface Noise {
  readonly rounds: number;
  /** Standard deviation of the logarithm from run to run. */
  readonly sigma: number;
  /** The same, from round to round, shared by all cells. */
  readonly drift?: number;
  /** Factor of each measure by cell. */
  readonly effects: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Lognormal noise around TYPICAL, times the cell's effect, times the round's drift. */
export function drawnCells(normal: () => number, { rounds, sigma, drift = 0, effects }: Noise): CellRuns[] {
  const names = STANDARD_MEASURES.map(writtenMeasure);
  const shared = Array.from({ length: rounds }, () => Math.exp(drift * normal()));
  return Object.entries(effects).map(([name, effect]) =>
    cellOfRounds(
      name,
      shared.map((factor) => {
        const figure = (measure: string) =>
          (TYPICAL[measure] as number) * factor * (effect[measure] ?? 1) * Math.exp(sigma * normal());
        return Object.fromEntries(names.map((measure) => [measure, figure(measure)]));
      }),
    ),
  );
}
