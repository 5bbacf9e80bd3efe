/** One cell of an experiment: its runs that count, and each measure over them. */
import { type Measure, writtenMeasure } from '../objective-grammar.ts';
import type { Percentile } from '../recorder/histogram.ts';
import { median, medianInterval } from '../statistics/median.ts';
import { countOf } from '../units.ts';
import { type RunRecord, type RunSet, usable } from './run-record.ts';

export interface CellRuns {
  readonly name: string;
  readonly factors: Readonly<Record<string, string>>;
  readonly set: RunSet;
}

export interface CellFigure {
  /** `{ atLeast }` where it fell among messages without a latency. */
  readonly median: Percentile;
  /** Interval of the median; null for one run, and where a run's figure has no value. */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

export interface CellSummary {
  readonly name: string;
  readonly factors: Readonly<Record<string, string>>;
  /** That of the worst of its runs: such a cell is not recommended. */
  readonly status: RunRecord['status'];
  /** Why it is not ok, in words. */
  readonly reason?: string;
  /** Those that count. */
  readonly runs: number;
  readonly excluded: readonly { readonly path: string; readonly status: string; readonly reason: string }[];
  /** By measure; null where nothing was measured. Of a cell in which no run counts, of its invalid ones. */
  readonly figures: Readonly<Record<string, CellFigure | null>>;
}

export function summarizeCell(
  { name, factors, set }: CellRuns,
  measures: readonly Measure[],
  alpha: number,
): CellSummary {
  const counted = usable(set);
  const excluded = set.runs.flatMap(({ path, status, reason = '' }) =>
    status === 'ok' ? [] : [{ path, status, reason }],
  );
  const status = (['failed', 'invalid'] as const).find((each) => set.runs.some((run) => run.status === each)) ?? 'ok';
  const shown = counted.length > 0 ? counted : set.runs.filter((run) => run.status === 'invalid');
  return {
    name,
    factors,
    status: set.runs.length === 0 ? 'failed' : status,
    ...(excluded.length > 0 && { reason: excludedWords(set.runs) }),
    ...(set.runs.length === 0 && { reason: 'no run' }),
    runs: counted.length,
    excluded,
    figures: Object.fromEntries(
      measures.map((measure) => [writtenMeasure(measure), figureOf(shown, writtenMeasure(measure), alpha)]),
    ),
  };
}

/** `2 of 5 runs invalid: GENERATOR_LIMITED: …` */
function excludedWords(runs: readonly RunRecord[]): string {
  return (['failed', 'invalid'] as const)
    .flatMap((status) => {
      const own = runs.filter((run) => run.status === status);
      const reason = own.find((run) => run.reason !== undefined)?.reason;
      if (own.length === 0) return [];
      return [`${own.length} of ${countOf(runs.length, 'run')} ${status}${reason === undefined ? '' : `: ${reason}`}`];
    })
    .join('; ');
}

function figureOf(runs: readonly RunRecord[], measure: string, alpha: number): CellFigure | null {
  const figures = runs.map((run) => run.figures[measure] ?? null).filter((figure) => figure !== null);
  if (figures.length === 0) return null;
  const n = figures.length;
  const values = figures.filter((figure) => typeof figure === 'number');
  if (values.length < n) return { median: censoredMedian(figures), low: null, high: null, n };
  const interval = medianInterval(values, alpha);
  return n < 2
    ? { median: interval.median, low: null, high: null, n }
    : { median: interval.median, low: interval.low, high: interval.high, n };
}

/** What has no value is above what it is known to be: a median below all of them is known all the same. */
function censoredMedian(figures: readonly Percentile[]): Percentile {
  const bounds = figures.map((figure) => (typeof figure === 'number' ? figure : figure.atLeast));
  const upper = median(figures.map((figure) => (typeof figure === 'number' ? figure : Number.MAX_VALUE)));
  const lower = median(bounds);
  return upper === lower ? lower : { atLeast: lower };
}
